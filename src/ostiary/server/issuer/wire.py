"""HTTP/1.1 as the gateway speaks it to the issuer, on a Unix socket that nobody else reaches (ADR 0018).

The gateway has read, bounded and written anew what comes here, so this reads no more of it than it needs. Whatever the
gateway would not send ends the connection.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, cast

from ostiary.http import framing, syntax
from ostiary.http.body import ChunkedBody, LengthBody
from ostiary.http.recent import Recent
from ostiary.server.issuer.app import IssuerApp
from ostiary.server.issuer.http import REQUEST_ID, Answer, Fields, Head, Header
from ostiary.server.streams import Streams

MOST_HEAD: Final = 1024 * 1024
"""Bytes: more than any contract lets through the gateway."""
MOST_BODY: Final = 64 * 1024
"""Bytes: of a longer one the rest is read and dropped, and the endpoint is told."""
BACKLOG: Final = 1024
_UNBOUNDED: Final = 1 << 62
_STATUS_LINES: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}
_ABOUT_THE_BODY: Final = (b"content-length", b"transfer-encoding")
_OF_ONE_REQUEST: Final = frozenset((*_ABOUT_THE_BODY, b"connection", REQUEST_ID))
_CLOSE: Final[Header] = (b"connection", b"close")
_LOG: Final = logging.getLogger("ostiary.issuer")

_NUMBER: Final = b"\r\nx-request-id: "
_LENGTH: Final = b"content-length: "
_AS_A_RULE: Final = (b"traceparent: ", _LENGTH)
"""What stands behind the number, the length only where there is a body."""
_REMEMBERED: Final = 64 * 1024
"""Bytes of heads."""


class NotOfTheGateway(Exception):
    """Bytes that it would not send."""


class Wire(asyncio.Protocol):
    """One stream of a gateway worker: a request, its answer, the next request."""

    __slots__ = (
        "_app",
        "_body",
        "_head",
        "_heads",
        "_kept",
        "_last",
        "_number",
        "_parts",
        "_size",
        "_transport",
        "_wires",
        "answering",
    )

    _transport: asyncio.Transport
    _head: Head
    _number: bytes | None

    def __init__(self, app: IssuerApp, wires: "set[Wire]", heads: "Heads") -> None:
        self._app: Final = app
        self._heads: Final = heads
        self._wires: Final = wires
        self._body: LengthBody | ChunkedBody | None = None
        self._kept = b""
        self._last = False
        self._parts: list[bytes] = []
        self._size = 0
        self.answering: asyncio.Task[None] | None = None
        """While the gateway waits for an answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._wires.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """What is under way goes on to its end: it may have changed something."""
        if self.answering is None:
            self._wires.discard(self)

    def data_received(self, data: bytes) -> None:
        try:
            if self.answering is not None:
                raise NotOfTheGateway
            if self._body is None:
                self._begin(self._kept + data if self._kept else data)
            else:
                self._more(self._body, data)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told and ends the connection
            self._fail(error)

    def leave(self) -> None:
        """The answer that is under way is the last one."""
        self._last = True
        if self.answering is None:
            self._transport.close()

    def _begin(self, data: bytes) -> None:
        end = data.find(syntax.HEAD_END)
        if end < 0:
            if len(data) > MOST_HEAD:
                raise NotOfTheGateway
            self._kept = data
            return
        self._kept = b""
        self._head, self._number, sent = self._heads.read(data[:end])
        body = data[end + 4 :]
        self._last = sent.get(b"connection") == [b"close"]
        declared = sent.get(b"content-length")
        if declared == [b"%d" % len(body)] and len(body) <= MOST_BODY and b"transfer-encoding" not in sent:
            self._answer_to(body)
            return
        fields = {name: sent[name][0] for name in _ABOUT_THE_BODY if name in sent}
        length = framing.of_request(fields, 1) or 0
        self._body = ChunkedBody(_UNBOUNDED) if length == framing.CHUNKED else LengthBody(length)
        self._more(self._body, body)

    def _more(self, body: LengthBody | ChunkedBody, data: bytes) -> None:
        payload = body.feed(data)
        if body.rest:
            raise NotOfTheGateway
        self._size += len(payload)
        if self._size <= MOST_BODY:
            self._parts.append(payload)
        if body.done:
            whole = b"".join(self._parts) if self._size <= MOST_BODY else None
            self._body, self._parts, self._size = None, [], 0
            self._answer_to(whole)

    def _answer_to(self, body: bytes | None) -> None:
        self.answering = asyncio.get_running_loop().create_task(self._answer(body))

    async def _answer(self, body: bytes | None) -> None:
        try:
            answer = await self._app.answer(self._head, self._number, body)
            self._write(answer, bodiless=self._head.method == "HEAD")
        except Exception as error:  # noqa: BLE001  # as above
            self._fail(error)
        except asyncio.CancelledError:
            self._transport.abort()
            raise
        finally:
            self.answering = None
            if self._transport.is_closing():
                self._wires.discard(self)

    def _write(self, answer: Answer, *, bodiless: bool) -> None:
        self._transport.write(rendered(answer, last=self._last) + (b"" if bodiless else answer.body))
        if self._last:
            self._transport.close()

    def _fail(self, error: Exception) -> None:
        """Its text may hold what was sent."""
        _LOG.error("a connection of the gateway ended: %s", type(error).__name__)
        self._transport.abort()


class Wires:
    """All streams of the gateway's workers."""

    def __init__(self, app: IssuerApp) -> None:
        self._app: Final = app
        self._open: Final[set[Wire]] = set()
        self._heads: Final = Heads()
        self._connections: Final[list[Streams]] = []
        self._leaving = False

    async def listen(self, on: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._connected, sock=on, backlog=BACKLOG)

    def _connected(self) -> Streams:
        """One of a worker's, which has one at a time."""
        self._connections[:] = [each for each in self._connections if not each.lost]
        self._connections.append(Streams(self._accept))
        return self._connections[-1]

    def _accept(self) -> Wire | None:
        return None if self._leaving else Wire(self._app, self._open, self._heads)

    async def drain(self, seconds: float) -> None:
        """Take nothing new, and return when what is under way is answered, or out of time and given up."""
        self._leaving = True
        self._server.close()
        running = [each.answering for each in self._open if each.answering is not None]
        for each in tuple(self._open):
            each.leave()
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in self._connections:
            connection.close()


class Heads:
    """What stands before the number of a request is the same for all that one client asks of one endpoint: it is read
    once."""

    def __init__(self) -> None:
        self._known: Final[Recent[Head]] = Recent(_REMEMBERED)

    def read(self, head: bytes) -> tuple[Head, bytes | None, Fields]:
        """A head up to before its empty line: what it shares with others like it, the request's number, and the fields
        among which those are that frame its body. Raises ValueError, NotOfTheGateway."""
        before, _, rest = head.partition(_NUMBER)
        known = self._known.get(before)
        if known is not None:
            number, *others = rest.split(syntax.CRLF)
            if 1 <= len(others) <= 2 and all(map(bytes.startswith, others, _AS_A_RULE)):
                return known, number, {} if len(others) == 1 else {b"content-length": [others[1][len(_LENGTH) :]]}
        elif (read := _read_head(before)).fields.keys().isdisjoint(_OF_ONE_REQUEST):
            self._known.add(before, read)
        whole = _read_head(head)
        return whole, whole.fields.get(REQUEST_ID, (None,))[-1], whole.fields


def _read_head(head: bytes) -> Head:
    first, *lines = head.split(syntax.CRLF)
    method, target, _ = first.split(b" ")
    path, _, query = target.partition(b"?")
    return Head.of(method.decode("latin-1"), path.decode("latin-1"), query, _read_fields(lines))


def _read_fields(lines: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    fields: dict[bytes, list[bytes]] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            raise NotOfTheGateway
        fields.setdefault(name.lower(), []).append(value.strip(syntax.OWS))
    return fields


def rendered(answer: Answer, *, last: bool) -> bytes:
    """The head of an answer, with the empty line. Raises ValueError for a field that would be two."""
    length = (b"content-length", b"%d" % len(answer.body))
    fields = (*answer.headers, length, _CLOSE) if last else (*answer.headers, length)
    head = _STATUS_LINES[answer.status] + b"\r\n".join(map(b": ".join, fields))
    if not syntax.is_field_text(head, len(fields) + 1):
        raise ValueError("a field of an answer has a byte that no field may have")
    return head + syntax.HEAD_END
