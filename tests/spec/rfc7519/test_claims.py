"""The claims set: one JSON object that can be read in one way only (RFC 7519 sections 4 and 7)."""

import pytest

from by_hand import KEYS, TYPE, compact
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.jwt import verify
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason


def read(payload: bytes) -> VerifiedClaims:
    return verify(compact(payload=payload), KEYS, TYPE)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{",
        b"{}{}",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e400}',
        b'{"a":01}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\x00"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' * 1200 + b"1" + b"}" * 1200,
        b'{"a":1} // comment',
        b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
    ],
    ids=lambda payload: repr(payload[:20]),
)
def test_7_2_a_payload_that_is_not_one_strict_object_is_refused_though_signed(payload: bytes) -> None:
    with pytest.raises(InvalidToken) as refused:
        read(payload)
    assert refused.value.reason is Reason.TOKEN_MALFORMED


@pytest.mark.parametrize("payload", [b"{}", b' {"a" : 1 } ', b'{"a":{"b":1},"c":{"b":2}}', '{"é":"ü"}'.encode()])
def test_7_2_a_strict_object_is_read(payload: bytes) -> None:
    assert isinstance(read(payload).values, dict)


@pytest.mark.parametrize("header", [b'{"alg":"ES256","typ":"at+jwt","typ":"at+jwt"}', b"[]", b"null", b"\xff", b""])
def test_7_2_the_header_is_as_strict(header: bytes) -> None:
    with pytest.raises(InvalidToken) as refused:
        verify(compact(header), KEYS, TYPE)
    assert refused.value.reason is Reason.TOKEN_MALFORMED


@pytest.mark.parametrize("value", [b'"7"', b"7.0", b"7e0", b"true", b"null", b"[7]", b'{"a":7}', b"1e308"])
def test_2_a_time_of_ours_is_an_integer_and_nothing_that_looks_like_one(value: bytes) -> None:
    with pytest.raises(InvalidToken) as refused:
        read(b'{"exp":' + value + b"}").integer("exp")
    assert refused.value.reason is Reason.TOKEN_MALFORMED


def test_2_an_integer_is_read_and_a_missing_one_is_told_from_it() -> None:
    claims = read(b'{"exp":7}')
    assert claims.integer("exp") == 7
    assert claims.integer_or_none("nbf") is None
    with pytest.raises(InvalidToken):
        claims.integer("nbf")


@pytest.mark.parametrize(("value", "seconds"), [(b"7", 7), (b"7.9", 7), (b"-7.9", -7), (b"7e2", 700)])
def test_2_a_foreign_numeric_date_may_have_a_fraction(value: bytes, seconds: int) -> None:
    assert read(b'{"exp":' + value + b"}").date("exp") == seconds


@pytest.mark.parametrize("value", [b'"7"', b"true", b"null", b"[]"])
def test_2_a_foreign_numeric_date_is_a_number(value: bytes) -> None:
    with pytest.raises(InvalidToken):
        read(b'{"exp":' + value + b"}").date("exp")


@pytest.mark.parametrize("value", [b"7", b"null", b"true", b"[]", b"{}"])
def test_2_a_text_is_a_text(value: bytes) -> None:
    with pytest.raises(InvalidToken):
        read(b'{"sub":' + value + b"}").text("sub")
    assert read(b'{"sub":"ada"}').text("sub") == "ada"


@pytest.mark.parametrize(("value", "texts"), [(b'"a"', ("a",)), (b'["a","b"]', ("a", "b")), (b"[]", ())])
def test_4_1_3_an_audience_is_a_text_or_an_array_of_texts(value: bytes, texts: tuple[str, ...]) -> None:
    assert read(b'{"aud":' + value + b"}").texts("aud") == texts


@pytest.mark.parametrize("value", [b"7", b"null", b'["a",7]', b'[["a"]]', b'{"a":1}'])
def test_4_1_3_an_audience_is_nothing_else(value: bytes) -> None:
    with pytest.raises(InvalidToken):
        read(b'{"aud":' + value + b"}").texts("aud")
    assert read(b"{}").texts_or_empty("aud") == ()
