"""One client's connection: requests in, one at a time, answers out in their order."""

import asyncio
import logging
from time import monotonic_ns, time
from typing import TYPE_CHECKING, Final, cast

from ostiary.gateway import refusal
from ostiary.gateway.decision import Allow, Asked, Load, Refuse, Reply
from ostiary.gateway.peer import Peer, original
from ostiary.http import syntax
from ostiary.http.form import Form
from ostiary.http.request import RequestHead
from ostiary.keys.certificate import CertificateInvalid
from ostiary.model.errors import HttpRefused, Refusal, RequestTimeout, ServiceUnavailable, Unexpected
from ostiary.model.reasons import Reason
from ostiary.server.chores import tell
from ostiary.server.gateway.ending import EndingConnection
from ostiary.server.gateway.exchange import Exchange
from ostiary.server.gateway.sessions import SECONDS
from ostiary.server.gateway.waiting import Waiting

if TYPE_CHECKING:
    from ostiary.server.gateway.door import Door
    from ostiary.server.gateway.entrance import Entrance

_LOG: Final = logging.getLogger("ostiary.gateway")

MOST_KEPT: Final = 64 * 1024
"""Bytes behind the request that is under way, until the client is not read any more."""
MOST_SKIPPED: Final = 64 * 1024
"""Bytes of a refused request's body that are read and dropped, so that the connection can go on."""


class ClientConnection(EndingConnection):
    """Reads heads, asks the gateway, and lets an exchange carry what was allowed."""

    __slots__ = (
        "_exchange",
        "_form",
        "_head_begun",
        "_kept",
        "_minor",
        "_peer",
        "_running",
        "_skip",
        "entrance",
    )

    _peer: Peer

    def __init__(self, door: "Door", entrance: "Entrance") -> None:
        super().__init__(door)
        self.entrance: Final = entrance
        self._exchange: Exchange | Waiting | None = None
        self._form: Form | None = None
        """Of the last head that brought a proof, which none after it has once more."""
        self._head_begun = False
        self._kept = b""
        self._minor = 1
        self._running = False
        self._skip = 0

    # what the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        door = self._door
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        try:
            self._peer = self.entrance.peer_at(transport)
        except CertificateInvalid:
            self._peer, gateway = self.entrance.without_certificate(transport), self.entrance.listener.gateway
            door.recorder.no_handshake(Reason.CERTIFICATE_MALFORMED, gateway, self._peer.text)
            self.closing = True
            self.transport.abort()
        door.counts.connections_total += 1
        door.counts.connections += 1
        door.connections.add(self)
        door.clockwork.watch(self)
        self.wait(door.contract.timeouts.headers)

    def connection_lost(self, error: Exception | None) -> None:
        door = self._door
        door.counts.connections -= 1
        door.left(self)
        door.clockwork.forget(self)
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.abandon()

    def data_received(self, data: bytes) -> None:
        exchange = self._exchange
        try:
            if exchange is not None:
                self._more(exchange, data)
            elif self._kept or self.closing or self._skip or self._stalled:
                self._odd(data)
            elif (
                self._form is None
                and data.endswith(syntax.HEAD_END)
                and (head := self.entrance.gateway.parser.recent(data)) is not None
            ):
                self._decide(head, b"")
            else:
                self._run(data)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is refused and told
            tell(_LOG, "a request failed", error)
            self._unexpected()

    def eof_received(self) -> None:
        """Close: who is gone gets no answer."""

    def pause_writing(self) -> None:
        self._stalled = True
        if self._exchange is not None:
            self._exchange.client_stalled()

    def resume_writing(self) -> None:
        self._stalled = False
        if self._exchange is not None:
            self._exchange.client_flows()
        else:
            self._go_on()

    def expired(self) -> None:
        """The client, or its exchange, took too long."""
        if self._exchange is not None:
            self._exchange.expired()
        elif self.closing:
            self.transport.abort()
        elif self._head_begun:
            self.refuse(RequestTimeout(Reason.HEADERS_TIMEOUT), None, self._next(), whole=False)
        else:
            self._close()

    # what the exchange tells

    def credit(self, seconds: float, most: float) -> None:
        """Wait longer, but never more than `most` from now."""
        self.deadline = min(self._door.clockwork.now + most, self.deadline + seconds)

    def unkeep(self) -> bytes:
        """What came behind the request, for a tunnel."""
        kept, self._kept = self._kept, b""
        return kept

    @property
    def persistence(self) -> bytes:
        """What an answer says about the connection (RFC 9112 section 9.3)."""
        if self.closing:
            return b"connection: close\r\n"
        return b"" if self._minor == 1 else b"connection: keep-alive\r\n"

    def finished(self, *, whole: bool) -> None:
        """The answer is with the client. `whole`: so is the request with the upstream."""
        self._exchange = None
        if self.closing or not whole:
            self._end(whole=whole and not self._skip)
        elif self._kept or self.paused:
            self._go_on()
        else:
            self.deadline = self._door.clockwork.now + self._door.idle_seconds

    def refuse(
        self, refused: Refusal, asked: Asked | None, number: int, *, whole: bool, bodiless: bool = False
    ) -> None:
        """Answer with a problem. `whole`: the request was read to its end, so the connection can go on. `bodiless`: it
        was a HEAD."""
        door = self._door
        peer = self._peer if asked is None else asked.peer
        ref = door.recorder.refused(refused, number, peer.text, asked)
        self.closing = self.closing or not whole or door.draining
        lines = door.clockwork.date + self.persistence
        self.transport.write(refusal.rendered(refused, ref, asked, door.contract, lines, bodiless=bodiless))
        self.finished(whole=whole)

    def recheck(self) -> None:
        """End what runs for a token that was revoked: it is refused where its answer has not begun, and else cut."""
        exchange = self._exchange
        if exchange is not None and (refused := exchange.revoked()) is not None:
            self.closing = True
            exchange.failed(refused)

    def close_idle(self) -> None:
        """No request is under way, and none may come."""
        if self._exchange is None and not self._head_begun and not self._skip and not self.closing:
            self._close()

    # requests

    def _odd(self, data: bytes) -> None:
        """Bytes that do not begin a head."""
        if self._lingers:
            self._discard(len(data))
        else:
            self._run(self._kept + data)

    def _run(self, data: bytes) -> None:
        """Serve what is there, until a head is not whole or a request is under way."""
        self._running = True
        while data and self._exchange is None and not self._stalled and not self.closing:
            if self._skip:
                data = self._skipped(data)
                continue
            end = data.find(syntax.HEAD_END)
            if end < 0:
                self._partial(data)
                break
            self._head_begun = False
            data = self._serve(data[:end], data[end + 4 :])
        self._running = False
        self._kept = data
        if len(self._kept) > MOST_KEPT:
            self.pause()

    def _go_on(self) -> None:
        """Ready for the next request, which may be here already."""
        self.wait(self._door.idle_seconds)
        self.resume()
        if self._kept and not self._running:
            self._run(self._kept)

    def _serve(self, raw: bytes, rest: bytes) -> bytes:
        """One request. Returns what does not belong to it."""
        try:
            head = self.entrance.gateway.parser.parse(raw, self._form)
        except HttpRefused as refused:
            self.refuse(refused, None, self._next(), whole=False, bodiless=raw.startswith(b"HEAD "))
            return b""
        self._form = head.form or self._form
        return self._decide(head, rest)

    def _decide(self, head: RequestHead, rest: bytes, *, again: bool = False) -> bytes:
        door = self._door
        gateway = self.entrance.gateway
        door.number = number = door.number + 1
        self._minor = head.minor
        self.closing = not head.persistent or door.draining
        peer = self._peer_of(head) if b"x-forwarded-for" in head.fields else self._peer
        decision = gateway.decide(head, peer, time(), monotonic_ns())
        if type(decision) is Allow:
            asked = decision.asked
            if not door.recorder.stalled or asked.route.identify is None:
                return self._carry(asked, number, rest)
            decision = Refuse(ServiceUnavailable(Reason.AUDIT_UNAVAILABLE), asked)
        elif type(decision) is Load:
            if not again:
                return self._load(decision, rest)
            decision = Refuse(ServiceUnavailable(Reason.SESSION_UNREADABLE), decision.asked)
        assert isinstance(decision, Refuse | Reply)
        return self._answer(decision, head, number, rest)

    def _carry(self, asked: Asked, number: int, rest: bytes) -> bytes:
        exchange = self._exchange = Exchange(self._door, self, asked, number)
        try:
            return exchange.begin(rest)
        except Refusal as refused:
            exchange.failed(refused)
            return exchange.rest(rest)

    def _load(self, decision: Load, rest: bytes) -> bytes:
        """Wait for what is missing. Returns what came behind the head, which is kept until then."""
        waiting = self._exchange = Waiting(self, decision.asked)
        self.wait(SECONDS)
        self._door.sessions.load(decision.cookie, waiting.told)
        return rest

    def decide_again(self, waiting: Waiting) -> None:
        """What the request waited for is here, or will not come."""
        self._exchange, kept, self._kept = None, self._kept, b""
        try:
            self.resume()
            head, refused = waiting.asked.head, waiting.refused
            if refused is None:
                rest = self._decide(head, kept, again=True)
            else:
                rest = self._answer(Refuse(refused, waiting.asked), head, self._next(), kept)
            self._run(rest)
        except Exception as error:  # noqa: BLE001  # as in `data_received`
            tell(_LOG, "a request failed", error)
            self._unexpected()

    def _answer(self, decision: Refuse | Reply, head: RequestHead, number: int, rest: bytes) -> bytes:
        """Answer without an upstream. Returns what is behind the request."""
        rest, whole = self._without_body(head, rest)
        if isinstance(decision, Refuse):
            bodiless = head.method == b"HEAD"
            self.refuse(decision.error, decision.asked, number, whole=whole, bodiless=bodiless)
            return rest
        self.closing = self.closing or not whole
        door = self._door
        lines = door.clockwork.date + self.persistence
        self.transport.write(refusal.replied(decision, door.reference(number), door.contract, lines))
        self.finished(whole=whole)
        return rest

    def _without_body(self, head: RequestHead, data: bytes) -> tuple[bytes, bool]:
        """What is behind the body, and whether that is known. A short body that is still to come is skipped."""
        length = head.length or 0
        if 0 <= length <= len(data):
            return data[length:], True
        if not 0 < length <= MOST_SKIPPED or b"expect" in head.fields:
            return b"", False
        self._skip = length - len(data)
        return b"", True

    def _skipped(self, data: bytes) -> bytes:
        rest = data[self._skip :]
        self._skip -= len(data) - len(rest)
        return rest

    def _more(self, exchange: Exchange | Waiting, data: bytes) -> None:
        """Bytes while a request is under way: of its body, or behind it."""
        try:
            rest = exchange.feed(data)
        except Refusal as refused:
            exchange.failed(refused)
            rest = exchange.rest(b"")
        if rest:
            self._kept += rest
            if len(self._kept) > MOST_KEPT:
                self.pause()
            if self._exchange is None:
                self._run(self._kept)

    def _partial(self, data: bytes) -> None:
        """The beginning of a head."""
        if not self._head_begun:
            self._head_begun = True
            self.wait(self._door.contract.timeouts.headers)
        try:
            self.entrance.gateway.parser.require_may_continue(data)
        except HttpRefused as refused:
            self.refuse(refused, None, self._next(), whole=False)

    def _peer_of(self, head: RequestHead) -> Peer:
        """The client, as a proxy tells it that the contract trusts."""
        trusted = self._door.contract.trusted_proxies
        told = head.fields[b"x-forwarded-for"]
        address = original(told, trusted) if self._peer.within(trusted) else None
        return self._peer if address is None else self.entrance.peer(address)

    def _next(self) -> int:
        self._door.number = number = self._door.number + 1
        return number

    def _unexpected(self) -> None:
        """How far the client was read is not known any more, so it gets no other answer."""
        exchange, unexpected = self._exchange, Unexpected(Reason.UNEXPECTED)
        self.closing = True
        if exchange is not None:
            exchange.failed(unexpected)
        else:
            self.refuse(unexpected, None, self._next(), whole=False)
