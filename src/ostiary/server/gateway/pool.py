"""The connections of a worker to one service: kept alive, at most so many, and a queue for those who wait."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ostiary.gateway.metrics import Counts
from ostiary.http.response import ResponseParser
from ostiary.model.errors import BadGateway, GatewayTimeout, HttpRefused, ServiceUnavailable
from ostiary.model.reasons import Reason
from ostiary.server.gateway.clockwork import Clockwork
from ostiary.server.gateway.upstream import UpstreamConnection

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ostiary.server.gateway.exchange import Exchange

IDLE_SECONDS: Final = 55.0
"""An unused connection is closed before most services would."""
MOST_WAITING: Final = 1024

Connect = Callable[[Callable[[], UpstreamConnection]], "Awaitable[Any]"]
"""Opens a connection for the protocol that it is given. Raises OSError."""


class Pool:
    """`parser`: of the service's answers. `connect_seconds`: of one attempt."""

    __slots__ = (
        "_clockwork",
        "_closed",
        "_connect",
        "_connections",
        "_counts",
        "_idle",
        "_most",
        "_opening",
        "_seconds",
        "_waiting",
        "failures",
        "healthy",
        "parser",
    )

    def __init__(
        self,
        connect: Connect,
        most: int,
        connect_seconds: float,
        parser: ResponseParser,
        clockwork: Clockwork,
        counts: Counts,
    ) -> None:
        self._connect: Final = connect
        self._most: Final = most
        self._seconds: Final = connect_seconds
        self._clockwork: Final = clockwork
        self._counts: Final = counts
        self._idle: Final[list[UpstreamConnection]] = []
        self._connections: Final[set[UpstreamConnection]] = set()
        self._opening: Final[set[asyncio.Task[None]]] = set()
        self._waiting: Final[deque[Exchange]] = deque()
        self._closed = False
        self.failures = 0
        """Of the health check, in a row."""
        self.healthy = True
        self.parser: Final = parser

    def take(self, exchange: "Exchange", *, new: bool = False) -> UpstreamConnection | None:
        """A connection, or None: then the exchange is told later. `new`: none that was kept. Raises
        ServiceUnavailable."""
        idle = self._idle
        while idle and not new:
            one = idle.pop()
            if not one.transport.is_closing():
                return one
        if not self.healthy:
            raise ServiceUnavailable(Reason.UPSTREAM_UNREACHABLE)
        if len(self._waiting) >= MOST_WAITING:
            raise ServiceUnavailable(Reason.UPSTREAM_BUSY)
        self._waiting.append(exchange)
        self._open_more()
        return None

    def give_up(self, exchange: "Exchange") -> HttpRefused:
        """The exchange waits no more; why it waited in vain."""
        with suppress(ValueError):
            self._waiting.remove(exchange)
        return GatewayTimeout(Reason.UPSTREAM_TIMEOUT) if self._opening else ServiceUnavailable(Reason.UPSTREAM_BUSY)

    def free(self, one: UpstreamConnection) -> None:
        """The connection carries nothing now."""
        if self._waiting:
            self._waiting.popleft().connected(one)
        elif self._closed or not self.healthy:
            one.transport.close()
        else:
            one.deadline = self._clockwork.now + IDLE_SECONDS
            self._idle.append(one)

    def opened(self, one: UpstreamConnection) -> None:
        self._connections.add(one)
        self._clockwork.watch(one)
        self._counts.upstream_connections_total += 1
        self.free(one)

    def lost(self, one: UpstreamConnection) -> None:
        self._connections.discard(one)
        self._clockwork.forget(one)
        with suppress(ValueError):
            self._idle.remove(one)
        self._open_more()

    def close(self) -> None:
        """Nobody takes from here any more; what is under way is finished."""
        self._closed = True
        self._close_idle()

    def judge(self, *, healthy: bool) -> None:
        """What the health check found."""
        self.healthy = healthy
        if not healthy:
            self._close_idle()
            while self._waiting:
                self._refuse_first(ServiceUnavailable(Reason.UPSTREAM_UNREACHABLE))

    def _close_idle(self) -> None:
        for one in self._idle:
            one.transport.close()

    def _open_more(self) -> None:
        opening = self._opening
        if len(opening) < len(self._waiting) and len(self._connections) + len(opening) < self._most:
            task = asyncio.get_running_loop().create_task(self._open())
            opening.add(task)
            task.add_done_callback(self._attempted)

    def _attempted(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        self._open_more()

    async def _open(self) -> None:
        """One attempt; it fails the one who waits for longest."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._connect(lambda: UpstreamConnection(self))
        except TimeoutError:
            self._refuse_first(GatewayTimeout(Reason.UPSTREAM_TIMEOUT))
        except OSError:
            self._refuse_first(BadGateway(Reason.UPSTREAM_UNREACHABLE))

    def _refuse_first(self, refused: HttpRefused) -> None:
        if self._waiting:
            self._waiting.popleft().failed(refused)
