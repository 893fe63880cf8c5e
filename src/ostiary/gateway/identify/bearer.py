"""`Authorization: Bearer`: who holds the token may use it (RFC 6750 section 2.1), or, where it is bound to a
certificate, whoever's connection is made with that (RFC 8705 section 3). One that an API key was exchanged for counts
as that key: it is worth no more to a thief, and for less long."""

from ostiary.gateway.decision import Asked, Check
from ostiary.gateway.identify.access_token import client_of, seen_of, verified
from ostiary.gateway.identify.legacy import static_bearer
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.jwt import is_compact
from ostiary.model.errors import InvalidToken, Refusal
from ostiary.model.ids import Thumbprint
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason


def bearer(token: bytes, asked: Asked, trust: Trust) -> Seen:
    """An access token that is bound to nothing, or to a certificate. Raises InvalidToken: one that is bound to a key is
    no bearer token (RFC 9449 section 7.2). What is no JWT may be the old way of a legacy client."""
    if trust.old_ways.by_secret and not is_compact(token):
        return static_bearer(token, trust)
    claims = verified(token, trust, asked.now)
    client = client_of(claims, trust)
    thumbprint = _thumbprint(claims)
    binding = Binding.MTLS if thumbprint is not None else Binding.API_KEY if client.api_keys else Binding.BEARER
    if client.profile.binding > binding:
        raise InvalidToken(Reason.BINDING_TOO_WEAK)
    seen = seen_of(claims, client, binding, trust)
    if thumbprint is not None:
        seen.prove = _proven(thumbprint)
    return seen


def _thumbprint(claims: VerifiedClaims) -> Thumbprint | None:
    """Of the certificate that the token is bound to (RFC 8705 section 3.1). Raises InvalidToken where it is bound to
    something else."""
    if "cnf" not in claims.values:
        return None
    confirmed = claims.values["cnf"]
    named = confirmed.get("x5t#S256") if isinstance(confirmed, dict) and len(confirmed) == 1 else None
    if not isinstance(named, str):
        raise InvalidToken(Reason.BINDING_TOO_WEAK)
    return Thumbprint(named)


def _proven(thumbprint: Thumbprint) -> Check:
    """The connection of each request is made with that certificate (RFC 8705 section 3)."""

    def check(asked: Asked) -> Refusal | None:
        certificate = asked.peer.certificate
        if certificate is None:
            return InvalidToken(Reason.CERTIFICATE_MISSING)
        return None if certificate.thumbprint == thumbprint else InvalidToken(Reason.CERTIFICATE_NOT_BOUND)

    return check
