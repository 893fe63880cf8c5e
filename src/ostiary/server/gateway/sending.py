"""A request's body on its way to the service: bounded, framed anew, as fast as the service takes it."""

import asyncio
from typing import TYPE_CHECKING, Final

from ostiary.gateway.inspect import inspect
from ostiary.http import body as bodies
from ostiary.http import framing
from ostiary.http.body import ChunkedBody, LengthBody
from ostiary.server.gateway.framed import CONTINUE

if TYPE_CHECKING:
    from ostiary.server.gateway.exchange import Exchange

LEAST_RATE: Final = 1000
"""Bytes of a body in a second, on average: who sends less runs out of time."""


class Sending:
    """Where a rule reads the body, or it was signed, it is held until it is whole and judged; else it streams."""

    __slots__ = ("_body", "_chunked", "_digest", "_exchange", "_held", "_holds", "_to", "length")

    def __init__(self, exchange: "Exchange", length: int) -> None:
        rule = exchange.asked.route.rule
        self._exchange: Final = exchange
        self._body: Final = ChunkedBody(rule.bounds.body) if length == framing.CHUNKED else LengthBody(length)
        self._chunked = length == framing.CHUNKED
        self._digest: Final = exchange.asked.digest
        self._holds: Final = bool(exchange.asked.route.inspect) or self._digest is not None
        self._held: list[bytes] = []
        self._to: asyncio.Transport | None = None
        self.length = length
        """As the upstream is told; CHUNKED where nobody knows."""

    @property
    def received(self) -> bool:
        """Whether the client has sent it all."""
        return self._body.done

    @property
    def rest(self) -> bytes:
        """What the client sent behind it."""
        return self._body.rest

    def begin(self, data: bytes) -> None:
        """The first bytes, which came with the head. Raises Refusal."""
        self._exchange.client.wait(self._exchange.asked.route.rule.timeouts.body)
        if not self._holds:
            self._take(data)
            if not self._body.done:
                self._exchange.client.pause()
            self._exchange.start()
        elif data or self._body.done:
            self.feed(data)
        else:
            self._continue()

    def unhold(self) -> bytes:
        """What waited for the upstream, to go there with the head."""
        held, self._held = self._held, []
        return b"".join(map(self._framed, held))

    def start(self, to: asyncio.Transport, *, begun: bool) -> None:
        """The head is on its way, and a part of the body with it where it has `begun`; the rest follows."""
        self._to = to
        if self._body.done:
            self._finish(to)
        else:
            self._exchange.client.wait(self._exchange.asked.route.rule.timeouts.body)
            if not begun:
                self._continue()
        self._exchange.client.resume()

    def feed(self, data: bytes) -> None:
        """More bytes of the client. Raises Refusal."""
        self._exchange.client.credit(len(data) / LEAST_RATE, self._exchange.asked.route.rule.timeouts.body)
        self._take(data)
        if not self._body.done:
            return
        if self._holds:
            self._judge()
            self._exchange.start()
        elif self._to is not None:
            self._finish(self._to)

    def _take(self, data: bytes) -> None:
        payload = self._body.feed(data)
        if not payload:
            return
        if self._digest is not None:
            self._digest.feed(payload)
        if self._to is None:
            self._held.append(payload)
        else:
            self._to.write(self._framed(payload))

    def _judge(self) -> None:
        """The body is whole: ask the rules that read it. Raises Refusal."""
        body = b"".join(self._held)
        refusal = inspect(self._exchange.asked, body)
        if refusal is not None:
            raise refusal
        self._held, self.length, self._chunked = [body], len(body), False

    def _framed(self, payload: bytes) -> bytes:
        return bodies.chunk(payload) if self._chunked else payload

    def _finish(self, to: asyncio.Transport) -> None:
        self._exchange.sent = True
        if self._chunked:
            to.write(bodies.LAST_CHUNK)
        if not self._exchange.answering:
            self._exchange.client.wait(self._exchange.asked.route.rule.timeouts.first_byte)

    def _continue(self) -> None:
        """The client may wait to be asked (RFC 9110 section 10.1.1)."""
        head = self._exchange.asked.head
        if b"expect" in head.fields and head.minor == 1:
            self._exchange.client.transport.write(CONTINUE)
