"""ES256 signatures: 64 bytes, r then s, both from 1 to n - 1 (RFC 7518 section 3.4)."""

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from by_hand import CLAIMS, KEY, KEYS, TYPE, compact
from ostiary.keys.jwt import verify
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def numbers(signed: bytes) -> tuple[int, int]:
    signature = KEY.sign(signed)
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def joined(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@cache
def short(signed: bytes) -> bytes:
    """A signature whose s begins with a zero byte, which one in 256 does."""
    while (signature := KEY.sign(signed))[32]:
        pass
    return signature


FORGED = {
    "empty": lambda signed: b"",
    "63 bytes": lambda signed: KEY.sign(signed)[:-1],
    "65 bytes": lambda signed: KEY.sign(signed) + b"\0",
    "64 zero bytes before": lambda signed: bytes(64) + KEY.sign(signed),
    "s with a zero byte before it": lambda signed: KEY.sign(signed)[:32] + b"\0" + KEY.sign(signed)[32:],
    "s without its leading zero": lambda signed: short(signed)[:32] + short(signed)[33:],
    "twice": lambda signed: KEY.sign(signed) * 2,
    "DER": lambda signed: encode_dss_signature(*numbers(signed)),
    "all zero (CVE-2022-21449)": lambda signed: bytes(64),
    "r zero": lambda signed: joined(0, numbers(signed)[1]),
    "s zero": lambda signed: joined(numbers(signed)[0], 0),
    "r is n": lambda signed: joined(ORDER, numbers(signed)[1]),
    "s is n": lambda signed: joined(numbers(signed)[0], ORDER),
    "r and s are n": lambda signed: joined(ORDER, ORDER),
    "all ones": lambda signed: b"\xff" * 64,
    "s then r": lambda signed: joined(*reversed(numbers(signed))),
    "little-endian": lambda signed: KEY.sign(signed)[31::-1] + KEY.sign(signed)[:31:-1],
    "of something else": lambda signed: KEY.sign(signed + b"."),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_3_4_a_signature_in_another_form_does_not_hold(forge) -> None:  # type: ignore[no-untyped-def]  # a lambda
    with pytest.raises(InvalidToken) as refused:
        verify(compact(sign=forge), KEYS, TYPE)
    assert refused.value.reason is Reason.TOKEN_SIGNATURE


def test_3_4_both_halves_are_padded_to_32_bytes() -> None:
    """A short r or s comes once in 128 signatures."""
    seen = 0
    for number in range(2000):
        signed = b"%d" % number
        signature = KEY.sign(signed)
        assert len(signature) == 64
        KEY.public.check(signature, signed)
        seen += signature[0] == 0 or signature[32] == 0
        if seen > 1:
            break
    assert seen > 1


def test_3_4_a_high_s_is_as_good_as_a_low_one() -> None:
    """Which is why a token is known by its `jti` and never by its bytes."""

    def other(signed: bytes) -> bytes:
        r, s = numbers(signed)
        return joined(r, ORDER - s)

    assert verify(compact(sign=other), KEYS, TYPE).values == CLAIMS
