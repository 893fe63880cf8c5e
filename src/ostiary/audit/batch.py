"""Allowed requests, recorded in batches: a row in memory for each, one event for many."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import orjson

from ostiary.audit.encode import encode
from ostiary.model.events.gateway import RequestsAllowed
from ostiary.model.ids import ClientId, Reference, RouteId, Subject, TenantId
from ostiary.model.plan import WrittenEvent

MOST_ROWS: Final = 10_000
"""Of one event: about 200 KB in the log."""

Who = tuple[ClientId, Subject | None, TenantId | None]
Row = tuple[int, Who, RouteId, int, int]
"""Nanoseconds on the process's clock, who, where, status, request number."""


def reference(prefix: str, number: int) -> Reference:
    """How a request is called outside; `prefix` is the process's own."""
    return Reference(f"{prefix}-{number}")


class AllowedBatch:
    """One process's allowed requests since the last flush.

    `add` is the append of a plain list, the cheapest call there is; pass the same `who` object for the same token.
    What a crash loses is what was added and not yet flushed and committed.
    """

    __slots__ = ("_folded", "_rows", "add", "prefix")

    def __init__(self, prefix: str) -> None:
        self.prefix: Final = prefix
        self._rows: Final[list[Row]] = []
        self._folded: Final[list[_Fold]] = []
        self.add: Final[Callable[[Row], None]] = self._rows.append

    def __len__(self) -> int:
        return len(self._rows) + sum(map(len, self._folded))

    def fold(self, most: int) -> bool:
        """Do a part of the work of `flush`, so that nobody waits for all of it: `most` requests become bytes, which
        are none of the garbage collector's business. Returns whether there is more to do.
        """
        rows = self._rows[:most]
        del self._rows[:most]
        while rows:
            if not self._folded or self._folded[-1].room == 0:
                self._folded.append(_Fold(rows[0][0]))
            fold = self._folded[-1]
            room = fold.room
            fold.add(rows[:room])
            del rows[:room]
        return bool(self._rows)

    def flush(self, now: float, clock: int) -> tuple[WrittenEvent, ...]:
        """Everything added, in `RequestsAllowed` of at most `MOST_ROWS`.

        `now` is in seconds since the epoch, `clock` the same moment on the clock of the rows, in nanoseconds.
        """
        self.fold(len(self._rows))
        events = tuple(fold.event(self.prefix, now, clock) for fold in self._folded)
        self._folded.clear()
        return events


class _Fold:
    """An event in the making; `first`: the clock of its first request, from which the others' times count."""

    __slots__ = ("_first", "_parts", "_where", "_who", "room")

    def __init__(self, first: int) -> None:
        self._first: Final = first
        self._who: Final[dict[Who, int]] = {}
        self._where: Final[dict[RouteId, int]] = {}
        self._parts: Final[list[bytes]] = []
        self.room = MOST_ROWS

    def __len__(self) -> int:
        return MOST_ROWS - self.room

    def add(self, rows: Sequence[Row]) -> None:
        first, who, where = self._first, self._who, self._where
        requests = [
            (
                (clock - first) // 1_000_000,
                who.setdefault(caller, len(who)),
                where.setdefault(route, len(where)),
                status,
                number,
            )
            for clock, caller, route, status, number in rows
        ]
        self._parts.append(orjson.dumps(requests)[1:-1])
        self.room -= len(rows)

    def event(self, prefix: str, now: float, clock: int) -> WrittenEvent:
        at = round(now - (clock - self._first) / 1e9, 3)
        batch = RequestsAllowed(at=at, prefix=prefix, who=tuple(self._who), where=tuple(self._where), requests=())
        return WrittenEvent(encode(batch, requests=b"[%b]" % b",".join(self._parts)), tells_of=len(self))


def unfold(batch: RequestsAllowed) -> Iterator[tuple[float, Who, RouteId, int, Reference]]:
    """Each request of a batch: seconds since the epoch, who, where, status, and how it is called."""
    for milliseconds, caller, route, status, number in batch.requests:
        client, subject, tenant = batch.who[caller]
        who: Who = (ClientId(client), Subject(subject) if subject else None, TenantId(tenant) if tenant else None)
        yield batch.at + milliseconds / 1000, who, batch.where[route], status, reference(batch.prefix, number)
