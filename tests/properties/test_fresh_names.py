"""Names that are drawn can be typed behind a command."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ostiary.keys import base64url
from ostiary.model.fresh import fresh_name


@given(st.binary(min_size=16, max_size=32))
def test_a_name_begins_with_a_letter_and_differs_where_the_random_bytes_do(drawn: bytes) -> None:
    name = fresh_name(lambda size: drawn[:size], len(drawn))
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name)
    assert base64url.decode(name.encode())[1:] == drawn[1:]
    assert base64url.decode(name.encode())[0] == drawn[0] & 0x7F
