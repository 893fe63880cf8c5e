"""What the connections of both sides of a gateway have: a deadline, and a pause in what they read."""

import asyncio

from ostiary.server.gateway.clockwork import NEVER


class PacedConnection(asyncio.Protocol):
    """Reads no faster than the other side writes. `deadline`: as the clockwork has it."""

    __slots__ = ("deadline", "paused", "transport")

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.deadline = NEVER
        self.paused = False

    def pause(self) -> None:
        """Read no more until `resume`."""
        if not self.paused:
            self.paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            self.transport.resume_reading()
