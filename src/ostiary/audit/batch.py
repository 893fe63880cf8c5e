"""Allowed requests, recorded in batches: a row in memory for each, one event for many."""

from collections.abc import Callable, Iterator
from typing import Final

from ostiary.model.events import RequestsAllowed
from ostiary.model.ids import ClientId, Reference, RouteId, Subject, TenantId

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
        return len(self._rows) + sum(len(fold.requests) for fold in self._folded)

    def fold(self, most: int) -> bool:
        """Do a part of the work of `flush`, so that nobody has to wait for all of it: `most` requests. Returns whether
        there is more to do."""
        rows = self._rows[:most]
        del self._rows[:most]
        for row in rows:
            if not self._folded or len(self._folded[-1].requests) >= MOST_ROWS:
                self._folded.append(_Fold(row[0]))
            self._folded[-1].add(row)
        return bool(self._rows)

    def flush(self, now: float, clock: int) -> tuple[RequestsAllowed, ...]:
        """Everything added, in events of at most `MOST_ROWS`.

        `now` is in seconds since the epoch, `clock` the same moment on the clock of the rows, in nanoseconds.
        """
        self.fold(len(self._rows))
        events = tuple(fold.event(self.prefix, now, clock) for fold in self._folded)
        self._folded.clear()
        return events


class _Fold:
    """An event in the making; `first`: the clock of its first request, from which the others' times count."""

    __slots__ = ("_first", "_where", "_who", "requests")

    def __init__(self, first: int) -> None:
        self._first: Final = first
        self._who: Final[dict[Who, int]] = {}
        self._where: Final[dict[RouteId, int]] = {}
        self.requests: Final[list[tuple[int, int, int, int, int]]] = []

    def add(self, row: Row) -> None:
        clock, caller, route, status, number = row
        who = self._who.setdefault(caller, len(self._who))
        where = self._where.setdefault(route, len(self._where))
        self.requests.append(((clock - self._first) // 1_000_000, who, where, status, number))

    def event(self, prefix: str, now: float, clock: int) -> RequestsAllowed:
        at = round(now - (clock - self._first) / 1e9, 3)
        return RequestsAllowed(
            at=at, prefix=prefix, who=tuple(self._who), where=tuple(self._where), requests=tuple(self.requests)
        )


def unfold(batch: RequestsAllowed) -> Iterator[tuple[float, Who, RouteId, int, Reference]]:
    """Each request of a batch: seconds since the epoch, who, where, status, and how it is called."""
    for milliseconds, caller, route, status, number in batch.requests:
        client, subject, tenant = batch.who[caller]
        who: Who = (ClientId(client), Subject(subject) if subject else None, TenantId(tenant) if tenant else None)
        yield batch.at + milliseconds / 1000, who, batch.where[route], status, reference(batch.prefix, number)
