"""The keys that partners sign requests with: one algorithm each, which no message can choose (RFC 9421 section 3.3)."""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature as Mismatch
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA512

from ostiary.keys import jwk as jwks
from ostiary.keys.jwk import Check, JwkInvalid
from ostiary.keys.keyset import listed
from ostiary.model.errors import InvalidSignature
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

ECDSA_P256: Final = "ecdsa-p256-sha256"
ED25519: Final = "ed25519"
RSA_PSS: Final = "rsa-pss-sha512"
HMAC: Final = "hmac-sha256"
"""Names of the HTTP Signature Algorithms registry (RFC 9421 section 6.2.2)."""

_NAMES: Final = {"ES256": ECDSA_P256, "EdDSA": ED25519, "Ed25519": ED25519}
_KEYID: Final = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]{1,128}")
"""What a `keyid` can be without an escape (RFC 9651 section 3.3.3)."""
_PSS: Final = padding.PSS(padding.MGF1(SHA512()), salt_length=64)


@frozen
class MessageKey:
    """A key, by the name that signatures call it, and what it verifies."""

    id: str
    algorithm: str
    _check: Check

    def require(self, signature: bytes, base: bytes, algorithm: str | None) -> None:
        """Raise InvalidSignature unless this key made the signature. `algorithm`: what the message says of it, if
        anything; it has to be what is known of the key (section 3.2 step 6)."""
        if algorithm is not None and algorithm != self.algorithm:
            raise InvalidSignature(Reason.SIGNATURE_ALGORITHM)
        try:
            self._check(signature, base)
        except (Mismatch, ValueError):
            raise InvalidSignature(Reason.SIGNATURE_WRONG) from None


def from_jwks(text: str) -> tuple[MessageKey, ...]:
    """The public keys of a JWK set. Raise JwkInvalid, also where two have the same `kid`."""
    keys = listed(text, parse)
    if not all(_KEYID.fullmatch(key.id) for key in keys):
        raise JwkInvalid("a kid has up to 128 printable ASCII characters, without quote and backslash")
    if len({key.id for key in keys}) != len(keys):
        raise JwkInvalid("two keys have the same kid")
    return keys


def parse(jwk: Mapping[str, object]) -> MessageKey:
    """The key of a JWK: P-256, Ed25519, or RSA with an `alg` of PS512. Raise JwkInvalid."""
    if jwk.get("kty") == "RSA":
        return _rsa_pss(jwk)
    key = jwks.parse_public(jwk)
    return MessageKey(key.id, _NAMES[min(key.algorithms)], key.check)


def shared(id: str, secrets: tuple[bytes, ...]) -> MessageKey:
    """HMAC with one of these secrets: two while one takes the place of the other (section 3.3.3)."""

    def check(signature: bytes, base: bytes) -> None:
        made = [hmac.compare_digest(hmac.digest(secret, base, "sha256"), signature) for secret in secrets]
        if not any(made):
            raise Mismatch

    return MessageKey(id, HMAC, check)


def _rsa_pss(jwk: Mapping[str, object]) -> MessageKey:
    """Section 3.3.1: SHA-512, MGF1 with SHA-512, a salt of 64 bytes."""
    jwks.require_public(jwk)
    if jwk.get("alg") != "PS512":
        raise JwkInvalid("an RSA key for signed requests has the alg PS512")
    members, key = jwks.rsa_key(jwk)
    verify = key.verify
    return MessageKey(
        jwks.key_id(jwk, members), RSA_PSS, lambda signature, base: verify(signature, base, _PSS, SHA512())
    )
