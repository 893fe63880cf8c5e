"""Proofs that were used, so that none is taken twice: not by another process either, nor after a process is gone.

A table of fingerprints in memory that all processes of a machine share. Looking and writing are one step under a lock
that the fingerprint's block has, so that of two who bring the same proof at the same moment exactly one is the first.

An eighth of the blocks are near: only what finds no room there goes to one of the seven far ones behind each, so that
a door that is not flooded keeps to memory that is in use anyway.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import Enum
from sys import byteorder
from typing import Final

BLOCK_SLOTS: Final = 32
BLOCK_BYTES: Final = BLOCK_SLOTS * 16
"""First the fingerprints of all slots, then until when each is to be remembered: what is searched lies together."""
_MASK: Final = (1 << 64) - 1
_CELLS: Final = BLOCK_SLOTS * 2
_CELL_BYTES: Final = 8
_BLOCKS_OF_ONE: Final = 8
"""The near one and the far ones behind it. The first slot of a near block has no fingerprint and says until when these
may hold something."""
_USED: Final = -1
_FULL: Final = -2

Lock = AbstractContextManager[object]
"""Holds blocks against all other processes."""


class Use(Enum):
    """What came of using a proof. Where there is no room to remember it, it may not be used."""

    FIRST = "first"
    AGAIN = "again"
    NO_ROOM = "no-room"


FIRST: Final = Use.FIRST
"""A member of an enumeration takes longer to look up than a lock to take."""


class Replays:
    """`memory`: zeroed at first, a power of two of blocks. `locks`: the same for all processes, block after block, and
    again from the first."""

    __slots__ = ("_bytes", "_cells", "_far", "_locks", "_near", "since")

    def __init__(self, memory: memoryview, locks: Sequence[Lock], since: int) -> None:
        blocks = len(memory) // BLOCK_BYTES
        if blocks < 1 or blocks & (blocks - 1):
            raise ValueError("the table needs a power of two of blocks")
        self._bytes: Final = memory.cast("B")
        self._cells: Final = self._bytes.cast("Q")
        self._near: Final = max(1, blocks // _BLOCKS_OF_ONE)
        self._far: Final = blocks // self._near - 1
        self._locks: Final = locks
        self.since: Final = since
        """When the memory began, in seconds since the epoch: of what was used before, it knows nothing."""

    def use(self, what: object, until: int, now: float) -> Use:
        """Remember `what`, of any hashable kind, until then (seconds since the epoch)."""
        fingerprint = hash(what) & _MASK or 1
        near = (fingerprint >> 8) & (self._near - 1)
        cells, block, second = self._cells, near * _CELLS, int(now)
        with self._locks[near % len(self._locks)]:
            slot = self._slot(block, 1, fingerprint, second)
            if slot != _USED and self._far and (slot == _FULL or cells[block + BLOCK_SLOTS] > second):
                slot = self._slot_far(near, slot, fingerprint, until, second)
            if slot < 0:
                return Use.AGAIN if slot == _USED else Use.NO_ROOM
            cells[slot + BLOCK_SLOTS] = until
            cells[slot] = fingerprint
        return FIRST

    def _slot_far(self, near: int, slot: int, fingerprint: int, until: int, now: int) -> int:
        """The slot of the near block, if it has one and no far one has the fingerprint; else one in a far block, whose
        near one then says until when to look there."""
        far = self._slot((near + self._near * (1 + (fingerprint >> 40) % self._far)) * _CELLS, 0, fingerprint, now)
        if far == _USED or slot >= 0:
            return _USED if far == _USED else slot
        told = near * _CELLS + BLOCK_SLOTS
        self._cells[told] = max(self._cells[told], until)
        return far

    def _slot(self, block: int, first: int, fingerprint: int, now: int) -> int:
        """Where in the block the fingerprint can be written, from its slot `first` on; or _USED, or _FULL. One slot is
        the fingerprint's own, and mostly free in a table that is not flooded."""
        cells, begin, spelled = self._cells, block * _CELL_BYTES, fingerprint.to_bytes(_CELL_BYTES, byteorder)
        known = self._bytes[begin : begin + BLOCK_SLOTS * _CELL_BYTES].tobytes()
        at = known.find(spelled)
        while at >= 0:
            slot, between = divmod(at, _CELL_BYTES)
            if not between and cells[block + BLOCK_SLOTS + slot] > now:
                return _USED
            at = known.find(spelled, at + 1)
        own = block + first + (fingerprint >> 32) % (BLOCK_SLOTS - first)
        if cells[own + BLOCK_SLOTS] <= now:
            return own
        for slot in range(block + first, block + BLOCK_SLOTS):
            if cells[slot + BLOCK_SLOTS] <= now:
                return slot
        return _FULL
