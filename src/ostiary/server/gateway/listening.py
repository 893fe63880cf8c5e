"""The sockets of one listener. Each connection is handed on with the TLS context that is in force when it comes, so
that a new one drops nobody; a handshake that fails is told of."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

from ostiary.model.reasons import Reason
from ostiary.server.gateway.handshake import reason_of

BACKLOG: Final = 1024
HANDSHAKE_SECONDS: Final = 10.0
GOODBYE_SECONDS: Final = 600.0
"""Until a closed connection of TLS is cut, sent or not: its protocol waits for less, and knows what is left."""
MOST_AT_A_TIME: Final = 64
"""Connections that are taken before others are served."""
BREATH_SECONDS: Final = 1.0
"""Until connections are taken again, where one could not be: there are no descriptors left, or there is no memory."""


class Listening:
    """Takes connections until it is closed. `context`: None for plain HTTP. `refused` is told why a handshake failed,
    and from which address."""

    def __init__(
        self,
        protocol: Callable[[], asyncio.Protocol],
        context: Callable[[], ssl.SSLContext | None],
        refused: Callable[[Reason, str], None],
    ) -> None:
        self._protocol: Final = protocol
        self._context: Final = context
        self._refused: Final = refused
        self._loop: Final = asyncio.get_running_loop()
        self._sockets: list[socket.socket] = []
        self._arrivals: Final[set[asyncio.Task[None]]] = set()

    @property
    def port(self) -> int:
        """Of the first socket, in case it was told port 0."""
        number: int = self._sockets[0].getsockname()[1]
        return number

    async def open(self, host: str, port: int) -> None:
        """At each address of the host. Raises OSError; then it is closed."""
        try:
            for family, _, _, _, address in await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                bound = socket.socket(family, socket.SOCK_STREAM)
                self._sockets.append(bound)
                _listen(bound, address)
                self._loop.add_reader(bound, self._take, bound)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Take no more connections; those that are there go on."""
        for bound in self._sockets:
            self._loop.remove_reader(bound)
            bound.close()
        self._sockets = []

    def _take(self, bound: socket.socket) -> None:
        for _ in range(MOST_AT_A_TIME):
            try:
                taken, address = bound.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(bound)
                self._loop.call_later(BREATH_SECONDS, self._again, bound)
                return
            arrival = self._loop.create_task(self._arrive(taken, address[0]))
            self._arrivals.add(arrival)
            arrival.add_done_callback(self._arrivals.discard)

    def _again(self, bound: socket.socket) -> None:
        if bound in self._sockets:
            self._loop.add_reader(bound, self._take, bound)

    async def _arrive(self, taken: socket.socket, address: str) -> None:
        context = self._context()
        seconds = (None, None) if context is None else (HANDSHAKE_SECONDS, GOODBYE_SECONDS)
        try:
            await self._loop.connect_accepted_socket(
                self._protocol, taken, ssl=context, ssl_handshake_timeout=seconds[0], ssl_shutdown_timeout=seconds[1]
            )
        except OSError as error:
            reason = reason_of(error)
            if reason is not None:
                self._refused(reason, address)


def _listen(bound: socket.socket, address: Any) -> None:
    """Workers share it (SO_REUSEPORT), and need not wait until the machine has forgotten the connections of who was
    there before (SO_REUSEADDR)."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if bound.family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.bind(address)
    bound.listen(BACKLOG)
    bound.setblocking(False)
