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

    __slots__ = ("_rows", "add", "prefix")

    def __init__(self, prefix: str) -> None:
        self.prefix: Final = prefix
        self._rows: Final[list[Row]] = []
        self.add: Final[Callable[[Row], None]] = self._rows.append

    def __len__(self) -> int:
        return len(self._rows)

    def flush(self, now: float, clock: int) -> tuple[RequestsAllowed, ...]:
        """Everything added, in events of at most `MOST_ROWS`.

        `now` is in seconds since the epoch, `clock` the same moment on the clock of the rows, in nanoseconds.
        """
        rows = self._rows.copy()
        self._rows.clear()
        parts = (rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS))
        return tuple(_event(self.prefix, part, now, clock) for part in parts)


def _event(prefix: str, rows: list[Row], now: float, clock: int) -> RequestsAllowed:
    first = min(row[0] for row in rows)
    who: dict[Who, int] = {}
    where: dict[RouteId, int] = {}
    requests = tuple(
        (
            (nanoseconds - first) // 1_000_000,
            who.setdefault(caller, len(who)),
            where.setdefault(route, len(where)),
            status,
            number,
        )
        for nanoseconds, caller, route, status, number in rows
    )
    at = round(now - (clock - first) / 1e9, 3)
    return RequestsAllowed(at=at, prefix=prefix, who=tuple(who), where=tuple(where), requests=requests)


def unfold(batch: RequestsAllowed) -> Iterator[tuple[float, Who, RouteId, int, Reference]]:
    """Each request of a batch: seconds since the epoch, who, where, status, and how it is called."""
    for milliseconds, caller, route, status, number in batch.requests:
        client, subject, tenant = batch.who[caller]
        who: Who = (ClientId(client), Subject(subject) if subject else None, TenantId(tenant) if tenant else None)
        yield batch.at + milliseconds / 1000, who, batch.where[route], status, reference(batch.prefix, number)
