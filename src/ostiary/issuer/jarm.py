"""Signed authorization responses (JWT Secured Authorization Response Mode for OAuth 2.0, JARM)."""

from typing import Final

from ostiary.issuer.answer import AuthorizationAnswer
from ostiary.issuer.authorize import SIGNED_MODES
from ostiary.issuer.registry import Registry
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign

TYPE: Final = ""
"""JARM names none, and clients refuse one that they do not know. None of our other JWTs is without one (RFC 8725
section 3.11)."""
LIFETIME: Final = 300
"""Seconds; section 2.1 wants no more than ten minutes."""


def signed_where_asked(
    registry: Registry, answer: AuthorizationAnswer, key: SigningPrivateKey, now: float
) -> AuthorizationAnswer:
    """The answer itself, or in one JWT that its client can check (section 2.3)."""
    address = answer.address
    if address.mode not in SIGNED_MODES:
        return answer
    claims = {
        **dict(answer.fields),
        "iss": registry.issuer,
        "aud": address.client.id,
        "exp": int(now) + LIFETIME,
    }
    return AuthorizationAnswer(address, (("response", sign(claims, key, TYPE)),))
