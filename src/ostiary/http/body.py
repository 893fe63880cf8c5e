"""Bodies as they arrive: how many bytes belong to one, and what of them is payload (RFC 9112 sections 6 and 7)."""

from typing import Final

from ostiary.http import syntax
from ostiary.model.errors import BadRequest, ContentTooLarge
from ostiary.model.reasons import Reason

_SIZE_DIGITS: Final = 15
"""Of a chunk size: no 64-bit integer overflows."""
_SIZE_LINE: Final = 256
_EXTENSIONS: Final = 16 * 1024
_TRAILERS: Final = 8 * 1024
"""Bytes of one size line, of all chunk extensions together, of the trailer section."""


class LengthBody:
    """A body of known length. After `feed`, `rest` is what follows the body; it is empty while `done` is False."""

    __slots__ = ("done", "left", "rest")

    def __init__(self, length: int) -> None:
        self.left = length
        self.done = length == 0
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The payload in these bytes."""
        if len(data) <= self.left:
            self.left -= len(data)
            self.done = self.left == 0
            return data
        payload, self.rest = data[: self.left], data[self.left :]
        self.left, self.done = 0, True
        return payload


class ChunkedBody:
    """A chunked body: extensions and trailers are checked and dropped (RFC 9112 section 7.1).

    A line ends in CRLF and nothing else; sizes are hexadecimal digits and nothing else.
    """

    __slots__ = (
        "_at",
        "_buffer",
        "_extensions",
        "_left",
        "_most",
        "_payload",
        "_step",
        "_trailers",
        "done",
        "rest",
        "total",
    )

    def __init__(self, most: int) -> None:
        """`most`: bytes of payload."""
        self._most = most
        self._buffer, self._at = b"", 0
        self._left = 0
        self._extensions = self._trailers = 0
        self._payload: list[bytes] = []
        self._step = self._size
        self.total = 0
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The payload in these bytes. Raises BadRequest(FRAMING_AMBIGUOUS), ContentTooLarge.

        The buffer is cut once, behind the last step: cutting it behind each would take time with the square of the
        number of chunks that come at once.
        """
        self._buffer, self._at = self._buffer + data if self._buffer else data, 0
        while not self.done and self._step():
            pass
        self._buffer = self._buffer[self._at :]
        if self.done:
            self.rest, self._buffer = self._buffer, b""
        payload = b"".join(self._payload)
        self._payload.clear()
        return payload

    def _size(self) -> bool:
        line = self._line(_SIZE_LINE)
        if line is None:
            return False
        size, semicolon, extension = line.partition(b";")
        if semicolon:
            size = size.rstrip(b" \t")
            self._extensions += len(extension) + 1
        if not size or len(size) > _SIZE_DIGITS or size.translate(None, syntax.HEX) or self._extensions > _EXTENSIONS:
            raise BadRequest(Reason.FRAMING_AMBIGUOUS)
        self._left = int(size, 16)
        self.total += self._left
        if self.total > self._most:
            raise ContentTooLarge(Reason.BODY_TOO_LARGE)
        self._step = self._data if self._left else self._trailer
        return True

    def _data(self) -> bool:
        piece = self._buffer[self._at : self._at + self._left]
        self._left -= len(piece)
        self._at += len(piece)
        if piece:
            self._payload.append(piece)
        if self._left:
            return False
        self._step = self._data_end
        return True

    def _data_end(self) -> bool:
        end = self._buffer[self._at : self._at + 2]
        if not syntax.CRLF.startswith(end):
            raise BadRequest(Reason.FRAMING_AMBIGUOUS)
        if len(end) < 2:
            return False
        self._at += 2
        self._step = self._size
        return True

    def _trailer(self) -> bool:
        line = self._line(_TRAILERS)
        if line is None:
            return False
        self._trailers += len(line)
        self.done = not line
        name, colon, _ = line.partition(b":")
        if line and not (colon and syntax.is_token(name) and self._trailers <= _TRAILERS):
            raise BadRequest(Reason.FRAMING_AMBIGUOUS)
        return True

    def _line(self, most: int) -> bytes | None:
        """The next whole line; None while its end has not come."""
        buffer, at = self._buffer, self._at
        end = buffer.find(b"\n", at)
        if end < 0:
            if len(buffer) - at > most:
                raise BadRequest(Reason.FRAMING_AMBIGUOUS)
            return None
        line = buffer[at : max(end - 1, at)]
        if end - at > most or buffer[max(end - 1, at) : end] != b"\r" or line.translate(None, syntax.FIELD_TEXT):
            raise BadRequest(Reason.FRAMING_AMBIGUOUS)
        self._at = end + 1
        return line


def chunk(payload: bytes) -> bytes:
    """One chunk; `payload` is not empty."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


LAST_CHUNK: Final = b"0\r\n\r\n"
