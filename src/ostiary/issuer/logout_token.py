"""Logout tokens (OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6). Times are whole seconds since the
epoch."""

from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.issuer.access_token_claims import Claims
from ostiary.issuer.records import SpendAssertion
from ostiary.issuer.registry import Registry
from ostiary.issuer.web_login import handled_clients
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.jwt import verify
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidRequest, InvalidToken
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, SessionId, Subject, TokenId
from ostiary.model.reasons import Reason

TYPE: Final = "logout+jwt"
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME: Final = 120
"""Seconds: at most two minutes, so that a captured one is soon worth nothing (section 4)."""
_SKEW: Final = 5


def logout_claims(
    registry: Registry, client: ClientId, subject: Subject, session: SessionId, now: int, fresh: Fresh
) -> Claims:
    """What the client is told: whose session it was and which one. There is no nonce, so that it cannot pass for an ID
    token (section 2.4)."""
    return {
        "iss": registry.issuer,
        "aud": client,
        "sub": subject,
        "sid": session,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": fresh_name(fresh),
        "events": {EVENT: {}},
    }


@frozen
class Logout:
    """A logout token whose every check is passed. `spends` belongs into the commit of what it leads to."""

    client: ClientRule
    session: SessionId
    spends: SpendAssertion


def require_logout_token(registry: Registry, token: str | None, keys: KeySet, now: float) -> Logout:
    """Raise InvalidRequest unless it is one of this issuer for a client whose sessions are kept here (section 2.6)."""
    try:
        claims = verify(token or "", keys, TYPE)
        client = _recipient(registry, claims)
        in_time = claims.integer("iat") <= now + _SKEW and now < claims.integer("exp")
        session, name = claims.text("sid"), claims.text("jti")
        ours = claims.text("iss") == registry.issuer
    except InvalidToken:
        raise InvalidRequest(Reason.LOGOUT_TOKEN_INVALID, "logout_token") from None
    if client is None or not (ours and in_time and _is_logout(claims)):
        raise InvalidRequest(Reason.LOGOUT_TOKEN_INVALID, "logout_token")
    spends = SpendAssertion(client.id, TokenId(f"logout {name}"), claims.integer("exp"))
    return Logout(client, SessionId(session), spends)


def _recipient(registry: Registry, claims: VerifiedClaims) -> ClientRule | None:
    return next((client for client in handled_clients(registry) if claims.texts("aud") == (client.id,)), None)


def _is_logout(claims: VerifiedClaims) -> bool:
    events = claims.values.get("events")
    said = events.get(EVENT) if isinstance(events, dict) else None
    return isinstance(said, dict) and "nonce" not in claims.values
