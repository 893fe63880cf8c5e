"""Hashes of secrets: what is stored, compared and written instead of them."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from ostiary.model.ids import TokenHash

_NOBODY: Final = (TokenHash(bytes(32)),)


def token_hash(secret: str) -> TokenHash:
    """SHA-256: enough for a secret of 128 random bits or more, never for a password."""
    return TokenHash(hashlib.sha256(secret.encode()).digest())


def hex_digest(text: str) -> str:
    """SHA-256 of what is no secret."""
    return hashlib.sha256(text.encode()).hexdigest()


def same(a: bytes, b: bytes) -> bool:
    """Compare in a time that does not tell where they differ."""
    return hmac.compare_digest(a, b)


def is_one_of(secret: str, hashes: Sequence[TokenHash]) -> bool:
    """Whether the secret has one of the hashes. All are compared, and where there are none it takes as long as with
    one."""
    presented = token_hash(secret)
    return max([same(presented, hash) for hash in hashes or _NOBODY])


def pseudonym(key: bytes, value: str) -> str:
    """16 hexadecimal digits that stand for an address or a login in events; found again only with the key."""
    return hmac.digest(key, value.encode(), "sha256").hex()[:16]
