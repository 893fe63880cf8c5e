"""Sign-in sessions of people at the issuer. Times are seconds since the epoch."""

from ostiary.keys.hashing import token_hash
from ostiary.model.events.people import SignedIn, SignedOut
from ostiary.model.feed import SessionEnded
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Secret, SessionId
from ostiary.model.plan import Plan
from ostiary.people.records import EndSession, Person, RenewSession, Session, StartSession, TouchSession

TOUCH_EVERY = 60
"""Seconds. A session used more often than this writes no more often than this."""
SECRET_BYTES = 32


@frozen
class Visitor:
    """A person whose session holds. Only `visitor` and `start` build it."""

    person: Person
    session: Session


@frozen
class Lifetimes:
    """Of a session in seconds: unused, and at all. `token`: of the longest-lived access token."""

    idle: int
    absolute: int
    token: int


def visitor(session: Session | None, person: Person | None, now: int, idle: int) -> Visitor | None:
    """Who visits, or None where the session ended, was idle for too long, is older than a change of the person, or
    is of somebody disabled."""
    if session is None or person is None or session.subject != person.subject:
        return None
    if session.ended_at is not None or session.expires_at <= now or session.seen_at + idle <= now:
        return None
    if person.disabled or session.auth_time <= person.changed_at:
        return None
    return Visitor(person, session)


def start(
    person: Person,
    before: Visitor | None,
    acr: str,
    amr: tuple[str, ...],
    peer: str,
    now: int,
    lives: Lifetimes,
    fresh: Fresh,
) -> tuple[Visitor, Secret, Plan]:
    """A sign-in: the session, the secret of its cookie, which is new each time, and the plan.

    The same person signing in again keeps the session's name and with it what other clients were given; another
    person's session in this browser ends. What a change of the person ends is from before it, so a sign-in after it
    counts as after it, also in the same second and where the clock was set back.
    """
    secret = fresh_name(fresh, SECRET_BYTES)
    same = before is not None and before.person.subject == person.subject
    session = Session(
        id=before.session.id if before and same else SessionId(fresh_name(fresh)),
        hash=token_hash(secret),
        subject=person.subject,
        auth_time=max(now, person.changed_at + 1),
        acr=acr,
        amr=amr,
        seen_at=now,
        expires_at=now + lives.absolute,
    )
    opened = Plan(
        writes=(RenewSession(session) if same else StartSession(session),),
        events=(SignedIn(at=now, subject=person.subject, session=session.id, acr=acr, peer=peer),),
    )
    closed = end(before, None, now, lives) if before and not same else Plan()
    return Visitor(person, session), Secret(secret), closed + opened


def end(visitor: Visitor, client: ClientId | None, now: int, lives: Lifetimes) -> Plan:
    """The session is over, and with it every token that names it. `client`: who asked for it."""
    id = visitor.session.id
    return Plan(
        writes=(EndSession(id, now),),
        events=(SignedOut(at=now, subject=visitor.person.subject, session=id, client=client),),
        feed=(SessionEnded(id, until=now + lives.token),),
    )


def touch(visitor: Visitor, now: int) -> Plan:
    """Move the idle timeout, at most once in TOUCH_EVERY seconds."""
    if now < visitor.session.seen_at + TOUCH_EVERY:
        return Plan()
    return Plan(writes=(TouchSession(visitor.session.id, now),))
