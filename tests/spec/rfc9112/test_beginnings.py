"""The beginning of a head: who cannot finish it well is told so, and who can is waited for."""

import pytest

from ostiary.http.fields import request_names
from ostiary.http.request import HeadBounds, RequestParser
from ostiary.model.errors import BadRequest, HeadersTooLarge, HttpRefused, UriTooLong
from ostiary.model.reasons import Reason

LINE, BLOCK, FIELDS = 40, 60, 3
HOST = b"Host: a.example"
PARSER = RequestParser(request_names(), frozenset({b"a.example"}), HeadBounds(LINE, BLOCK, FIELDS))


def line(length: int) -> bytes:
    return b"GET /" + b"x" * (length - len(b"GET / HTTP/1.1")) + b" HTTP/1.1"


def head(length: int, of_line: int = LINE) -> bytes:
    """With a block of fields that is so long, as the bound counts it: from the end of the line."""
    fields = b"\r\n" + HOST + b"\r\nX: "
    return line(of_line) + fields + b"y" * (length - len(fields))


@pytest.mark.parametrize(
    "part",
    [
        b"G",
        line(LINE),
        line(LINE) + b"\r",
        line(LINE) + b"\r\n",
        b"G" * (LINE + 1),
        head(BLOCK),
        head(BLOCK) + b"\r\n\r",
        head(BLOCK)[:-1] + b"\r",
        b"GET / HTTP/1.1\r\nX:\r\n y\r\n",
    ],
)
def test_what_may_become_a_good_head_is_waited_for(part: bytes) -> None:
    PARSER.require_may_continue(part)


@pytest.mark.parametrize(
    ("part", "error", "reason"),
    [
        (line(LINE + 1) + b"\r\n", UriTooLong, Reason.REQUEST_LINE_TOO_LONG),
        (b"G" * (LINE + 2), UriTooLong, Reason.REQUEST_LINE_TOO_LONG),
        (head(BLOCK + 5), HeadersTooLarge, Reason.HEADERS_TOO_LARGE),
        (b"GET / HTTP/1.1\n", BadRequest, Reason.REQUEST_MALFORMED),
        (line(LINE) + b"\r\n" + HOST + b"\n", BadRequest, Reason.REQUEST_MALFORMED),
        (line(LINE) + b"\r\n\n", BadRequest, Reason.REQUEST_MALFORMED),
    ],
)
def test_what_cannot_is_refused_before_it_ends(part: bytes, error: type[HttpRefused], reason: Reason) -> None:
    with pytest.raises(error) as refused:
        PARSER.require_may_continue(part)
    assert refused.value.reason is reason


def test_a_bound_is_the_most_that_is_taken() -> None:
    assert PARSER.parse(head(BLOCK)).size() == HeadBounds(LINE, BLOCK, 2)
    for fields in (1, FIELDS):
        PARSER.parse(line(LINE) + b"\r\n" + HOST + b"\r\nX: y" * (fields - 1))
    with pytest.raises(UriTooLong):
        PARSER.parse(head(BLOCK, LINE + 1))
    for big in (head(BLOCK + 1), line(LINE) + b"\r\n" + HOST + b"\r\nX: y" * FIELDS):
        with pytest.raises(HeadersTooLarge):
            PARSER.parse(big)


def test_a_bound_holds_for_what_is_like_the_one_before() -> None:
    """Where only what differs from a client's last head is read."""
    said = b"\r\n" + HOST + b"\r\nDPoP: "
    first, whole, over = (line(LINE) + said.ljust(BLOCK + more, b"y") for more in (-1, 0, 1))
    form = PARSER.parse(first).form
    assert form is not None
    assert PARSER.parse(whole, form).size().block == BLOCK
    with pytest.raises(HeadersTooLarge):
        PARSER.parse(over, form)
    with pytest.raises(UriTooLong):
        PARSER.parse(line(LINE + 1) + said, form)


@pytest.mark.parametrize("version", [b"HTTP/1.1", b"HTTP/2.0", b"HTTP", b"HTTP/", b"HTTP/1.x", b"http/1.1", b"ICY/1.0"])
def test_2_3_another_version_is_told_from_what_is_none(version: bytes) -> None:
    asked = b"GET / %b\r\n%b" % (version, HOST)
    if version == b"HTTP/1.1":
        PARSER.parse(asked)
        return
    with pytest.raises(HttpRefused) as refused:
        PARSER.parse(asked)
    known = version in (b"HTTP/2.0", b"HTTP/")
    assert refused.value.reason is (Reason.VERSION_UNSUPPORTED if known else Reason.REQUEST_MALFORMED)


@pytest.mark.parametrize("target", [b"http", b"https", b"http:/a.example/", b"ftp://a.example/", b"://a.example/"])
def test_3_2_2_an_absolute_form_begins_with_a_scheme_of_the_web(target: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        PARSER.parse(b"GET %b HTTP/1.1\r\n%b" % (target, HOST))
    assert refused.value.reason is Reason.TARGET_INVALID
    assert PARSER.parse(b"GET http://a.example HTTP/1.1\r\n" + HOST).path == b"/"
