"""A grant and all that it issued: the code, its access tokens, the family of its refresh tokens."""

from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.contract.rights import OFFLINE_ACCESS
from ostiary.issuer.access_token import granted_unchanged, revocation_end, session_lives
from ostiary.issuer.decision import Refused
from ostiary.issuer.records import Grant, RevokeGrant
from ostiary.model.errors import InvalidGrant
from ostiary.model.events.issuer import FamilyRevoked
from ostiary.model.feed import GrantRevoked
from ostiary.model.frozen import frozen
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import Person, Session


@frozen
class GrantFacts:
    """A grant with the person and the session behind it, as they are now. None: there is no such record."""

    grant: Grant | None
    session: Session | None
    person: Person | None


NO_GRANT: Final = GrantFacts(None, None, None)


def require_living(facts: GrantFacts, now: float) -> tuple[Grant, Person]:
    """The grant and its person. Raises InvalidGrant where it, the session behind it or the account is no more."""
    grant = _require_grant(facts)
    _require_session(grant, facts, now)
    return grant, _require_person(grant, facts)


def _require_grant(facts: GrantFacts) -> Grant:
    """Raise InvalidGrant where it was revoked."""
    if facts.grant is None or facts.grant.revoked_at is not None:
        raise InvalidGrant(Reason.GRANT_REVOKED)
    return facts.grant


def _require_session(grant: Grant, facts: GrantFacts, now: float) -> None:
    """Raise InvalidGrant where the session ended, unless the person granted access for when they are away
    (OpenID Connect Core section 11)."""
    if OFFLINE_ACCESS not in grant.scopes and not session_lives(facts.session, now):
        raise InvalidGrant(Reason.SESSION_ENDED)


def _require_person(grant: Grant, facts: GrantFacts) -> Person:
    """Raise InvalidGrant where the account is disabled or gone, or changed since the person signed in: what they let a
    client do then may be what a thief of their password did."""
    person = facts.person
    if person is None or person.disabled:
        raise InvalidGrant(Reason.PERSON_DISABLED)
    if not granted_unchanged(grant, person):
        raise InvalidGrant(Reason.PERSON_CHANGED)
    return person


def revoke_family(client: ClientRule, grant: Grant | None, reason: Reason, now: float) -> Refused:
    """Refuse, and revoke all that the grant issued: two have the secret, and one of them should not (RFC 9700 section
    4.14.2). Raises InvalidGrant where it is dead already: nothing is left to change."""
    error = InvalidGrant(reason)
    if grant is None or grant.revoked_at is not None:
        raise error
    plan = Plan(
        writes=(RevokeGrant(grant.id, int(now)),),
        events=(FamilyRevoked(at=now, client=client.id, grant=grant.id, reason=reason),),
        feed=(GrantRevoked(grant.id, revocation_end(now)),),
    )
    return Refused(plan, error)
