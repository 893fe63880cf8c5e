"""The master key: everything secret at rest hangs on it, and it never lies beside what it protects."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ostiary.keys import base64url
from ostiary.model.ids import Secret

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class MasterKeyInvalid(ValueError):
    """The text is not 32 bytes in base64url."""


class SealBroken(ValueError):
    """Sealed under another master key or another context, or changed since."""


class MasterKey:
    """32 random bytes. Two purposes never share a derived key."""

    __slots__ = ("_raw", "_sealing")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise MasterKeyInvalid("a master key has 32 bytes")
        self._raw: Final = raw
        self._sealing: Final = AESGCM(self.derive("seal"))

    @classmethod
    def from_text(cls, text: Secret) -> "MasterKey":
        """Raise MasterKeyInvalid unless it is base64url of 32 bytes; padding and a last newline are forgiven."""
        try:
            raw = base64url.decode(text.reveal().strip().rstrip("=").encode("ascii"))
        except ValueError:
            raise MasterKeyInvalid("a master key is 32 bytes in base64url") from None
        return cls(raw)

    def to_text(self) -> Secret:
        return Secret(base64url.encode(self._raw))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256, RFC 5869)."""
        return HKDF(SHA256(), length=32, salt=None, info=b"ostiary " + purpose.encode()).derive(self._raw)

    def seal(self, plaintext: bytes, context: bytes, nonce: bytes) -> bytes:
        """Encrypt, bound to `context` (AES-256-GCM). `nonce`: 12 bytes that were never used before."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError("a nonce has 12 bytes")
        return nonce + self._sealing.encrypt(nonce, plaintext, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return the plaintext, or raise SealBroken."""
        try:
            return self._sealing.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        except (InvalidTag, ValueError):
            raise SealBroken("sealed with another key or context, or changed") from None

    def __repr__(self) -> str:
        return "MasterKey(hidden)"
