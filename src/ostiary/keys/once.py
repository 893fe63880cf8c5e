"""A text sealed under a secret that seals nothing else, so that whoever keeps it cannot read it."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ostiary.keys.master import SealBroken
from ostiary.model.ids import Secret

_NONCE: Final = bytes(12)
"""Always the same: a key here encrypts one text (NIST SP 800-38D section 8)."""


def seal(plaintext: bytes, secret: Secret, purpose: bytes) -> bytes:
    """Encrypt with AES-256-GCM. `secret`: of 128 random bits or more, for this text alone."""
    return AESGCM(_key(secret, purpose)).encrypt(_NONCE, plaintext, None)


def unseal(sealed: bytes, secret: Secret, purpose: bytes) -> bytes:
    """Return the plaintext, or raise SealBroken."""
    try:
        return AESGCM(_key(secret, purpose)).decrypt(_NONCE, sealed, None)
    except (InvalidTag, ValueError):
        raise SealBroken("sealed under another secret or for another purpose, or changed") from None


def _key(secret: Secret, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"ostiary once " + purpose).derive(secret.reveal().encode())
