"""A head that is read by the form of the one before says what it says by itself, or is refused as it is by itself."""

from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.http.fields import REQUEST, request_names
from ostiary.http.form import MOST, VALUES
from ostiary.http.request import HeadBounds, RequestHead, RequestParser
from ostiary.model.errors import HttpRefused
from ostiary.model.reasons import Reason

SERVED: Final = frozenset((b"door.example",))
BOUNDS: Final = HeadBounds(60, 400, 9)
PROOFS: Final = (b"DPoP: a.b.c", b"signature: sig=:AA==:")
LINES: Final = (
    b"Host: door.example",
    b"host: other.example",
    b"Authorization: DPoP x.y.z",
    b"authorization:Bearer q",
    b"DPoP: d.e.f",
    b"dpop:  g",
    b"dPoP: h\t",
    b"Signature-Input: sig=()",
    b"Signature: sig=:BB==:",
    b"Content-Digest: sha-256=:AA==:",
    b"Content-Length: 5",
    b"Content-Length: 5, 6",
    b"Transfer-Encoding: chunked",
    b"Connection: close",
    b"Connection: x-more",
    b"Connection: dpop",
    b"X-More: 1",
    b"Cookie: a=b",
    b"Cookie: __Host-ostiary-x=c",
    b"X-Forwarded-For: 192.0.2.1",
    b"traceparent: 00-0-0-00",
    b"Expect: 200-ok",
    b"X-Ostiary-Peer: me",
    b" folded",
    b"No colon",
)
REQUEST_LINES: Final = (
    b"GET / HTTP/1.1",
    b"GET /a?b HTTP/1.1",
    b"POST / HTTP/1.1",
    b"GET / HTTP/1.0",
    b"GET https://door.example/ HTTP/1.1",
    b"GET /%2F HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET /" + b"a" * 60 + b" HTTP/1.1",
)
heads = st.tuples(st.sampled_from(REQUEST_LINES), st.lists(st.sampled_from(LINES + PROOFS), max_size=8)).map(
    lambda parts: [parts[0], b"Host: door.example", *parts[1]]
)
odd = st.sampled_from((b"", b"x", b"\r", b"\n", b"\r\n", b"\0", b"\x7f", b"\t ", b"\r\nX-More: 2", b"a" * 200))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two heads, the second much like the first."""
    first = draw(heads)
    first.insert(draw(st.integers(1, len(first))), draw(st.sampled_from(PROOFS)))
    second = list(first)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(second) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                second[at] += draw(odd)
            case 1:
                name, colon, value = second[at].partition(b":")
                second[at] = name + colon + draw(odd) + value
            case 2:
                second[at] = draw(st.sampled_from(LINES if at else REQUEST_LINES))
            case 3:
                second.insert(at, second[at])
            case _ if len(second) > 1:
                del second[at]
    return b"\r\n".join(first), b"\r\n".join(second)


Said = tuple[object, ...]


def said(head: RequestHead) -> Said:
    """All that a head says. In which order lines with different names pass says nothing (RFC 9110 section 5.3)."""
    passed = sorted(head.passed.split(b"\r\n"))
    line = (head.method, head.path, head.segments, head.query, head.minor)
    return (head.raw, *line, passed, head.fields, head.length, head.persistent)


def judged(parser: RequestParser, head: bytes, before: bytes | None = None) -> Said | Reason:
    try:
        form = None if before is None else parser.parse(before).form
    except HttpRefused:
        form = None
    try:
        return said(parser.parse(head, form))
    except HttpRefused as refused:
        return refused.reason


def parser() -> RequestParser:
    return RequestParser(request_names(), SERVED, BOUNDS)


def head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"GET / HTTP/1.1", b"Host: door.example", *lines))


@given(pairs())
@example((head(b"DPoP: a"), b"GET / HTTP/1.1"))
@example((head(b"DPoP: a"), head(b"DPoP: b\nX-More: 1")))
@example((head(b"DPoP: a"), head(b"DPoP: b\0")))
@example((head(b"DPoP: a", b"Authorization: DPoP \0"), head(b"DPoP: b", b"Authorization: DPoP \0")))
@example((head(b"DPoP: a"), head(b"DPoP: b", b"dpop: c")))
@example((head(b"DPoP: a"), head(b"DPoP: b", b"Content-Length: 5")))
@example((head(b"signature: a", b"signature: b"), head(b"signature: c", b"signature: d")))
@example((head(b"DPoP: a"), head(b"DPoP: b").replace(b"1.1", b"1.0")))
@example((head(b"DPoP: a").replace(b"1.1", b"1.0"), head(b"DPoP: b")))
@example((head(b"DPoP: a"), head(b"DPoP: b").replace(b"/", b"https://door.example/", 1)))
@example((head(b"DPoP: a").replace(b"/", b"https://door.example/", 1), head(b"DPoP: b")))
@example((head(b"DPoP: a"), head(b"DPoP: b").replace(b"/", b"/" + b"a" * 60, 1)))
@example((head(b"DPoP: a"), head(b"DPoP: b").replace(b"/", b"/\xe9", 1)))
@example((head(b"DPoP: a"), head(b"DPoP: b").replace(b"/", b"/?\0", 1)))
@example((head(b"DPoP: a", b"X-More: 1"), head(b"DPoP: b", b"X-More: 2")))
@example((head(b"DPoP: a"), head(b"DPoP: " + b"b" * 400)))
@example((head(b"DPoP: a", b"Connection: x-more", b"X-More: 1"), head(b"DPoP: b", b"Connection: x-more", b"X-More: 1")))
def test_a_head_in_a_form_says_what_it_says_alone(both: tuple[bytes, bytes]) -> None:
    first, second = both
    assert judged(parser(), second, first) == judged(parser(), second)


def test_the_form_is_found_again() -> None:
    """Else the property above would prove nothing."""
    one = parser()
    before = head(b"Authorization: DPoP x", b"DPoP: a", b"X-More: 1", b"Signature-Input: x", b"signature: s")
    after = head(b"Authorization: DPoP y", b"DPoP: \t b ", b"X-More: 1", b"Signature-Input: yy", b"signature: ")
    form = one.parse(before).form
    assert form is not None
    found = one.parse(after, form)
    assert found.form is form
    one.parse(before, form)
    assert found.fields[b"signature-input"] == b"yy"
    assert one.parse(before + b"\r\nContent-Length: 5", form).form is not form


def test_every_connection_keeps_little() -> None:
    """Else who opens many of them could fill the memory."""
    one = RequestParser(request_names(), SERVED, HeadBounds(100, 4 * MOST, 20))
    enough = MOST - len(b"\r\nHost: door.example\r\nX-More: \r\nDPoP: ")
    for size in (enough, enough + 1):
        before = head(b"X-More: " + b"m" * size, b"DPoP: " + b"a" * MOST)
        form = one.parse(before).form
        assert (form is not None) is (size == enough)
        assert form is None or form.rest.fields == {b"host": b"door.example"}


def test_a_form_is_no_good_to_another_parser() -> None:
    """It has not taken its Host for good."""
    before, after = head(b"DPoP: a"), head(b"DPoP: b")
    other = RequestParser(request_names(), frozenset((b"other.example",)), BOUNDS)
    one = parser()
    form = one.parse(before).form
    assert one.parse(after, form).form is form
    with pytest.raises(HttpRefused) as caught:
        other.parse(after, form)
    assert caught.value.reason is Reason.HOST_INVALID


def test_values_that_are_read_anew_change_nothing_else() -> None:
    """No field of these frames a body, and no connection option takes one away."""
    names = request_names()
    for name in VALUES:
        assert names.is_end_to_end(name)
    assert VALUES.isdisjoint((b"content-length", b"transfer-encoding", b"connection", b"upgrade", b"host", b"expect"))
    assert REQUEST.keys() > VALUES
