"""The private keys that Ostiary signs with: ES256, and nothing else (RFC 7518 section 3.4)."""

from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from ostiary.keys import base64url
from ostiary.keys.jwk import VerificationKey, p256_check, p256_members, thumbprint
from ostiary.model.ids import KeyId

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (SEC 2 section 2.4.2)."""
_ECDSA: Final = ec.ECDSA(SHA256())


class SigningPrivateKey:
    """An ES256 private key. Its `kid` is the thumbprint of its public half (RFC 7638)."""

    __slots__ = ("_headers", "_key", "id", "public")

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        public, members = key.public_key(), p256_members(key.public_key())
        self._key: Final = key
        self._headers: Final[dict[str, str]] = {}
        self.id: Final[KeyId] = thumbprint(members)
        self.public: Final = VerificationKey(self.id, frozenset({"ES256"}), members, p256_check(public))

    @classmethod
    def generate(cls) -> "SigningPrivateKey":
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_scalar(cls, scalar: bytes) -> "SigningPrivateKey":
        """From the 32 bytes of `d` (RFC 7518 section 6.2.2.1)."""
        return cls(ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()))

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningPrivateKey":
        """The same key for the same 32 secret bytes (FIPS 186-5 section A.2.1 wants 8 bytes more, for a bias of less
        than the 2^-32 that P-256 has without them)."""
        return cls(ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1()))

    def scalar(self) -> bytes:
        """Secret: only to be sealed."""
        return self._key.private_numbers().private_value.to_bytes(32, "big")

    def sign(self, data: bytes) -> bytes:
        """64 bytes: r, then s."""
        r, s = decode_dss_signature(self._key.sign(data, _ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def header(self, typ: str) -> str:
        """The protected header for tokens of this type, encoded; an empty one is left out. It is the same for all of
        them, so it is made once."""
        made = self._headers.get(typ)
        if made is None:
            named = {"alg": "ES256", "kid": self.id} | ({"typ": typ} if typ else {})
            made = base64url.encode(orjson.dumps(named))
            self._headers[typ] = made
        return made

    def __repr__(self) -> str:
        return f"SigningPrivateKey({self.id})"
