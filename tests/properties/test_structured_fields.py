"""What the strict readers of structured fields accept, http-sf reads as the same; what it writes, they accept."""

from typing import Any

import http_sf
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.http import structured
from ostiary.http.structured import NotStructured

KEYS = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,8}", fullmatch=True)
TEXTS = st.text(alphabet=[chr(byte) for byte in range(0x20, 0x7F) if chr(byte) not in '"\\'], max_size=12)
INTEGERS = st.integers(min_value=0, max_value=10**15 - 1)
PARAMETERS = st.dictionaries(KEYS, TEXTS | INTEGERS | st.just(True), max_size=4)
LISTS = st.tuples(st.lists(st.tuples(TEXTS, PARAMETERS), max_size=4), PARAMETERS)
PIECES = (
    *(
        '("a" "b");x=1;y="q"',
        "a=",
        "b=",
        "=",
        '"',
        "(",
        ")",
        ";",
        ",",
        ", ",
        " ",
        "\t",
        ":",
        ":YQ==:",
        ":YR==:",
        "x",
        "1",
    ),
    *("01", "-1", "1.5", "?1", "\\", "X", "*", "a=()", "a=:YWI=:", "\xe9", "@tok", "%"),
)
SCRAPS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def _plain(parameters: structured.Parameters) -> dict[str, Any]:
    return {name.decode(): value for name, value in parameters.items()}


@given(st.dictionaries(KEYS, LISTS, min_size=1, max_size=3))
def test_what_is_serialised_is_read_back(members: dict[str, Any]) -> None:
    text = http_sf.ser(members).encode()
    read = structured.inner_lists(text, structured.strings)
    assert list(read) == [name.encode() for name in members]
    for name, (items, parameters) in members.items():
        got = read[name.encode()]
        assert _plain(got.parameters) == parameters
        assert [(value.decode(), _plain(given)) for value, given in got.items] == items
        assert got.text == http_sf.ser({"x": (items, parameters)}).encode()[2:]


@given(st.dictionaries(KEYS, st.binary(max_size=40), min_size=1, max_size=3))
def test_byte_sequences_are_read_back(members: dict[str, bytes]) -> None:
    text = http_sf.ser({name: (value, {}) for name, value in members.items()}).encode()
    assert structured.byte_sequences(text) == {name.encode(): value for name, value in members.items()}


@given(SCRAPS)
@example('a=("x";y "z");created=1, b=();tag="t"')
def test_whatever_is_accepted_means_the_same_there(text: str) -> None:
    raw = text.encode("latin-1")
    try:
        read = structured.inner_lists(raw, structured.strings)
    except NotStructured:
        return
    parsed: Any = http_sf.parse(raw, tltype="dictionary")
    assert [name.decode() for name in read] == list(parsed)
    for name, (items, parameters) in parsed.items():
        got = read[name.encode()]
        assert [(value.decode(), _plain(given)) for value, given in got.items] == items
        assert _plain(got.parameters) == parameters
        assert got.text == http_sf.ser({"x": (items, parameters)}).encode()[2:]


@given(SCRAPS)
@example("sha-256=:YQ==:,\tb=::")
def test_whatever_bytes_are_accepted_mean_the_same_there(text: str) -> None:
    raw = text.encode("latin-1")
    try:
        read = structured.byte_sequences(raw)
    except NotStructured:
        return
    parsed: Any = http_sf.parse(raw.strip(b" \t"), tltype="dictionary")
    assert {name.decode(): (value, {}) for name, value in read.items()} == parsed
