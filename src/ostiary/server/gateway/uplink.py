"""A worker's one connection to the issuer's process, and the streams over it."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from ostiary.server.streams import Stream, Streams

P = TypeVar("P", bound=asyncio.Protocol)


class Uplink:
    """Connects when the first stream is wanted, and again when the issuer was started anew."""

    def __init__(self, path: str) -> None:
        self._path: Final = path
        self._streams: Streams | None = None
        self._turn: Final = asyncio.Lock()

    async def open(self, make: Callable[[], P]) -> tuple[Stream, P]:
        """A stream for the protocol that this makes. Raises OSError."""
        async with self._turn:
            streams = self._streams
            if streams is None or streams.lost:
                _, streams = await asyncio.get_running_loop().create_unix_connection(Streams, self._path)
                self._streams = streams
        return streams.open(make())

    def close(self) -> None:
        """End it and all its streams."""
        if self._streams is not None:
            self._streams.close()
