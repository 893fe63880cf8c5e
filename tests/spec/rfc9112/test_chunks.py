"""Chunked bodies, in whatever pieces they come (section 7.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.http.body import ChunkedBody, LengthBody
from ostiary.model.errors import BadRequest, ContentTooLarge

MOST = 1000


def read(data: bytes, cuts: list[int], most: int = MOST) -> tuple[bytes, bool, bytes]:
    """Payload, whether the body is whole, and what is behind it."""
    body, payload, at = ChunkedBody(most), b"", 0
    for cut in [*sorted(cuts), len(data)]:
        if body.done:
            break
        payload += body.feed(data[at:cut])
        at = cut
    return payload, body.done, body.rest + data[at:]


BODIES = st.lists(st.binary(min_size=1, max_size=30), max_size=8)


@given(BODIES, st.lists(st.integers(0, 400), max_size=8), st.binary(max_size=10))
def test_7_1_any_pieces_are_the_same_body(parts: list[bytes], cuts: list[int], behind: bytes) -> None:
    coded = b"".join(b"%X;ext=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\nX: y\r\n\r\n"
    assert read(coded + behind, [cut for cut in cuts if cut <= len(coded)]) == (b"".join(parts), True, behind)


@pytest.mark.parametrize(
    "data",
    [
        b"3;" + b"a" * 300,
        b"a" * 257,
        b"0\r\nX: " + b"a" * 9000,
        b"\n",
        b"\r\n",
        b"3\n",
        b"3\r\nabcd",
        b"3\r\nabc\n",
        b"0\r\n\n",
        b"0\r\n:\r\n",
        b"0\r\n X: y\r\n",
        b"0\r\nX\r\n",
    ],
)
def test_7_1_what_cannot_become_a_body_is_refused_before_more_comes(data: bytes) -> None:
    for cuts in ([], list(range(len(data)))):
        with pytest.raises(BadRequest):
            read(data, cuts)


def test_7_1_a_line_within_its_bound_is_waited_for() -> None:
    assert read(b"3;" + b"a" * 200, []) == (b"", False, b"")


EXTENDED = b"1" + b";" + b"x" * 127 + b"\r\na\r\n"
END = b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("whole", "longer"),
    [
        tuple(b"3;" + b"a" * count + b"\r\nabc\r\n" + END for count in (253, 254)),
        tuple(EXTENDED * 128 + b"1%b\r\na\r\n" % more + END for more in (b"", b";")),
        tuple(b"0\r\nX: " + b"y" * count + b"\r\n\r\n" for count in (8188, 8189)),
        tuple(b"0\r\n" + b"X: y\r\n" * 2048 + more + b"\r\n" for more in (b"", b"X:\r\n")),
        tuple(b"0" * count + b"3\r\nabc\r\n" + END for count in (14, 15)),
    ],
    ids=["size line", "extensions", "trailer", "trailers", "digits"],
)
def test_7_1_a_bound_is_the_most_that_is_taken(whole: bytes, longer: bytes) -> None:
    """To the byte: 256 of a size line, 16 KiB of extensions, 8 KiB of trailers, 15 digits."""
    for cuts in ([], list(range(0, len(whole), 97))):
        assert read(whole, cuts)[1]
        with pytest.raises(BadRequest):
            read(longer, cuts)


def test_6_3_a_bound_counts_all_chunks() -> None:
    ten = b"a\r\n0123456789\r\n"
    assert read(ten * 100 + b"0\r\n\r\n", [])[0] == b"0123456789" * 100
    with pytest.raises(ContentTooLarge):
        read(ten * 100 + b"1\r\n", [])
    with pytest.raises(ContentTooLarge):
        read(b"fffffffffffffff\r\n", [])


@given(st.integers(0, 50), st.binary(max_size=80), st.integers(0, 80))
def test_6_2_a_length_is_kept(length: int, data: bytes, cut: int) -> None:
    body = LengthBody(length)
    got = body.feed(data[:cut])
    if not body.done:
        got += body.feed(data[cut:])
        assert body.rest == data[length:]
    assert got == data[:length]
    assert body.done is (len(data) >= length)
