"""A refresh token as text: its grant, its number in the family, and a proof that it is ours (RFC 6749 section 10.4).

Whoever has the key can tell each token of a family, so nothing is stored of them but the number of the last (ADR 0004).
"""

import hmac
from hashlib import blake2b
from typing import Final

from ostiary.keys import base64url
from ostiary.model.frozen import frozen
from ostiary.model.ids import GrantId, Secret

_SEPARATOR: Final = "~"


@frozen
class RefreshName:
    """Which token it is. The first of a family has number 1."""

    grant: GrantId
    number: int


def written(name: RefreshName, key: bytes) -> Secret:
    """What the client gets: the same each time. `key`: the one derived for refresh tokens."""
    text = f"{name.grant}{_SEPARATOR}{name.number}"
    return Secret(f"{text}{_SEPARATOR}{_mac(text, key)}")


def read(token: Secret, key: bytes) -> RefreshName | None:
    """None for what is no token of ours."""
    text, _, mac = token.reveal().rpartition(_SEPARATOR)
    if not hmac.compare_digest(mac.encode(), _mac(text, key).encode()):
        return None
    grant, _, number = text.rpartition(_SEPARATOR)
    return RefreshName(GrantId(grant), int(number))


def _mac(text: str, key: bytes) -> str:
    """Keyed BLAKE2b, 256 bits (RFC 7693 section 2.9)."""
    return base64url.encode(blake2b(text.encode(), key=key, digest_size=32).digest())
