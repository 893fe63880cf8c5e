"""Proofs that were used, so that none is taken twice: not by another process either, nor after a process is gone.

A table of fingerprints in memory that all processes of a machine share. Looking and writing are one step under a lock
that the fingerprint's block has, so that of two who bring the same proof at the same moment exactly one is the first.

An eighth of the blocks are near: only what finds no room there goes to one of the seven far ones behind each, so that
a door that is not flooded keeps to memory that is in use anyway.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Final

SLOT_BYTES: Final = 16
BLOCK_SLOTS: Final = 32
BLOCK_BYTES: Final = SLOT_BYTES * BLOCK_SLOTS
_MASK: Final = (1 << 64) - 1
_CELLS: Final = BLOCK_SLOTS * 2
_BLOCKS_OF_ONE: Final = 8
"""The near one and the far ones behind it. The first cell of a near block says until when these may hold something."""
_USED: Final = -1
_FULL: Final = -2

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

    __slots__ = ("_cells", "_far", "_locks", "_near", "since")

    def __init__(self, memory: memoryview, locks: Sequence[Lock], since: int) -> None:
        blocks = len(memory) // BLOCK_BYTES
        if blocks < 1 or blocks & (blocks - 1):
            raise ValueError("the table needs a power of two of blocks")
        self._cells: Final = memory.cast("B").cast("Q")
        self._near: Final = max(1, blocks // _BLOCKS_OF_ONE)
        self._far: Final = blocks // self._near - 1
        self._locks: Final = locks
        self.since: Final = since
        """When the memory began, in seconds since the epoch: of what was used before, it knows nothing."""

    def use(self, what: object, until: int, now: float) -> Use:
        """Remember `what`, of any hashable kind, until then (seconds since the epoch)."""
        fingerprint = hash(what) & _MASK or 1
        near = (fingerprint >> 8) & (self._near - 1)
        with self._locks[near % len(self._locks)]:
            return self._use(near, fingerprint, until, int(now))

    def _use(self, near: int, fingerprint: int, until: int, now: int) -> Use:
        cells, block = self._cells, near * _CELLS
        cell = self._cell(block + 2, block + _CELLS, fingerprint, now)
        if cell == _USED:
            return Use.AGAIN
        if self._far and (cell == _FULL or cells[block] > now):
            begin = (near + self._near * (1 + (fingerprint >> 40) % self._far)) * _CELLS
            far = self._cell(begin, begin + _CELLS, fingerprint, now)
            if far == _USED:
                return Use.AGAIN
            if cell == _FULL:
                cell = far
                cells[block] = max(cells[block], until)
        if cell == _FULL:
            return Use.NO_ROOM
        cells[cell + 1] = until
        cells[cell] = fingerprint
        return _FIRST

    def _cell(self, begin: int, end: int, fingerprint: int, now: int) -> int:
        """Where the fingerprint can be written; or _USED, or _FULL. Nothing alive stands behind an empty cell. What is
        past and has nothing alive behind it is emptied: else all of a block would be searched for ever."""
        cells, free, living, stop = self._cells, _FULL, begin, end
        for cell in range(begin, end, 2):
            found = cells[cell]
            if found == 0:
                stop = cell
                break
            if cells[cell + 1] <= now:
                if free < 0:
                    free = cell
            elif found == fingerprint:
                return _USED
            else:
                living = cell + 2
        if free < 0:
            return stop if stop < end else _FULL
        for past in range(living, stop, 2):
            cells[past] = 0
        return free
