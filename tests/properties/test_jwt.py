"""Any token: what was signed is read again, and what was changed anywhere is refused, as a peer refuses it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from by_hand import CLAIMS, KEY, KEYS, TYPE
from ostiary.keys import base64url
from ostiary.keys.jwt import MOST_BYTES, sign, verify
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.errors import InvalidToken

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PEER_KEY = ECKey.import_key(KEY.public.to_jwk())
TOKEN = sign(CLAIMS, KEY, TYPE)


def ours(token: str | bytes) -> Mapping[str, object] | None:
    try:
        return verify(token, KEYS, TYPE).values
    except InvalidToken:
        return None


def peers(token: bytes) -> bool:
    try:
        return jws.deserialize_compact(token, PEER_KEY, algorithms=["ES256"]).payload is not None
    except (JoseError, ValueError, TypeError):
        return False


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_was_signed_is_read_again(claims: dict[str, object]) -> None:
    token = sign(claims, KEY, TYPE)
    if len(token) <= MOST_BYTES:
        assert ours(token) == claims
        assert peers(token.encode())


@given(st.integers(0, len(TOKEN) - 1), st.integers(0, 255))
def test_a_changed_byte_is_never_accepted(at: int, value: int) -> None:
    changed = TOKEN.encode()[:at] + bytes([value]) + TOKEN.encode()[at + 1 :]
    assert (ours(changed) is not None) is (changed == TOKEN.encode())


@given(st.integers(0, len(TOKEN)), st.integers(0, len(TOKEN)))
def test_a_token_without_some_of_it_is_never_accepted(start: int, end: int) -> None:
    cut = TOKEN[:start] + TOKEN[end:]
    assert (ours(cut) is not None) is (cut == TOKEN)


@given(st.integers(0, len(TOKEN)), st.binary(min_size=1, max_size=5))
def test_a_token_with_something_added_is_never_accepted(at: int, added: bytes) -> None:
    assert ours(TOKEN.encode()[:at] + added + TOKEN.encode()[at:]) is None


@given(st.binary(max_size=200) | st.text(max_size=100))
def test_bytes_of_any_kind_are_refused_and_nothing_else_happens(token: bytes | str) -> None:
    with pytest.raises(InvalidToken):
        verify(token, KEYS, TYPE)


@given(st.dictionaries(TEXT, VALUES, max_size=3), st.binary(max_size=80))
def test_what_we_accept_a_peer_accepts(header: dict[str, object], payload: bytes) -> None:
    """Any header and payload, well signed: ours is never the more trusting of the two."""
    head = sign({**header, "alg": "ES256", "typ": TYPE}, KEY, TYPE).split(".")[1]
    signed = f"{head}.{base64url.encode(payload)}".encode()
    token = signed + b"." + base64url.encode(KEY.sign(signed)).encode()
    if ours(token) is not None:
        assert peers(token)


@given(st.binary(max_size=60))
def test_strict_json_is_an_object_or_refused(data: bytes) -> None:
    try:
        assert isinstance(parse_object(data), dict)
    except NotStrictJson:
        return
