"""The session of a person at a web client's pages: its tokens stay here, and the browser has a cookie (RFC 10017
section 6.1). Times are seconds since the epoch."""

from collections.abc import Sequence
from typing import Final

import orjson

from ostiary.contract.model import ClientRule
from ostiary.issuer.access_token import revocation_end
from ostiary.issuer.claims import about
from ostiary.issuer.family import GrantFacts, require_living
from ostiary.issuer.issue import require_scopes
from ostiary.issuer.records import RevokeGrant
from ostiary.issuer.registry import Registry
from ostiary.issuer.web_records import EndWebSession, KeepWebTokens, StartWebSession, TouchWebSession, WebSession
from ostiary.keys.master import MasterKey
from ostiary.model.errors import InvalidToken, OAuthError
from ostiary.model.events.issuer import WebSessionEnded, WebSessionStarted
from ostiary.model.feed import GrantRevoked
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret, TokenHash
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason

TOUCH_EVERY: Final = 60
"""Seconds. A session used more often than this writes no more often than this."""
REFRESHED_BEFORE: Final = 30
"""Seconds before its access token ends in which a session gets a new one: gateways remember it for at least as long."""


@frozen
class Kept:
    """The tokens of a session. `expires_at`: of the access token."""

    access: Secret
    refresh: Secret
    expires_at: int


def seal(kept: Kept, hash: TokenHash, sealing: MasterKey, nonce: bytes) -> bytes:
    """`sealing`: the key for such tokens. `nonce`: 12 bytes that were never used before."""
    members = {"access": kept.access.reveal(), "refresh": kept.refresh.reveal(), "exp": kept.expires_at}
    return sealing.seal(orjson.dumps(members), hash, nonce)


def unseal(web: WebSession, sealing: MasterKey) -> Kept:
    """Raises SealBroken where the row was moved or changed."""
    members = orjson.loads(sealing.open(web.sealed, web.hash))
    return Kept(Secret(members["access"]), Secret(members["refresh"]), members["exp"])


def start(
    registry: Registry,
    client: ClientRule,
    facts: GrantFacts,
    hash: TokenHash,
    sealed: bytes,
    before: Sequence[WebSession],
    now: int,
) -> Plan:
    """A sign-in at the client's pages, with a cookie that is new each time. `before`: the sessions that rest on the
    same sign-in at the issuer. The client's own among them ends: whoever had its cookie has nothing now, be it planted
    or stolen. `hash`: of the cookie. `facts`: of the grant, whose checks are passed."""
    grant, end = facts.grant, facts.session
    assert grant is not None
    assert end is not None, "no client that is handled asks for offline_access"
    longest = min(registry.contract.session_absolute_seconds, client.profile.refresh_absolute_seconds or 0)
    web = WebSession(
        hash=hash,
        client=client.id,
        grant=grant.id,
        session=grant.session,
        subject=grant.subject,
        sealed=sealed,
        started_at=now,
        seen_at=now,
        expires_at=min(now + longest, end.expires_at),
    )
    started = WebSessionStarted(at=now, subject=web.subject, client=client.id, session=web.session, grant=grant.id)
    closed = Plan()
    for old in before:
        if old.client == client.id:
            closed += end_session(old, now)
    return closed + Plan((StartWebSession(web),), (started,))


def keep(web: WebSession, sealed: bytes) -> Plan:
    """New tokens in the place of those before."""
    return Plan((KeepWebTokens(web.hash, sealed),))


def end_session(web: WebSession, now: int) -> Plan:
    """The cookie is worth nothing any more, and neither are the tokens that stand behind it."""
    return Plan(
        writes=(EndWebSession(web.hash), RevokeGrant(web.grant, now)),
        events=(WebSessionEnded(at=now, subject=web.subject, client=web.client, session=web.session, grant=web.grant),),
        feed=(GrantRevoked(web.grant, revocation_end(now)),),
    )


def touch(web: WebSession, now: int) -> Plan:
    """Move the idle timeout, at most once in TOUCH_EVERY seconds."""
    if now < web.seen_at + TOUCH_EVERY:
        return Plan()
    return Plan((TouchWebSession(web.hash, now),))


def ends_at(registry: Registry, web: WebSession) -> int:
    """When it ends if nobody uses it."""
    return min(web.expires_at, web.seen_at + registry.contract.session_idle_seconds)


def require_session(registry: Registry, web: WebSession | None, client: ClientRule, now: float) -> WebSession:
    """Raise InvalidToken where the cookie names none of this client's, or one that was idle for too long or is too
    old."""
    if web is None or web.client != client.id or ends_at(registry, web) <= now:
        raise InvalidToken(Reason.WEB_SESSION_ENDED)
    return web


def require_behind_it(facts: GrantFacts, now: float) -> None:
    """Raise InvalidToken where its grant was revoked, the person signed out at the issuer, or their account changed."""
    try:
        require_living(facts, now)
    except OAuthError as error:
        raise InvalidToken(error.reason) from None


def needs_refresh(kept: Kept, now: float) -> bool:
    return kept.expires_at - REFRESHED_BEFORE <= now


def who_am_i(
    registry: Registry, client: ClientRule, web: WebSession, facts: GrantFacts, csrf: str, now: float
) -> dict[str, object]:
    """What the client's pages learn: who is signed in and what they may do; no token. Raises OAuthError where nothing
    is left of what was granted."""
    grant, person = facts.grant, facts.person
    assert grant is not None
    assert person is not None, "what is behind the session was checked"
    return {
        "signed_in": True,
        "client": client.id,
        "sub": person.subject,
        **about(person, ("name",)),
        "tenant": person.tenant,
        "roles": sorted(person.roles),
        "scopes": sorted(require_scopes(grant.scopes, client, person, registry)),
        "acr": grant.acr,
        "auth_time": grant.auth_time,
        "expires_in": int(ends_at(registry, web) - now),
        "csrf": csrf,
    }
