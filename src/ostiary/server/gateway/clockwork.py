"""Time-outs of all connections from one timer: a deadline is one assignment, and each is looked at four times a second.

Coarse on purpose: a time-out comes up to a quarter of a second early or late.
"""

import asyncio
from email.utils import formatdate
from typing import Final, Protocol

TICK: Final = 0.25
NEVER: Final = float("inf")


class Timed(Protocol):
    """Something with a time-out."""

    deadline: float
    """On the clockwork's clock; NEVER: none."""

    def expired(self) -> None:
        """The deadline is over. Sets another one or stops being watched; it is asked again at the next tick else."""
        ...


class Clockwork:
    """`now`: seconds on the loop's monotonic clock, as of the last tick. `date`: the Date field's line."""

    __slots__ = ("_loop", "_next", "_watched", "date", "now")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = loop
        self._watched: Final[set[Timed]] = set()
        self._next: asyncio.TimerHandle | None = None
        self._tick()

    def watch(self, one: Timed) -> None:
        self._watched.add(one)

    def forget(self, one: Timed) -> None:
        self._watched.discard(one)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def _tick(self) -> None:
        self._next = self._loop.call_later(TICK, self._tick)
        self.now = now = self._loop.time()
        self.date = f"date: {formatdate(usegmt=True)}\r\n".encode()
        for one in [one for one in self._watched if one.deadline <= now]:
            one.expired()
