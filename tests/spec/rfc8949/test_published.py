"""The published examples: those that are not well-formed, and those that are (RFC 8949 appendices A and F.1)."""

import pytest

from ostiary.keys.cbor import NotStrictCbor, Value, parse, parse_first
from written_cbor import head

MALFORMED = {
    "a head that ends": "18, 19, 1a, 1b, 1901, 1a0102, 1b01020304050607, 38, 58, 78, 98, 9a01ff00, b8, d8, f8, f900, "
    "fa0000, fb000000",
    "a string that ends": "41, 61, 5affffffff00, 5bffffffffffffffff010203, 7affffffff00, 7b7fffffffffffffff010203",
    "an array or a map that ends": "81, 818181818181818181, 8200, a1, a20102, a100, a2000000",
    "a tag alone": "c0",
    "a string without a break": "5f4100, 7f6100",
    "an array or a map without a break": "9f, 9f0102, bf, bf01020102, 819f, 9f8000, 9f9f9f9f9fffffffff, "
    "9f819f819f9fffffff",
    "a reserved length": "1c, 1d, 1e, 3c, 3d, 3e, 5c, 5d, 5e, 7c, 7d, 7e, 9c, 9d, 9e, bc, bd, be, dc, dd, de, fc, fd, "
    "fe",
    "a reserved simple value": "f800, f801, f818, f81f",
    "a piece of another kind": "5f00ff, 5f21ff, 5f6100ff, 5f80ff, 5fa0ff, 5fc000ff, 5fe0ff, 7f4100ff",
    "a piece without a length": "5f5f4100ffff, 7f7f6100ffff",
    "a break alone": "ff",
    "a break in what has a length": "81ff, 8200ff, a1ff, a1ff00, a100ff, a20000ff, 9f81ff, 9f829f819f9fffffffff",
    "a break in place of a value": "bf00ff, bf000000ff",
    "a number without a length": "1f, 3f, df",
}
"""Appendix F.1, by kind."""
TAKEN: dict[str, Value] = {
    "00": 0,
    "17": 23,
    "1818": 24,
    "1903e8": 1000,
    "1a000f4240": 1_000_000,
    "1b000000e8d4a51000": 1_000_000_000_000,
    "1bffffffffffffffff": 18446744073709551615,
    "3bffffffffffffffff": -18446744073709551616,
    "20": -1,
    "3863": -100,
    "3903e7": -1000,
    "40": b"",
    "4401020304": b"\1\2\3\4",
    "60": "",
    "6449455446": "IETF",
    "62225c": '"\\',
    "62c3bc": "\u00fc",
    "63e6b0b4": "\u6c34",
    "64f0908591": "\U00010151",
    "80": [],
    "8301820203820405": [1, [2, 3], [4, 5]],
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819": list(range(1, 26)),
    "a0": {},
    "a201020304": {1: 2, 3: 4},
    "a26161016162820203": {"a": 1, "b": [2, 3]},
    "826161a161626163": ["a", {"b": "c"}],
}
NOT_TAKEN = (
    "c249010000000000000000, f90000, f97c00, fa47c35000, fb3ff199999999999a, f4, f5, f6, f7, f0, f8ff, "
    "c11a514b67b0, d74401020304, d818456449455446, 5f42010243030405ff, 7f657374726561646d696e67ff, 9fff, "
    "9f018202039f0405ffff, bf61610161629f0203ffff, bf6346756ef563416d7421ff"
)
"""Appendix A, with and without what nobody needs here: tags, floats, simple values, lengths that are not stated."""


def listed(text: str) -> list[bytes]:
    return [bytes.fromhex(each) for each in text.split(", ")]


@pytest.mark.parametrize("kind", MALFORMED)
def test_f_1_what_is_not_well_formed_is_refused_wherever_it_stands(kind: str) -> None:
    for item in listed(MALFORMED[kind]):
        for around in (b"", head(4, 1), head(5, 1) + b"\x00"):
            with pytest.raises(NotStrictCbor):
                parse(around + item)
            with pytest.raises(NotStrictCbor):
                parse_first(around + item)


def test_f_1_they_are_ninety_four() -> None:
    assert sum(len(listed(kind)) for kind in MALFORMED.values()) == 94


@pytest.mark.parametrize("item", TAKEN)
def test_a_what_is_needed_is_read(item: str) -> None:
    assert parse(bytes.fromhex(item)) == TAKEN[item]


@pytest.mark.parametrize("item", TAKEN)
def test_f_too_much_or_too_little_is_refused(item: str) -> None:
    """Error kinds 1 and 2 of appendix F, made of each example as it says."""
    whole = bytes.fromhex(item)
    assert parse_first(whole + b"\x00") == (TAKEN[item], b"\x00")
    with pytest.raises(NotStrictCbor):
        parse(whole + b"\x00")
    for end in range(len(whole)):
        with pytest.raises(NotStrictCbor):
            parse(whole[:end])


@pytest.mark.parametrize("number", [0, 23, 24, 255, 256, 65535, 65536, (1 << 32) - 1, 1 << 32, (1 << 64) - 1])
def test_4_2_1_a_number_is_taken_in_its_shortest_form_alone(number: int) -> None:
    """And so is a length, of which the bytes must be there."""
    own = len(head(0, number)) - 1
    assert parse(head(0, number)) == number
    assert parse(head(1, number)) == -1 - number
    for size in (size for size in (1, 2, 4, 8) if size > own):
        for major in (0, 1):
            with pytest.raises(NotStrictCbor):
                parse(head(major, number, size))
        if number <= 65536:
            with pytest.raises(NotStrictCbor):
                parse(head(2, number, size) + bytes(number))


@pytest.mark.parametrize("item", listed(NOT_TAKEN), ids=bytes.hex)
def test_a_what_nobody_needs_is_refused(item: bytes) -> None:
    with pytest.raises(NotStrictCbor):
        parse(item)
