"""One connection to a service: carries one exchange after the other, and parses what the service answers."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final, cast

from ostiary.http import framing, response, syntax
from ostiary.http.body import ChunkedBody, LengthBody
from ostiary.http.response import ResponseHead
from ostiary.model.errors import BadGateway, HttpRefused, Unexpected
from ostiary.model.reasons import Reason
from ostiary.server.chores import tell
from ostiary.server.gateway.clockwork import NEVER
from ostiary.server.gateway.paced import PacedConnection

if TYPE_CHECKING:
    from ostiary.server.gateway.exchange import Exchange
    from ostiary.server.gateway.pool import Pool

_LOG: Final = logging.getLogger("ostiary.gateway")

MOST_INTERIM: Final = 8
"""Answers with a status below 200 to one request."""
_UNBOUNDED: Final = 1 << 62
_SWITCHING: Final = 101


class EndlessBody:
    """A body that ends with its connection: of an answer without a length, or each side of a tunnel."""

    __slots__ = ("done", "rest")

    def __init__(self) -> None:
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        return data


Body = LengthBody | ChunkedBody | EndlessBody


class UpstreamConnection(PacedConnection):
    """In use while it has an exchange, else idle in its pool."""

    __slots__ = (
        "_body",
        "_ended",
        "_interim",
        "_kept",
        "_persistent",
        "_pool",
        "_used",
        "exchange",
    )

    def __init__(self, pool: "Pool") -> None:
        super().__init__()
        self._pool: Final = pool
        self._kept = b""
        self._body: Body | None = None
        self._persistent = True
        self._interim = 0
        self._ended = False
        self._used = False
        self.exchange: Exchange | None = None

    @property
    def reused(self) -> bool:
        """Whether it has carried an exchange before: the service may have closed it since."""
        return self._used

    def carry(self, exchange: "Exchange", head: bytes) -> None:
        """Send a request's head; the exchange hears what comes back."""
        self.exchange = exchange
        self.deadline = NEVER
        self.transport.write(head)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._pool.opened(self)

    def data_received(self, data: bytes) -> None:
        exchange = self.exchange
        if exchange is None:
            self.transport.abort()  # an answer that nobody asked for
            return
        try:
            if self._body is None:
                self._head(exchange, self._kept + data if self._kept else data)
            else:
                self._more(exchange, self._body, data)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is refused and told
            tell(_LOG, "an answer failed", error)
            self._fail(Unexpected(Reason.UNEXPECTED))

    def _head(self, exchange: "Exchange", data: bytes) -> None:
        end = data.find(syntax.HEAD_END)
        if end < 0 and len(data) <= response.MOST_BYTES:
            self._kept = data
            return
        try:
            if not 0 <= end <= response.MOST_BYTES:
                raise BadGateway(Reason.UPSTREAM_MALFORMED)
            head = self._pool.parser.parse(data[:end], exchange.asked.head.method)
        except BadGateway as refused:
            self._fail(refused)
            return
        self._kept = b""
        first = data[end + 4 :]
        if head.status < 200:
            self._before_answer(exchange, head, first)
            return
        length = head.length
        self._persistent = head.persistent
        if len(first) == length:
            exchange.answered(head, first, whole=True)
            self._end(exchange)
            return
        self._body = _body(length)
        exchange.answered(head, b"", whole=False)
        if first or length == 0:
            self._more(exchange, self._body, first)

    def _before_answer(self, exchange: "Exchange", head: ResponseHead, rest: bytes) -> None:
        """An interim answer, or the end of HTTP on this connection (RFC 9110 section 15.2)."""
        self._interim += 1
        if head.status == _SWITCHING and exchange.switches(head):
            self._body, self._persistent = EndlessBody(), False
            exchange.switched(head, self.transport)
            if rest:
                self._more(exchange, self._body, rest)
        elif head.status == _SWITCHING or self._interim > MOST_INTERIM:
            self._fail(BadGateway(Reason.UPSTREAM_MALFORMED))
        else:
            exchange.interim(head)
            if rest:
                self._head(exchange, rest)

    def _more(self, exchange: "Exchange", body: Body, data: bytes) -> None:
        try:
            payload = body.feed(data)
        except HttpRefused:
            self._fail(BadGateway(Reason.UPSTREAM_MALFORMED))
            return
        if payload:
            exchange.payload(payload)
        if body.done:
            self._persistent = self._persistent and not body.rest
            exchange.ended()
            self._end(exchange)

    def _end(self, exchange: "Exchange") -> None:
        """The answer is whole. The connection goes back before the client's next request looks for one."""
        self._body = self.exchange = None
        self._interim = 0
        self._used = True
        if self.paused:
            self.resume()
        if self._persistent and exchange.sent and not exchange.is_last:
            self._pool.free(self)
        else:
            self.transport.abort()
        exchange.client.finished(whole=exchange.sent)

    def _fail(self, refused: HttpRefused) -> None:
        exchange, self.exchange = self.exchange, None
        self.transport.abort()
        if exchange is not None:
            exchange.failed(refused)

    def drop(self, until: float | None) -> None:
        """The exchange ends here, before the answer did. `until`: what was written still goes out, by then."""
        self.exchange = None
        if until is None:
            self.transport.abort()
        else:
            self.deadline = until
            self.transport.close()

    def eof_received(self) -> None:
        """Close. What is under way hears of it in `connection_lost`. By TLS this comes with the closing alert alone:
        without one, whoever is on the way may have cut the answer off (RFC 9112 section 9.8)."""
        self._ended = True

    def connection_lost(self, error: Exception | None) -> None:
        self._pool.lost(self)
        exchange, self.exchange = self.exchange, None
        if exchange is None:
            return
        if isinstance(self._body, EndlessBody) and self._ended and error is None:
            exchange.ended()
            exchange.client.finished(whole=exchange.sent)
        else:
            exchange.cut(began=self._body is not None or bool(self._kept) or self._interim > 0)

    def pause_writing(self) -> None:
        if self.exchange is not None:
            self.exchange.upstream_stalled()

    def resume_writing(self) -> None:
        if self.exchange is not None:
            self.exchange.upstream_flows()

    def expired(self) -> None:
        """Idle for long enough, or closed and the service does not take what is left."""
        if self.transport.is_closing():
            self.transport.abort()
        else:
            self.transport.close()


def _body(length: int) -> Body:
    if length == framing.CHUNKED:
        return ChunkedBody(_UNBOUNDED)
    return EndlessBody() if length == framing.UNTIL_CLOSE else LengthBody(length)
