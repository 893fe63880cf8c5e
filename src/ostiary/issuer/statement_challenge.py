"""Challenges that a device's statement is about: each is unlike any other, good for some minutes, and for one statement
that holds.

The issuer can tell its own, so that only those that were used are stored. They are the same at each machine.
"""

import hmac
from typing import Final

from ostiary.keys import base64url
from ostiary.model.errors import InvalidAttestation
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

SECONDS: Final = 300
"""A device asks its vendor while a person waits; it takes seconds, on a bad network more."""
_TIME, _RANDOM, _MAC = 5, 16, 15
"""Bytes."""


@frozen
class Challenge:
    """One of the issuer's own, in time. `expires_at`: seconds since the epoch."""

    text: str
    expires_at: int


def new_challenge(key: bytes, now: float, fresh: Fresh) -> str:
    """`key`: the one derived for them."""
    said = (int(now) + SECONDS).to_bytes(_TIME, "big") + fresh(_RANDOM)
    return base64url.encode(said + _mac(key, said))


def require_challenge(text: str, key: bytes, now: float) -> Challenge:
    """Raise InvalidAttestation unless the issuer gave it out, and lately."""
    try:
        raw = base64url.decode(text.encode())
    except base64url.NotBase64url:
        raise InvalidAttestation(Reason.STATEMENT_CHALLENGE) from None
    said, expires_at = raw[: _TIME + _RANDOM], int.from_bytes(raw[:_TIME], "big")
    if not hmac.compare_digest(raw[_TIME + _RANDOM :], _mac(key, said)) or expires_at <= now:
        raise InvalidAttestation(Reason.STATEMENT_CHALLENGE)
    return Challenge(text, expires_at)


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_MAC]
