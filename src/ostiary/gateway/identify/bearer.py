"""`Authorization: Bearer`: who holds the token may use it (RFC 6750 section 2.1)."""

from ostiary.gateway.decision import Asked
from ostiary.gateway.identify.access_token import client_of, seen_of, verified
from ostiary.gateway.identify.legacy import static_bearer
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.keys.jwt import is_compact
from ostiary.model.errors import InvalidToken
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason


def bearer(token: bytes, asked: Asked, trust: Trust) -> Seen:
    """An access token that is bound to nothing. Raises InvalidToken: one that is bound is no bearer token (RFC 9449
    section 7.2). What is no JWT may be the old way of a legacy client."""
    if trust.old_ways.by_secret and not is_compact(token):
        return static_bearer(token, trust)
    claims = verified(token, trust, asked.now)
    client = client_of(claims, trust)
    if client.profile.binding > Binding.BEARER or "cnf" in claims.values:
        raise InvalidToken(Reason.BINDING_TOO_WEAK)
    return seen_of(claims, client, Binding.BEARER, trust)
