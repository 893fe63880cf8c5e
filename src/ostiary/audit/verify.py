"""Find what was done to a log: the first position where it shows, and as what."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from enum import StrEnum

from ostiary.audit.chain import BEFORE_FIRST, is_sealed, record_hash
from ostiary.audit.records import Head, Record
from ostiary.model.frozen import frozen


class Tampering(StrEnum):
    CHANGED = "changed"
    """The record's bytes or its position do not give its hash."""
    REPLACED = "replaced"
    """The record does not continue the one before it: one of the two is not the one that was written."""
    REMOVED = "removed"
    """A position is missing."""
    REORDERED = "reordered"
    """A position comes after a greater one."""
    INSERTED = "inserted"
    """A position comes twice, or after the sealed head."""
    TAIL_CUT = "tail_cut"
    """The log ends before its sealed head."""
    HEAD_MISSING = "head_missing"
    """There are records and no head."""
    HEAD_FORGED = "head_forged"
    """The head's seal does not hold: it was not made with the key, or the log was continued from one that was not."""
    TAIL_REPLACED = "tail_replaced"
    """The last record is not the one that the head was sealed for."""
    ROLLED_BACK = "rolled_back"
    """The log does not reach a head that was noted elsewhere."""
    REWRITTEN = "rewritten"
    """The log has another record where a head was noted elsewhere."""


@frozen
class Noted:
    """A head that somebody wrote down outside: `ostiary audit verify` prints it to be kept."""

    position: int
    hash: bytes


@frozen
class Holds:
    """Nothing was done to the log up to here."""

    end: Noted


@frozen
class Broken:
    """`position` is the first where it shows; what stands before it holds."""

    position: int
    tampering: Tampering


Verdict = Holds | Broken


class Verifier:
    """Takes records one at a time, so that a log of any length needs no memory. After the first fault it listens no
    more."""

    def __init__(self, noted: Noted | None) -> None:
        self.position = 0
        self._hash = BEFORE_FIRST
        self._noted = noted
        self._broken: Broken | None = None

    def feed(self, record: Record) -> None:
        if self._broken is None:
            fault = self._fault(record)
            if fault is not None:
                self._broken = Broken(min(record.position, self.position + 1), fault)
            self.position, self._hash = record.position, record.hash

    def finish(self, head: Head | None, key: bytes) -> Verdict:
        """`key`: the one that seals heads."""
        return self._broken or self._fault_at_end(head, key) or Holds(Noted(self.position, self._hash))

    def _fault(self, record: Record) -> Tampering | None:
        if record.position != self.position + 1:
            return _misplaced(record.position, self.position)
        if record.hash != record_hash(record.previous, record.position, record.body):
            return Tampering.CHANGED
        if record.previous != self._hash:
            return Tampering.REPLACED
        if self._noted and record.position == self._noted.position and record.hash != self._noted.hash:
            return Tampering.REWRITTEN
        return None

    def _fault_at_end(self, head: Head | None, key: bytes) -> Broken | None:
        if head is None:
            return Broken(self.position, Tampering.HEAD_MISSING) if self.position else self._short_of_noted()
        if not is_sealed(head, key):
            return Broken(head.position, Tampering.HEAD_FORGED)
        if head.position > self.position:
            return Broken(self.position + 1, Tampering.TAIL_CUT)
        if head.position < self.position:
            return Broken(head.position + 1, Tampering.INSERTED)
        if head.hash != self._hash:
            return Broken(head.position, Tampering.TAIL_REPLACED)
        return self._short_of_noted()

    def _short_of_noted(self) -> Broken | None:
        if self._noted and self._noted.position > self.position:
            return Broken(self.position + 1, Tampering.ROLLED_BACK)
        return None


def verify(records: Iterable[Record], head: Head | None, key: bytes, noted: Noted | None = None) -> Verdict:
    """Judge a log that stands still."""
    verifier = Verifier(noted)
    for record in records:
        verifier.feed(record)
    return verifier.finish(head, key)


async def verify_growing(
    records: Callable[[int], AsyncIterator[Record]],
    head: Callable[[], Awaitable[Head | None]],
    key: bytes,
    noted: Noted | None = None,
) -> Verdict:
    """Judge a log that others write to meanwhile. `records(after)` and `head()` are the store's.

    Where the head has moved on past what was read, the rest is read just up to it. A record that was smuggled in
    behind a head cannot hide in that: the honest writer would have needed its position.
    """
    verifier = Verifier(noted)
    async for record in records(0):
        verifier.feed(record)
    end = await head()
    if end is not None and end.position > verifier.position:
        async for record in records(verifier.position):
            verifier.feed(record)
            if record.position >= end.position:
                break
    return verifier.finish(end, key)


def _misplaced(position: int, last: int) -> Tampering:
    if position > last:
        return Tampering.REMOVED
    return Tampering.INSERTED if position == last else Tampering.REORDERED
