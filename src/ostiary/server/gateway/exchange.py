"""One allowed request: its way to a service, and the answer's way back."""

import asyncio
from time import monotonic_ns, time
from typing import TYPE_CHECKING, Final

from ostiary.gateway import forward
from ostiary.gateway.decision import Asked
from ostiary.gateway.identify.trust import is_revoked
from ostiary.http import body as bodies
from ostiary.http.response import ResponseHead
from ostiary.model.errors import BadGateway, GatewayTimeout, HttpRefused, InvalidToken, Refusal, RequestTimeout
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from ostiary.server.gateway import framed
from ostiary.server.gateway.sending import Sending

if TYPE_CHECKING:
    from ostiary.audit.batch import Who
    from ostiary.server.gateway.connection import ClientConnection
    from ostiary.server.gateway.door import Door
    from ostiary.server.gateway.upstream import UpstreamConnection

NOBODY: "Final[Who]" = (ClientId(""), None, None)
"""Who calls a public route."""
_WITHOUT_CONTENT: Final = frozenset((b"GET", b"HEAD", b"DELETE", b"OPTIONS"))
"""Methods whose content means nothing in general, so that some servers do not read it (RFC 9110 section 9.3)."""
_RETRIED: Final = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE"))
"""Safe methods (RFC 9110 section 9.2.1)."""
_CLOSE: Final = b"connection: close\r\n"


class Exchange:
    """Between a client's connection and a service's. It ends with `client.finished`, in `failed`, or in `abandon`."""

    __slots__ = (
        "_chunked",
        "_content",
        "_door",
        "_named",
        "_number",
        "_pool",
        "_retried",
        "_tunnel",
        "_upstream",
        "answering",
        "asked",
        "client",
        "is_last",
        "sending",
        "sent",
    )

    def __init__(self, door: "Door", client: "ClientConnection", asked: Asked, number: int) -> None:
        self._door: Final = door
        self._number: Final = number
        self._named: Final = door.named % number
        self._pool: Final = door.pools[asked.route.service]
        self._upstream: UpstreamConnection | None = None
        self._chunked = False
        self._retried = False
        self._tunnel: asyncio.Transport | None = None
        self.asked: Final = asked
        self.client: Final = client
        self.answering = False
        """The client has the answer's head."""
        self._content = b""
        """A body that came with its head."""
        self.sending: Sending | None = None
        """Of a body that is still to come, or that is judged first."""
        self.sent = True
        """The whole request is with the upstream, or goes there with its head."""
        self.is_last = False
        """Nothing else goes to the service on the connection: one that does not read the content would take it for its
        next request, with fields that only this door may send."""

    def begin(self, data: bytes) -> bytes:
        """`data` came with the head. Returns what is not of this request. Raises Refusal."""
        asked = self.asked
        length = asked.head.length
        if length is None and not asked.route.inspect:
            self.start()
            return data
        length = length or 0
        self.is_last = length != 0 and asked.head.method in _WITHOUT_CONTENT
        if 0 <= length <= len(data) and not asked.route.inspect and asked.digest is None:
            self._content = data[:length]
            self.start()
            return data[length:]
        self.sending, self.sent = Sending(self, length), False
        self.sending.begin(data)
        return self.sending.rest

    def start(self) -> None:
        """Take a connection and send the head, now or when one is free. Raises HttpRefused.

        Where one kept connection was closed, others that were kept as long may be too, and nothing is sent a third
        time (RFC 9110 section 9.2.2).
        """
        upstream = self._pool.take(self, new=self._retried)
        if upstream is None:
            self.client.wait(self.asked.route.rule.timeouts.connect)
        else:
            self.connected(upstream)

    # what the upstream's connection tells

    def connected(self, upstream: "UpstreamConnection") -> None:
        """Here is a connection."""
        asked, sending = self.asked, self.sending
        self._upstream = upstream
        route, names = asked.route, self._named + self._door.traced(asked.head)
        if sending is not None:
            held = sending.unhold()
            upstream.carry(self, route.forward(asked, names, self._frame(sending.length)) + held)
            sending.start(upstream.transport, begun=bool(held))
            return
        length = asked.head.length
        plain = length is None and route.rule.upgrade is None
        upstream.carry(self, route.forward(asked, names, b"" if plain else self._frame(length)) + self._content)
        self.client.deadline = self._door.clockwork.now + route.rule.timeouts.first_byte

    def _frame(self, length: int | None) -> bytes:
        """How the service is told where the body ends, and what the connection is for."""
        asked = self.asked
        if length is not None:
            return forward.frame(length) + (_CLOSE if self.is_last else b"")
        return b"" if asked.route.rule.upgrade is None or not framed.wants_upgrade(asked) else forward.UPGRADE

    def interim(self, head: ResponseHead) -> None:
        """Answers with a status below 200 go on, but for the 100 that this side has sent itself, or need not; and to
        browsers alone: other clients, as Python's, take one for the answer, and what follows for that to their next
        request (RFC 8297 section 3)."""
        asked = self.asked.head
        if head.status != 100 and asked.minor == 1 and b"sec-fetch-site" in asked.fields and not self.answering:
            self.client.transport.write(framed.interim(head))

    def answered(self, head: ResponseHead, first: bytes, *, whole: bool) -> None:
        """The answer's head, and its body if it is `whole`."""
        client = self.client
        frame, ends = head.frame, False
        if not frame:
            frame, self._chunked, ends = framed.answer(head, self.asked.head)
        if ends or not self.sent or self._door.draining:
            client.closing = True
        self._tell(head, frame + client.persistence, first)
        if not whole:
            client.wait(self.asked.route.rule.timeouts.idle)

    def _tell(self, head: ResponseHead, lines: bytes, first: bytes) -> None:
        """The head goes to the client, and the request on record."""
        asked, door, number = self.asked, self._door, self._number
        self.answering = True
        lines += self._named if b"date" in head.fields else self._named + door.clockwork.date
        self.client.transport.write(asked.route.answer(asked, head, lines) + first)
        who = NOBODY if asked.seen is None else asked.seen.who
        door.recorder.allowed((asked.clock, who, asked.route.rule.id, head.status, number))
        asked.route.counts.answered(head.status, monotonic_ns() - asked.clock)

    def payload(self, data: bytes) -> None:
        """A part of the answer's body."""
        client = self.client
        client.transport.write(bodies.chunk(data) if self._chunked else data)
        client.wait(self.asked.route.rule.timeouts.idle)

    def ended(self) -> None:
        """The answer's body is whole."""
        if self._chunked:
            self.client.transport.write(bodies.LAST_CHUNK)

    def switches(self, head: ResponseHead) -> bool:
        """Whether this 101 is the one that the client asked for (RFC 9110 section 7.8, RFC 6455 section 4.1)."""
        return framed.wants_upgrade(self.asked) and head.fields.get(b"upgrade", b"").lower() == b"websocket"

    def switched(self, head: ResponseHead, tunnel: asyncio.Transport) -> None:
        """From here on both sides say what they like."""
        self._tell(head, framed.SWITCHING, b"")
        self._tunnel, self.sent, self.client.closing = tunnel, False, True
        self.feed(self.client.unkeep())

    def cut(self, *, began: bool) -> None:
        """The upstream closed before its answer was whole."""
        reused = self._upstream is not None and self._upstream.reused
        self._upstream = None
        if reused and not began and not self._retried and self._may_repeat():
            self._retried = True
            self._door.counts.upstream_retries_total += 1
            self._retry()
        else:
            self.failed(BadGateway(Reason.UPSTREAM_CLOSED))

    def upstream_stalled(self) -> None:
        self.client.pause()

    def upstream_flows(self) -> None:
        self.client.resume()

    # what the client's connection tells

    def feed(self, data: bytes) -> bytes:
        """Bytes of the client; returns those that are not of this request. Raises Refusal."""
        if self._tunnel is not None:
            self._tunnel.write(data)
            self.client.wait(self.asked.route.rule.timeouts.idle)
            return b""
        if self.sending is None or self.sending.received:
            return data
        self.sending.feed(data)
        return self.sending.rest

    def rest(self, data: bytes) -> bytes:
        """What the client sent behind the request; `data` came with its head."""
        return data[len(self._content) :] if self.sending is None else self.sending.rest

    def client_stalled(self) -> None:
        if self._upstream is not None:
            self._upstream.pause()

    def client_flows(self) -> None:
        if self._upstream is not None:
            self._upstream.resume()

    def revoked(self) -> Refusal | None:
        """Why it would not be let in any more: its certificate or token was revoked since."""
        seen = self.asked.seen
        gateway, certificate = self.client.entrance.gateway, self.asked.peer.certificate
        refused = None if certificate is None else gateway.certificate_refusal(certificate, time())
        if refused is None and seen is not None and is_revoked(seen, gateway.trust.revocations):
            return InvalidToken(Reason.TOKEN_REVOKED)
        return refused

    def expired(self) -> None:
        """Nothing moved for too long."""
        if self.answering:
            self.client.transport.abort()
        elif self.sending is not None and not self.sending.received and not self.client.paused:
            self.failed(RequestTimeout(Reason.BODY_TIMEOUT))
        elif self._upstream is None:
            self.failed(self._pool.give_up(self))
        else:
            self.failed(GatewayTimeout(Reason.UPSTREAM_TIMEOUT))

    def failed(self, refused: Refusal) -> None:
        """There will be no answer of the upstream."""
        self.abandon()
        if self.answering:
            self.client.transport.abort()
        else:
            whole = self.sending is None or self.sending.received
            bodiless = self.asked.head.method == b"HEAD"
            self.client.refuse(refused, self.asked, self._number, whole=whole, bodiless=bodiless)

    def abandon(self) -> None:
        """Nobody waits for the answer any more."""
        upstream, self._upstream = self._upstream, None
        if upstream is not None:
            upstream.drop(None if self._tunnel is None else self._door.clockwork.now + self._door.idle_seconds)
        else:
            self._pool.give_up(self)

    def _may_repeat(self) -> bool:
        return self.sending is None and self.asked.head.method in _RETRIED

    def _retry(self) -> None:
        try:
            self.start()
        except HttpRefused as refused:
            self.failed(refused)
