"""The head of an upstream's response, parsed as strictly as a request's (RFC 9112 section 4)."""

from dataclasses import field
from typing import Any, Final

from ostiary.http import framing, lines, syntax
from ostiary.http.fields import Names
from ostiary.http.lines import Fields
from ostiary.http.recent import Recent
from ostiary.model.errors import BadGateway, HttpRefused
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

MOST_BYTES: Final = 64 * 1024
"""Of a response's head."""
MOST_FIELDS: Final = 200
_REMEMBERED: Final = 64 * 1024
"""Bytes of heads."""
_CODE_END: Final = 12
"""Bytes of a status line up to the end of its code."""
_MINOR: Final = {b"HTTP/1.1 ": 1, b"HTTP/1.0 ": 0}


@frozen
class ResponseHead:
    """Nobody changes it, as with `RequestHead`. `passed`: the status line and the field lines that go on as they came.

    `length` as in `framing.of_response`.
    """

    status: int
    passed: bytes
    fields: Fields
    length: int
    persistent: bool
    frame: bytes
    """The field that frames a body of this length, as a line; empty without a length."""
    note: Any = field(default=None, init=False, repr=False, compare=False)
    """As of `RequestHead`."""

    def keep(self, note: object) -> None:
        self.note = note  # type: ignore[misc]  # the one thing here that changes


class ResponseParser:
    """Parses heads of one service's answers."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._heads: Final[Recent[ResponseHead]] = Recent(_REMEMBERED)
        self._seen: Final = self._heads.young.get

    def parse(self, head: bytes, method: bytes) -> ResponseHead:
        """The head of the answer to a request with this method, up to before its empty line.

        Raises BadGateway(UPSTREAM_MALFORMED).
        """
        if method == b"HEAD":
            return self._read(head, method)
        return self._seen(head) or self._heads.get(head) or self._first(head, method)

    def _first(self, head: bytes, method: bytes) -> ResponseHead:
        parsed = self._read(head, method)
        self._heads.add(head, parsed)
        return parsed

    def _read(self, head: bytes, method: bytes) -> ResponseHead:
        try:
            return self._parsed(head, method)
        except HttpRefused:
            raise BadGateway(Reason.UPSTREAM_MALFORMED) from None

    def _parsed(self, head: bytes, method: bytes) -> ResponseHead:
        split = head.split(syntax.CRLF)
        if len(split) > MOST_FIELDS or not syntax.is_field_text(head, len(split)):
            raise BadGateway(Reason.UPSTREAM_MALFORMED)
        minor, status = _status(split[0])
        found, fields = lines.sort(split[1:], self._names)
        length = framing.of_response(fields, minor, status, method)
        left, persistent = lines.connection(found, fields, minor, self._names)
        line = split[0][9:] if len(split[0]) > _CODE_END else split[0][9:] + b" "
        passed = lines.joined([b"HTTP/1.1 " + line, *left])
        frame = b"content-length: %d\r\n" % length if length > 0 else b""
        persistent = persistent and length != framing.UNTIL_CLOSE and not _may_have_more(status, fields)
        return ResponseHead(status, passed, fields, length, persistent, frame)


def _may_have_more(status: int, fields: Fields) -> bool:
    """Whether the service could send content behind a head that should have none: then it is not asked again here."""
    return status == framing.RESET and fields.get(b"content-length") != b"0"


def _status(line: bytes) -> tuple[int, int]:
    """Minor version and status code: `HTTP/1.1 200 OK`. The phrase may be empty; some leave its space away too, which
    the client gets all the same (RFC 9112 section 4)."""
    minor, code = _MINOR.get(line[:9]), line[9:12]
    if minor is None or code.translate(None, syntax.DIGITS) or len(code) != 3 or line[12:13] not in (b" ", b""):
        raise BadGateway(Reason.UPSTREAM_MALFORMED)
    status = int(code)
    if not 100 <= status <= 599:
        raise BadGateway(Reason.UPSTREAM_MALFORMED)
    return minor, status
