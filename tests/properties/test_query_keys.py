"""A key in a query: whatever else is in it, the key is found, and all the rest goes on as it came."""

from urllib.parse import parse_qsl, quote_from_bytes

from hypothesis import given
from hypothesis import strategies as st

from legacy_world import CONTRACT
from ostiary.gateway.query_keys import QueryKeys
from rules_world import contract

KEYS = QueryKeys(contract(9, **CONTRACT))
OTHERS = st.from_regex(rb"[a-z]{1,4}(=[a-z0-9;%]{0,6})?", fullmatch=True).filter(lambda pair: b"key" not in pair)
PERCENT = st.lists(st.booleans(), min_size=7, max_size=7)


def spelled(escapes: list[bool], *, upper: bool) -> bytes:
    """The name, with some letters percent-encoded."""
    name = b"API_KEY" if upper else b"api_key"
    return b"".join(b"%%%02x" % byte if escape else bytes([byte]) for byte, escape in zip(name, escapes, strict=True))


@given(st.lists(OTHERS, max_size=4), st.lists(OTHERS, max_size=4), PERCENT, st.booleans())
def test_only_the_key_is_taken_out(before: list[bytes], after: list[bytes], escapes: list[bool], upper: bool) -> None:
    pair = spelled(escapes, upper=upper) + b"=s3cret"
    found, kept = KEYS.parted(b"&".join([*before, pair, *after]))
    assert found == [pair]
    assert (kept or b"") == b"&".join([*before, *after])


@given(st.binary(max_size=40))
def test_no_server_that_decodes_the_rest_finds_a_key(text: bytes) -> None:
    query = quote_from_bytes(text, safe="&;=%+[]._").encode()
    kept = KEYS.parted(query + b"&api_key=s3cret")[1] or b""
    for separator in "&;":
        names = [name.lower() for name, _ in parse_qsl(kept.decode(), keep_blank_values=True, separator=separator)]
        assert "api_key" not in names
    assert KEYS.parted(kept) == ([], kept or b"")
