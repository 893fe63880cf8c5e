"""The end of a client's connection: closing at once could destroy the last answer (RFC 9112 section 9.6)."""

from typing import TYPE_CHECKING, Final

from ostiary.server.gateway.paced import PacedConnection

if TYPE_CHECKING:
    from ostiary.server.gateway.door import Door

LINGER_SECONDS: Final = 2.0
LINGER_BYTES: Final = 1024 * 1024
"""For how long and how far what is sent after a last answer is read."""


class EndingConnection(PacedConnection):
    """Knows when its last answer is under way, and gives the client its time to take it."""

    __slots__ = ("_door", "_lingered", "_lingers", "_stalled", "closing")

    def __init__(self, door: "Door") -> None:
        super().__init__()
        self._door: Final = door
        self._lingers = False
        self._lingered = 0
        self._stalled = False
        """The client takes no more for now."""
        self.closing = False
        """The answer that is under way, or was last, is the last one."""

    def wait(self, seconds: float) -> None:
        """From now on, at most so long."""
        self.deadline = self._door.clockwork.now + seconds

    def _end(self, *, whole: bool) -> None:
        if whole:
            self._close()
        else:
            self._linger()

    def _close(self) -> None:
        """Close when everything is written, which has its time too."""
        self.closing = True
        self.transport.close()
        self._wait_for_end()

    def _linger(self) -> None:
        """Say that this was all, and read on for a moment."""
        self.closing = self._lingers = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.resume()
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        """What is not written yet has as long as it would have before the end."""
        left = self.transport.get_write_buffer_size()
        self.wait(self._door.contract.timeouts.idle if left else LINGER_SECONDS)

    def _discard(self, size: int) -> None:
        self._lingered += size
        if self._lingered > LINGER_BYTES:
            self.transport.abort()
