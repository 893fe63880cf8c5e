"""Which bytes are a public key of Ed25519 (RFC 8032 sections 5.1.3 and 7.1), by arithmetic of the tests' own."""

from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ostiary.keys import base64url
from ostiary.keys.dpop import ProofRefused, Request
from ostiary.keys.edwards import is_key
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import JwkInvalid, parse_public
from ostiary.model.reasons import Reason
from used_proofs import proof, proofs

Point = tuple[int, int]
P: Final = 2**255 - 19
D: Final = -121665 * pow(121666, -1, P) % P
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of the base point; the curve has eight times as many (section 5.1)."""
NEUTRAL: Final = (0, 1)
VECTORS: Final = (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
)
"""Public keys of section 7.1."""


def added(one: Point, other: Point) -> Point:
    """Section 5.1.4, with fractions."""
    (x1, y1), (x2, y2) = one, other
    both = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P


def times(number: int, point: Point) -> Point:
    result = NEUTRAL
    while number:
        if number & 1:
            result = added(result, point)
        point, number = added(point, point), number >> 1
    return result


def decoded(y: int) -> Point | None:
    """One of the points with this y, where there is any (section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    found = next((each for each in (x, x * pow(2, (P - 1) // 4, P) % P) if each * each % P == square), None)
    return None if found is None else (found, y)


def encoded(point: Point, sign: int | None = None) -> bytes:
    x, y = point
    return (y | (x & 1 if sign is None else sign) << 255).to_bytes(32, "little")


POINTS: Final = [point for point in map(decoded, range(2, 40)) if point is not None]
SMALL: Final = {times(each, times(ORDER, point)) for point in POINTS for each in range(8)}


def jwk(x: bytes) -> dict[str, object]:
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(x)}


def refused(x: bytes) -> bool:
    try:
        parse_public(jwk(x))
    except JwkInvalid:
        return True
    return False


@pytest.mark.parametrize("vector", VECTORS)
def test_7_1_the_keys_of_the_vectors_are_keys(vector: str) -> None:
    assert not refused(bytes.fromhex(vector))


def test_5_1_3_what_has_no_x_is_no_point() -> None:
    found = {y: decoded(y) for y in range(2, 40)}
    for y, point in found.items():
        assert is_key(y.to_bytes(32, "little")) is (point is not None)
    assert None in found.values()


def test_5_1_3_a_point_has_one_spelling() -> None:
    """Section 5.1.3 step 1: y is below p. A key with two spellings would have two thumbprints."""
    for x, y in POINTS:
        assert not refused(encoded((x, y)))
        if y < 19:
            assert refused(encoded((x, y + P)))


def test_a_point_of_small_order_is_no_key() -> None:
    assert len(SMALL) == 8
    for point in SMALL:
        assert times(8, point) == NEUTRAL
        for sign in (0, 1):
            assert refused(encoded(point, sign))
        for other in POINTS:
            assert not refused(encoded(added(other, point)))


def holds(x: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(x).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def test_nobody_proves_to_hold_a_key_under_which_anybody_can_sign() -> None:
    """The library takes it: R is the neutral point, and S is zero."""
    key, url, now = SigningPrivateKey.generate(), "https://door.example/v1/orders", 1_790_000_000.0
    made = proof(key, "GET", url, now, header_alg="EdDSA", header_jwk=jwk(encoded(NEUTRAL))).encode()
    signed, signature = made.rpartition(b".")[0], encoded(NEUTRAL) + bytes(32)
    assert holds(encoded(NEUTRAL), signature, signed)
    with pytest.raises(ProofRefused) as caught:
        proofs().require(signed + b"." + base64url.encode(signature).encode(), Request("GET", url), now)
    assert caught.value.reason is Reason.PROOF_ALGORITHM
