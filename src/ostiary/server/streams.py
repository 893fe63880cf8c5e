"""Many streams over one connection of two processes of ours, so that what is said in one turn of the loop is one write
and wakes the other side once (ADR 0026).

A frame is the number of its stream, the number of bytes that follow (both 8 and 4 bytes, big-endian), and these; one
without any ends the stream, both ways. The side that connected opens streams, each with the next number.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Final, TypeVar, cast

_HEAD: Final = struct.Struct("!QI")

P = TypeVar("P", bound=asyncio.Protocol)
Accept = Callable[[], asyncio.Protocol | None]
"""Who gets a stream that the other side opens; None refuses it."""


def nobody() -> None:
    """The side that opens streams accepts none."""


class Stream(asyncio.Transport):
    """One of them, as its protocol sees it. It is as good as a socket for what is asked of one here."""

    __slots__ = ("_ended", "_number", "_read", "_streams", "_told", "_waiting", "protocol")

    def __init__(self, streams: "Streams", number: int, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._streams: Final = streams
        self._number: Final = number
        self._ended = False
        self._read = True
        self._told = False
        self._waiting: list[bytes] = []
        """What came while nobody read."""
        self.protocol: Final = protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._ended or not data:
            return
        self._streams.send(self._number, bytes(data))
        if self._streams.stalled and not self._told:
            self._told = True
            self.protocol.pause_writing()

    def close(self) -> None:
        """What was written goes out before."""
        if not self._ended:
            self._streams.send(self._number, b"")
            self.end(None)

    abort = close

    def is_closing(self) -> bool:
        return self._ended

    def pause_reading(self) -> None:
        self._read = False

    def resume_reading(self) -> None:
        if not self._read:
            self._read = True
            asyncio.get_running_loop().call_soon(self._catch_up)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Those of the connection hold for all of its streams together."""

    # what the connection tells

    def deliver(self, data: bytes) -> None:
        if self._read and not self._waiting:
            self.protocol.data_received(data)
        else:
            self._waiting.append(data)

    def flows(self) -> None:
        """The connection takes more."""
        if self._told:
            self._told = False
            self.protocol.resume_writing()

    def ended(self) -> None:
        """By the other side. What came before is read first."""
        if self._waiting:
            self._waiting.append(b"")
        else:
            self.protocol.eof_received()
            self.end(None)

    def end(self, error: Exception | None) -> None:
        """Once."""
        self._ended = True
        self._streams.forget(self._number)
        asyncio.get_running_loop().call_soon(self.protocol.connection_lost, error)

    def _catch_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        for at, data in enumerate(waiting):
            if self._ended:
                return
            if not self._read:
                self._waiting = waiting[at:]
                return
            if data:
                self.protocol.data_received(data)
            else:
                self.ended()


class Streams(asyncio.Protocol):
    """The connection that they share."""

    def __init__(self, accept: Accept = nobody) -> None:
        self._accept: Final = accept
        self._open: Final[dict[int, Stream]] = {}
        self._last = 0
        self._kept = b""
        self._out: list[bytes] = []
        self._left = 0
        """Bytes of the frame that is under way, of the stream with the number `_at`."""
        self._at = 0
        self._transport: asyncio.Transport | None = None
        self.stalled = False
        """The other side does not read as fast as is written."""

    @property
    def lost(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def open(self, protocol: P) -> tuple[Stream, P]:
        """A new stream, as `loop.create_connection` makes one. Raises ConnectionError."""
        if self.lost:
            raise ConnectionResetError("the connection of the streams is gone")
        self._last += 1
        return self._begin(self._last, protocol), protocol

    def close(self) -> None:
        """End all of them, when everything is written."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def _begin(self, number: int, protocol: P) -> Stream:
        stream = self._open[number] = Stream(self, number, protocol)
        protocol.connection_made(stream)
        return stream

    # what the streams ask

    def send(self, number: int, data: bytes) -> None:
        """With what else is sent in this turn."""
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += (_HEAD.pack(number, len(data)), data)

    def _flush(self) -> None:
        out, self._out = b"".join(self._out), []
        if out and self._transport is not None:
            self._transport.write(out)

    def forget(self, number: int) -> None:
        del self._open[number]

    # what the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        for stream in tuple(self._open.values()):
            stream.end(error)

    def pause_writing(self) -> None:
        self.stalled = True

    def resume_writing(self) -> None:
        self.stalled = False
        for stream in tuple(self._open.values()):
            stream.flows()

    def data_received(self, data: bytes) -> None:
        if self._kept:
            data, self._kept = self._kept + data, b""
        at, end = 0, len(data)
        while at < end:
            if not self._left:
                if end - at < _HEAD.size:
                    self._kept = data[at:]
                    return
                self._at, self._left = _HEAD.unpack_from(data, at)
                at += _HEAD.size
                if not self._left:
                    self._ended(self._at)
                    continue
            part = data[at : at + self._left]
            at += len(part)
            self._left -= len(part)
            self._came(self._at, part)

    def _came(self, number: int, data: bytes) -> None:
        stream = self._open.get(number)
        if stream is None:
            if number <= self._last:
                return  # it has ended here, and the other side did not know yet
            stream = self._accepted(number)
        if stream is not None:
            stream.deliver(data)

    def _accepted(self, number: int) -> Stream | None:
        self._last, protocol = number, self._accept()
        if protocol is None:
            self.send(number, b"")
            return None
        return self._begin(number, protocol)

    def _ended(self, number: int) -> None:
        stream = self._open.get(number)
        if stream is not None:
            stream.ended()
