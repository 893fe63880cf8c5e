"""The head of a request: parsed once, strictly, from bytes that are all there (RFC 9112 sections 2 to 6)."""

from dataclasses import field
from typing import Any, Final, NamedTuple

from ostiary.http import framing, lines, syntax, target
from ostiary.http.fields import Names
from ostiary.http.form import PROOFS, Block, Form, form_of
from ostiary.http.lines import Fields
from ostiary.http.recent import Recent
from ostiary.model.errors import (
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    MisdirectedRequest,
    UriTooLong,
    VersionNotSupported,
)
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

_REMEMBERED: Final = 256 * 1024
"""Bytes of heads, and of field blocks."""
_MINOR: Final = {b"HTTP/1.1": 1, b"HTTP/1.0": 0}


class HeadBounds(NamedTuple):
    """Bytes of the request line and of the field block, and the number of fields."""

    line: int
    block: int
    fields: int


@frozen
class RequestHead:
    """A request before its body.

    `path` is canonical and `segments` what is between its slashes, `passed` are the field lines that go on as they
    came, `fields` what the gateway reads: credentials too, so none of it is in a repr.
    """

    raw: bytes = field(repr=False)
    method: bytes
    path: bytes
    segments: list[bytes]
    query: bytes | None
    minor: int
    passed: bytes = field(repr=False)
    fields: Fields = field(repr=False)
    length: int | None
    """Bytes of the body, or `framing.CHUNKED`; None where there is none."""
    persistent: bool
    form: Form | None = field(default=None, repr=False)
    """What the client's next head may be like; None where it brings no proof."""
    note: Any = field(default=None, init=False, repr=False, compare=False)
    """What who reads it has found out about it: it is there again when the same bytes are."""

    def keep(self, note: object) -> None:
        self.note = note  # type: ignore[misc]  # the one thing here that changes

    def size(self) -> HeadBounds:
        """What it measures."""
        line = self.raw.index(syntax.CRLF)
        return HeadBounds(line, len(self.raw) - line, self.raw.count(syntax.CRLF))


_Line = tuple[bytes, bytes, list[bytes], bytes | None]
"""All that a usual request line says: method, path, segments, query."""


class RequestParser:
    """Parses heads for one listener: its bounds, and the authorities that it serves (in lower case).

    What came lately is not read again: neither the same head, nor the same request line, nor the same field block, nor
    one that has the form of the client's last.
    """

    def __init__(self, names: Names, served: frozenset[bytes], bounds: HeadBounds) -> None:
        self._names = names
        self._served = served
        self._bounds = bounds
        self._heads: Final[Recent[RequestHead]] = Recent(_REMEMBERED)
        self.recent: Final = self._heads.young.get
        """The head that these bytes are, up to and with the empty line, if it came lately. Its end is not searched."""
        self._lines: Final[Recent[_Line]] = Recent(_REMEMBERED)
        self._blocks: Final[Recent[Block]] = Recent(_REMEMBERED)
        self._values: Final[Recent[bytes]] = Recent(_REMEMBERED)

    def parse(self, head: bytes, form: Form | None = None) -> RequestHead:
        """The head, from its first byte to before the empty line. `form`: that of the client's last head, which is no
        good to another parser. Raises HttpRefused."""
        if form is not None and form.parser is self and (alike := self._in_form(head, form)) is not None:
            return alike
        whole = head + syntax.HEAD_END
        known = self._heads.get(whole)
        if known is None:
            known = self._in_block(head) or self._read(head)
            if known.minor == 1 and known.fields.keys().isdisjoint(PROOFS):
                self._heads.add(whole, known)
        return known

    def _in_form(self, head: bytes, form: Form) -> RequestHead | None:
        """None where it has another one, or where its request line is not of the usual form."""
        end = head.find(b"\r")
        line = self._usual_line(head[:end]) if end >= 0 else None
        if line is None or len(head) - end > self._bounds.block:
            return None
        block = form.read(head, end, self._values)
        return None if block is None else RequestHead(head, *line, 1, *block, form)

    def _in_block(self, head: bytes) -> RequestHead | None:
        """None where the field block did not come lately, or the request line is not of the usual form."""
        first, _, text = head.partition(syntax.CRLF)
        known = self._blocks.get(text)
        line = None if known is None else self._usual_line(first)
        if known is None or line is None:
            return None
        return RequestHead(head, *line, 1, *known)

    def _usual_line(self, line: bytes) -> _Line | None:
        """None for a line that is not of the usual form, which may still be good."""
        known = self._lines.get(line)
        if known is None:
            if len(line) > self._bounds.line or line.translate(None, syntax.FIELD_TEXT):
                return None
            method, (path, segments, query, authority), minor = _request_line(line)
            if minor == 0 or authority is not None:
                return None
            known = method, path, segments, query
            self._lines.add(line, known)
        return known

    def _read(self, head: bytes) -> RequestHead:
        """A head like none that came lately, or with an unusual request line."""
        line, *split = head.split(syntax.CRLF)
        self._require_within(len(line), len(head), len(split))
        if not syntax.is_field_text(head, len(split) + 1):
            raise BadRequest(Reason.REQUEST_MALFORMED)
        method, (path, segments, query, authority), minor = _request_line(line)
        found, fields = lines.sort(split, self._names)
        self._require_served(authority, fields.get(b"host"))
        length = framing.of_request(fields, minor)
        left, persistent = lines.connection(found, fields, minor, self._names)
        if b"expect" in fields and fields[b"expect"].lower() != b"100-continue":
            raise ExpectationFailed(Reason.EXPECTATION_UNKNOWN)
        block, form = Block(lines.joined(left), fields, length, persistent), None
        if minor == 1 and authority is None:
            form = form_of(split, self._names, left, block, self)
            if fields.keys().isdisjoint(PROOFS):
                self._blocks.add(head[len(line) + len(syntax.CRLF) :], block)
        return RequestHead(head, method, path, segments, query, minor, *block, form)

    def require_may_continue(self, part: bytes) -> None:
        """Refuse the beginning of a head that cannot become a good one, so that nobody waits for its end."""
        line = part.find(syntax.CRLF)
        if line > self._bounds.line or (line < 0 and len(part) > self._bounds.line + 1):
            raise UriTooLong(Reason.REQUEST_LINE_TOO_LONG)
        if len(part) - max(line, 0) > self._bounds.block + len(syntax.HEAD_END):
            raise HeadersTooLarge(Reason.HEADERS_TOO_LARGE)
        if part.count(b"\n") != part.count(syntax.CRLF):
            raise BadRequest(Reason.REQUEST_MALFORMED)

    def _require_within(self, line: int, total: int, fields: int) -> None:
        """Bytes of the request line and of the head, and the number of fields."""
        if line > self._bounds.line:
            raise UriTooLong(Reason.REQUEST_LINE_TOO_LONG)
        if total - line > self._bounds.block or fields > self._bounds.fields:
            raise HeadersTooLarge(Reason.HEADERS_TOO_LARGE)

    def _require_served(self, authority: bytes | None, host: bytes | None) -> None:
        """Exactly one Host; the authority of an absolute-form target wins over it (RFC 9112 section 3.2.2)."""
        if host is None:
            raise BadRequest(Reason.HOST_INVALID)
        named = host if authority is None else authority
        if named not in self._served and named.lower() not in self._served:
            raise MisdirectedRequest(Reason.HOST_INVALID)


def _request_line(line: bytes) -> tuple[bytes, target.Target, int]:
    """Method, target and minor version; single spaces between them (RFC 9112 section 3)."""
    parts = line.split(b" ")
    if len(parts) != 3:
        raise BadRequest(Reason.REQUEST_MALFORMED)
    method, wanted, version = parts
    minor = _MINOR.get(version)
    if minor is None:
        _refuse_version(version)
    if method not in _METHODS and not syntax.is_token(method):
        raise BadRequest(Reason.REQUEST_MALFORMED)
    return method, target.parse(wanted, method), minor or 0


_METHODS: Final = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))


def _refuse_version(version: bytes) -> None:
    name, slash, numbers = version.partition(b"/")
    if name == b"HTTP" and slash and not numbers.translate(None, syntax.DIGITS + b"."):
        raise VersionNotSupported(Reason.VERSION_UNSUPPORTED)
    raise BadRequest(Reason.REQUEST_MALFORMED)
