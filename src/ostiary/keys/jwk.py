"""Public keys as JSON (RFC 7517, RFC 7518 section 6, RFC 8037), and only those that can be nothing else."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from ostiary.keys import base64url, edwards, factors, roca
from ostiary.model.frozen import frozen
from ostiary.model.ids import KeyId

Check = Callable[[bytes, bytes], None]
"""(signature, signed bytes): returns, or raises `InvalidSignature` or ValueError."""

_ECDSA: Final = ec.ECDSA(SHA256())
_RSA_PADDING: Final[Mapping[str, padding.AsymmetricPadding]] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(padding.MGF1(SHA256()), salt_length=32),
}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
RSA_BITS: Final = range(2048, 8192 + 1)
RSA_EXPONENTS: Final = range(65537, 1 << 32, 2)


class JwkInvalid(ValueError):
    """A key that is refused; the message says why and holds no key material."""


@frozen
class VerificationKey:
    """A public key with the one algorithm that it may be used with (RFC 8725 section 3.1).

    `algorithms` has two names only for Ed25519, where both name the same algorithm (RFC 9864 section 2.2).
    """

    id: KeyId
    algorithms: frozenset[str]
    members: Mapping[str, str]
    """Those that the thumbprint is made of (RFC 7638 section 3.2)."""
    check: Check

    def to_jwk(self) -> dict[str, str]:
        return {**self.members, "kid": self.id, "use": "sig", "alg": min(self.algorithms)}


def thumbprint(members: Mapping[str, str]) -> KeyId:
    """The required members in the order of their names, hashed with SHA-256 (RFC 7638 section 3)."""
    return KeyId(base64url.encode(hashlib.sha256(orjson.dumps(dict(members), option=orjson.OPT_SORT_KEYS)).digest()))


def parse_public(jwk: Mapping[str, object]) -> VerificationKey:
    """Return the key; raise JwkInvalid if it is private, weak, off its curve, or meant for something else."""
    require_public(jwk)
    match _text(jwk, "kty"):
        case "EC":
            members, algorithms, check = _p256(jwk)
        case "RSA":
            members, algorithms, check = _rsa(jwk)
        case "OKP":
            members, algorithms, check = _ed25519(jwk)
        case _:
            raise JwkInvalid("kty is not one of EC, RSA and OKP")
    return VerificationKey(key_id(jwk, members), _narrowed(algorithms, jwk), members, check)


def key_id(jwk: Mapping[str, object], members: Mapping[str, str]) -> KeyId:
    """Its `kid`, or its thumbprint where it has none."""
    return KeyId(_text(jwk, "kid")) if "kid" in jwk else thumbprint(members)


def require_public(jwk: Mapping[str, object]) -> None:
    """Raise JwkInvalid unless the key is public, and to verify signatures with."""
    if _PRIVATE & jwk.keys():
        raise JwkInvalid("a private or symmetric key stands where a public one belongs")
    _require_use(jwk)


def p256_members(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    point = key.public_numbers()
    x, y = (base64url.encode(n.to_bytes(32, "big")) for n in (point.x, point.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def p256_check(key: ec.EllipticCurvePublicKey) -> Check:
    """ES256: 64 bytes, r then s (RFC 7518 section 3.4). A high s is as good as a low one there; tokens are known by
    their `jti`, so a second spelling of a signature gains nothing."""
    verify = key.verify

    def check(signature: bytes, signed: bytes) -> None:
        if len(signature) != 64:
            raise ValueError("an ES256 signature has 64 bytes")
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        verify(encode_dss_signature(r, s), signed, _ECDSA)

    return check


def _p256(jwk: Mapping[str, object]) -> tuple[dict[str, str], frozenset[str], Check]:
    if _text(jwk, "crv") != "P-256":
        raise JwkInvalid("an EC key is on the curve P-256")
    x, y = (int.from_bytes(_raw(jwk, name, 32), "big") for name in ("x", "y"))
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError:
        raise JwkInvalid("the point is not on its curve") from None
    return p256_members(key), frozenset({"ES256"}), p256_check(key)


def rsa_key(jwk: Mapping[str, object]) -> tuple[dict[str, str], rsa.RSAPublicKey]:
    """The members that a thumbprint is made of, and the key. Raise JwkInvalid for a weak one."""
    n, e = _number(jwk, "n"), _number(jwk, "e")
    if n.bit_length() not in RSA_BITS or e not in RSA_EXPONENTS:
        raise JwkInvalid("an RSA key has 2048 to 8192 bits and an odd exponent of 65537 or more")
    if roca.shows(n):
        raise JwkInvalid("the RSA key was made by a chip whose keys can be taken apart (CVE-2017-15361)")
    if factors.show(n):
        raise JwkInvalid("the modulus has a small factor, or two that are near to each other (CVE-2022-26320)")
    try:
        key = rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError:
        raise JwkInvalid("the modulus or exponent is not one of an RSA key") from None
    return {"e": _text(jwk, "e"), "kty": "RSA", "n": _text(jwk, "n")}, key


def _rsa(jwk: Mapping[str, object]) -> tuple[dict[str, str], frozenset[str], Check]:
    algorithm = _text(jwk, "alg") if "alg" in jwk else ""
    if algorithm not in _RSA_PADDING:
        raise JwkInvalid("an RSA key says with its alg whether it is for RS256 or PS256")
    members, key = rsa_key(jwk)
    pad, verify = _RSA_PADDING[algorithm], key.verify
    return members, frozenset({algorithm}), lambda signature, signed: verify(signature, signed, pad, SHA256())


def _ed25519(jwk: Mapping[str, object]) -> tuple[dict[str, str], frozenset[str], Check]:
    if _text(jwk, "crv") != "Ed25519":
        raise JwkInvalid("an OKP key is on the curve Ed25519")
    x = _raw(jwk, "x", 32)
    if not edwards.is_key(x):
        raise JwkInvalid("the point is not on its curve, or is one for which anybody can sign")
    key = ed25519.Ed25519PublicKey.from_public_bytes(x)
    members = {"crv": "Ed25519", "kty": "OKP", "x": _text(jwk, "x")}
    return members, frozenset({"EdDSA", "Ed25519"}), key.verify


def _require_use(jwk: Mapping[str, object]) -> None:
    """RFC 7517 sections 4.2 and 4.3: a key for signatures, and to verify them only."""
    if jwk.get("use", "sig") != "sig":
        raise JwkInvalid("use is not sig")
    if jwk.get("key_ops", ["verify"]) != ["verify"]:
        raise JwkInvalid("key_ops is not verify alone")


def _narrowed(algorithms: frozenset[str], jwk: Mapping[str, object]) -> frozenset[str]:
    if "alg" not in jwk:
        return algorithms
    narrowed = algorithms & {_text(jwk, "alg")}
    if not narrowed:
        raise JwkInvalid("alg does not fit the key")
    return narrowed


def _text(jwk: Mapping[str, object], name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 2048:
        raise JwkInvalid(f"{name} is missing or not a text")
    return value


def _raw(jwk: Mapping[str, object], name: str, length: int | None = None) -> bytes:
    try:
        raw = base64url.decode(_text(jwk, name).encode("ascii"))
    except (base64url.NotBase64url, UnicodeEncodeError):
        raise JwkInvalid(f"{name} is not base64url") from None
    if length is not None and len(raw) != length:
        raise JwkInvalid(f"{name} does not have {length} bytes")
    return raw


def _number(jwk: Mapping[str, object], name: str) -> int:
    """Base64urlUInt (RFC 7518 section 2): no leading zero byte."""
    raw = _raw(jwk, name)
    if raw[0] == 0:
        raise JwkInvalid(f"{name} has a leading zero")
    return int.from_bytes(raw, "big")
