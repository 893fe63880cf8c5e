"""The head of a request: parsed once, strictly, from bytes that are all there (RFC 9112 sections 2 to 6)."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ostiary.http import framing, lines, syntax, target
from ostiary.http.fields import Names
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
from ostiary.model.reasons import Reason

_REMEMBERED: Final = 256 * 1024
"""Bytes of heads, and of field blocks."""
_MINOR: Final = {b"HTTP/1.1": 1, b"HTTP/1.0": 0}


class HeadBounds(NamedTuple):
    """Bytes of the request line and of the field block, and the number of fields."""

    line: int
    block: int
    fields: int


@dataclass(slots=True)
class RequestHead:
    """A request before its body. Nobody changes it; not frozen, because one is made for each request, and frozen ones
    take three times as long.

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

    def size(self) -> HeadBounds:
        """What it measures."""
        line = self.raw.index(syntax.CRLF)
        return HeadBounds(line, len(self.raw) - line, self.raw.count(syntax.CRLF))


_NEW_EACH_TIME: Final = (b"dpop", b"signature")
"""Fields of proofs: a head that has one never comes again, and would only push out those that do."""
_Block = tuple[bytes, Fields, int | None, bool]
"""All that a field block of HTTP/1.1 says by itself: lines that pass, fields, length of the body, persistence."""


class RequestParser:
    """Parses heads for one listener: its bounds, and the authorities that it serves (in lower case)."""

    def __init__(self, names: Names, served: frozenset[bytes], bounds: HeadBounds) -> None:
        self._names = names
        self._served = served
        self._bounds = bounds
        self._heads: Final[Recent[RequestHead]] = Recent(_REMEMBERED)
        self.recent: Final = self._heads.young.get
        """The head that these bytes are, up to and with the empty line, if it came lately. Its end is not searched."""
        self._blocks: Final[Recent[_Block]] = Recent(_REMEMBERED)

    def parse(self, head: bytes) -> RequestHead:
        """The head, from its first byte to before the empty line. Raises HttpRefused.

        What came lately is not read again: neither the same head, nor the same field block behind another line.
        """
        whole = head + syntax.HEAD_END
        known = self._heads.get(whole)
        if known is None:
            line, _, text = head.partition(syntax.CRLF)
            block = self._blocks.get(text)
            known = None if block is None else self._with_block(head, line, block)
            known = known or self._read(head, line, text)
            if known.minor == 1 and known.fields.keys().isdisjoint(_NEW_EACH_TIME):
                self._heads.add(whole, known)
        return known

    def _with_block(self, head: bytes, line: bytes, block: _Block) -> RequestHead | None:
        """None for a line that is not of the usual form, which may still be good."""
        if len(line) > self._bounds.line or line.translate(None, syntax.FIELD_TEXT):
            return None
        method, (path, segments, query, authority), minor = _request_line(line)
        if minor == 0 or authority is not None:
            return None
        passed, fields, length, persistent = block
        return RequestHead(head, method, path, segments, query, 1, passed, fields, length, persistent)

    def _read(self, head: bytes, line: bytes, text: bytes) -> RequestHead:
        """A head of which the field block was not seen lately, or with an unusual request line."""
        split = head.split(syntax.CRLF)
        self._require_within(split, len(head))
        if not syntax.is_field_text(head, len(split)):
            raise BadRequest(Reason.REQUEST_MALFORMED)
        method, (path, segments, query, authority), minor = _request_line(line)
        found, fields = lines.sort(split, self._names)
        self._require_served(authority, fields.get(b"host"))
        length = framing.of_request(fields, minor)
        left, persistent = lines.connection(found, fields, minor, self._names)
        passed = lines.joined(left)
        if b"expect" in fields and fields[b"expect"].lower() != b"100-continue":
            raise ExpectationFailed(Reason.EXPECTATION_UNKNOWN)
        if minor == 1 and authority is None and fields.keys().isdisjoint(_NEW_EACH_TIME):
            self._blocks.add(text, (passed, fields, length, persistent))
        return RequestHead(head, method, path, segments, query, minor, passed, fields, length, persistent)

    def require_may_continue(self, part: bytes) -> None:
        """Refuse the beginning of a head that cannot become a good one, so that nobody waits for its end."""
        line = part.find(syntax.CRLF)
        if line > self._bounds.line or (line < 0 and len(part) > self._bounds.line + 1):
            raise UriTooLong(Reason.REQUEST_LINE_TOO_LONG)
        if len(part) - max(line, 0) > self._bounds.block + len(syntax.HEAD_END):
            raise HeadersTooLarge(Reason.HEADERS_TOO_LARGE)
        if part.count(b"\n") != part.count(syntax.CRLF):
            raise BadRequest(Reason.REQUEST_MALFORMED)

    def _require_within(self, split: list[bytes], total: int) -> None:
        line, bounds = len(split[0]), self._bounds
        if line > bounds.line:
            raise UriTooLong(Reason.REQUEST_LINE_TOO_LONG)
        if total - line > bounds.block or len(split) - 1 > bounds.fields:
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
