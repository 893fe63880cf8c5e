"""Reads and writes of people, their sessions and consents."""

from collections.abc import Sequence
from typing import Final

from ostiary.model.ids import ClientId, SessionId, Subject
from ostiary.people.delays import one_more
from ostiary.people.records import (
    AddPerson,
    ChangePerson,
    Consent,
    CountFailure,
    EndSession,
    Failures,
    ForgetFailures,
    Person,
    PutConsent,
    RenewSession,
    Session,
    StartSession,
    TouchSession,
)
from ostiary.store import of_logout, of_web
from ostiary.store.interface import LoginTaken
from ostiary.store.of_issuer import Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

PERSON: Final = Shape(Person, "people", ("subject",))
SESSION: Final = Shape(Session, "sessions", ("id",))
CONSENT: Final = Shape(Consent, "consents", ("subject", "client"))
FAILURES: Final = Shape(Failures, "failures", ("key",))

PERSON_BY_SUBJECT: Final = PERSON.by("subject")
PERSON_BY_LOGIN: Final = PERSON.by("login")
SESSION_BY_ID: Final = SESSION.by("id")
SESSION_BY_HASH: Final = SESSION.by("hash")
_FAILURES: Final = FAILURES.by("key")
_CONSENT: Final = CONSENT.by("subject", "client")
_TOUCH: Final = Statement("UPDATE sessions SET seen_at = :seen WHERE id = :id AND seen_at < :seen")
_END: Final = Statement("UPDATE sessions SET ended_at = :at WHERE id = :id AND ended_at IS NULL", counts=True)
_END_BEFORE: Final = Statement(
    "UPDATE sessions SET ended_at = :at WHERE subject = :subject AND auth_time <= :at AND ended_at IS NULL RETURNING id"
)
_RENEW: Final = Statement(
    "UPDATE sessions SET hash = :hash, subject = :subject, auth_time = :auth_time, acr = :acr, amr = :amr,"
    " seen_at = :seen_at, expires_at = :expires_at WHERE id = :id AND ended_at IS NULL",
    counts=True,
)
_FORGET: Final = Statement("DELETE FROM failures WHERE key = :key")


def people() -> Steps[Sequence[Person]]:
    return PERSON.every(lambda person: person.login)


def consent(subject: Subject, client: ClientId) -> Steps[Consent | None]:
    rows = yield _CONSENT, {"subject": subject, "client": client}
    return CONSENT.record(rows[0]) if rows else None


def failures(keys: Sequence[bytes]) -> Steps[Sequence[Failures]]:
    found = []
    for key in keys:
        known = yield from FAILURES.only(_FAILURES, key=key)
        found += [known] if known else []
    return found


def add_person(write: AddPerson) -> Steps[None]:
    """Raises LoginTaken."""
    yield from _require_free(write.person, ())
    yield PERSON.add, PERSON.values(write.person)


def change_person(write: ChangePerson) -> Steps[None]:
    """What rests on a sign-in from before the change ends as by `end_session`, if it is such a change. Raises
    LoginTaken and Spent."""
    yield from _require_free(write.person, (write.person.subject,))
    if (yield from PERSON.only(PERSON_BY_SUBJECT, subject=write.person.subject)) != write.before:
        raise Spent(write)
    yield PERSON.put, PERSON.values(write.person)
    at = write.person.changed_at
    if at != write.before.changed_at:
        ended = yield _END_BEFORE, {"subject": write.person.subject, "at": at}
        for (session,) in ended:
            yield from _told(session, at)


def _require_free(person: Person, may_have: Sequence[Subject]) -> Steps[None]:
    """Raise LoginTaken where somebody else than these has the login."""
    other = yield from PERSON.only(PERSON_BY_LOGIN, login=person.login)
    if other is not None and other.subject not in may_have:
        raise LoginTaken(person.subject)


def start_session(write: StartSession) -> Steps[None]:
    yield SESSION.add, SESSION.values(write.session)


def renew_session(write: RenewSession) -> Steps[None]:
    """Raises Spent."""
    rows = yield _RENEW, SESSION.values(write.session)
    if not rows:
        raise Spent(write)


def touch_session(write: TouchSession) -> Steps[None]:
    """The idle timeout moves only on: what comes late changes nothing."""
    yield _TOUCH, {"id": write.id, "seen": write.seen_at}


def end_session(write: EndSession) -> Steps[None]:
    """With everything that the pages of web clients have by it; every client that has a grant in it is to be told."""
    ended = yield _END, {"id": write.id, "at": write.at}
    if ended:
        yield from _told(write.id, write.at)


def _told(session: SessionId, at: int) -> Steps[None]:
    yield from of_web.end_all_of(session)
    yield from of_logout.write_notices(session, at)


def put_consent(write: PutConsent) -> Steps[None]:
    yield CONSENT.put, CONSENT.values(write.consent)


def count_failure(write: CountFailure) -> Steps[None]:
    before = yield from FAILURES.only(_FAILURES, key=write.key)
    yield FAILURES.put, FAILURES.values(one_more(before, write))


def forget_failures(write: ForgetFailures) -> Steps[None]:
    yield _FORGET, {"key": write.key}
