"""Proofs that were used, so that none is taken twice: not by another process either, nor after a process is gone.

A table of fingerprints in memory that all processes of a machine share. Looking and writing are one step under a lock
that the fingerprint's block has, so that of two who bring the same proof at the same moment exactly one is the first.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Final

SLOT_BYTES: Final = 16
BLOCK_SLOTS: Final = 32
BLOCK_BYTES: Final = SLOT_BYTES * BLOCK_SLOTS
_MASK: Final = (1 << 64) - 1

Lock = AbstractContextManager[object]
"""Holds blocks against all other processes."""


class Use(Enum):
    """What came of using a proof. Where there is no room to remember it, it may not be used."""

    FIRST = "first"
    AGAIN = "again"
    NO_ROOM = "no-room"


_FIRST: Final = Use.FIRST
"""A member of an enumeration takes longer to look up than a lock to take."""


class Replays:
    """`memory`: zeroed at first, a power of two of blocks. `locks`: the same for all processes, block after block, and
    again from the first."""

    __slots__ = ("_blocks", "_cells", "_locks", "since")

    def __init__(self, memory: memoryview, locks: Sequence[Lock], since: int) -> None:
        blocks = len(memory) // BLOCK_BYTES
        if blocks < 1 or blocks & (blocks - 1):
            raise ValueError("the table needs a power of two of blocks")
        self._cells: Final = memory.cast("B").cast("Q")
        self._blocks: Final = blocks
        self._locks: Final = locks
        self.since: Final = since
        """When the memory began, in seconds since the epoch: of what was used before, it knows nothing."""

    def use(self, what: object, until: int, now: float) -> Use:
        """Remember `what`, of any hashable kind, until then (seconds since the epoch)."""
        fingerprint = hash(what) & _MASK or 1
        block = (fingerprint >> 8) & (self._blocks - 1)
        with self._locks[block % len(self._locks)]:
            return self._use(block * BLOCK_SLOTS * 2, fingerprint, until, int(now))

    def _use(self, start: int, fingerprint: int, until: int, now: int) -> Use:
        cells, free = self._cells, -1
        for cell in range(start, start + BLOCK_SLOTS * 2, 2):
            found = cells[cell]
            if found == fingerprint and cells[cell + 1] > now:
                return Use.AGAIN
            if free < 0 and cells[cell + 1] <= now:
                free = cell
            if found == 0:
                break
        if free < 0:
            return Use.NO_ROOM
        cells[free + 1] = until
        cells[free] = fingerprint
        return _FIRST
