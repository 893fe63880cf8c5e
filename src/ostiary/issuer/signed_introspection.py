"""Introspection answers that their caller can keep and show: signed, never encrypted (RFC 9701).

The connection encrypts. A JWT encrypted for one key of the caller would hide nothing more from anybody.
"""

from collections.abc import Iterable
from typing import Final

from ostiary.http.accept import weight_of
from ostiary.issuer.introspect import Told
from ostiary.issuer.registry import Registry
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign

TYPE: Final = "token-introspection+jwt"
MEDIA_TYPE: Final = b"application/token-introspection+jwt"
_JSON: Final = b"application/json"


def is_wanted(accept: Iterable[bytes]) -> bool:
    """Whether the values of the Accept field name it, and nothing that they would rather have (section 4)."""
    wanted = weight_of(MEDIA_TYPE, accept)
    return wanted > 0 and wanted >= weight_of(_JSON, accept)


def signed(registry: Registry, told: Told, key: SigningPrivateKey, now: float) -> str:
    """The answer in a JWT for whom it was told. It has no `sub` and no `exp` beside it, so that nobody takes it for an
    access token (section 5)."""
    claims = {"iss": registry.issuer, "aud": told.to, "iat": int(now), "token_introspection": told.members}
    return sign(claims, key, TYPE)
