"""A path has one spelling, and no server that decodes it again finds another path in it (RFC 3986 section 6.2.2)."""

from typing import Final
from urllib.parse import unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st

from ostiary.http.target import canonical
from ostiary.model.errors import BadRequest

SAYING: Final = ("..", ".", "a", "a/b", "a\\b", "..%", "2e", "%2", "\u00fc")


@st.composite
def paths(draw: st.DrawFn) -> bytes:
    """Encoded some times over, each time some of its characters."""
    text = "/".join(draw(st.lists(st.sampled_from(SAYING), min_size=1, max_size=2))).encode()
    for _ in range(draw(st.integers(0, 3))):
        text = b"".join(b"%%%02x" % byte if draw(st.booleans()) else bytes([byte]) for byte in text)
    return b"/" + text


def spelled(path: bytes) -> bytes | None:
    try:
        return canonical(path)[0]
    except BadRequest:
        return None


def named(path: bytes) -> int:
    """The number of its segments, each of which is a name; the last may be empty."""
    *inner, last = path.split(b"/")[1:]
    assert b"\\" not in path
    assert not {b"", b".", b".."} & set(inner)
    assert last not in (b".", b"..")
    return len(inner)


@given(paths())
def test_a_path_is_its_own_spelling_however_often_it_is_decoded(path: bytes) -> None:
    found = spelled(path)
    if found is None:
        return
    assert spelled(found) == found
    assert unquote_to_bytes(found) == unquote_to_bytes(path)
    segments, before, decoded = named(found), b"", found
    while decoded != before:
        before, decoded = decoded, unquote_to_bytes(decoded)
        assert named(decoded) == segments
