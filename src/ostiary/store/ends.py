"""The two logs of the store, the audit log and the feed, and the one row that holds their ends."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, get_args

import orjson

from ostiary.audit import chain
from ostiary.audit.records import Head, Record
from ostiary.model.feed import FeedEvent, Numbered
from ostiary.model.frozen import frozen
from ostiary.store.interface import StoreUnavailable
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps, add, add_new

RECORD: Final = Shape(Record, "audit", ("position",))
PAGE: Final = 500
"""Audit records read at once."""
FEED_PAGE: Final = 1000
"""Feed events read at once."""

_FEED_TYPES: Final = {each.__name__: each for each in get_args(FeedEvent)}
_ENDS: Final = Statement("SELECT position, hash, seal, feed FROM heads WHERE id = 1", lock=" FOR UPDATE")
_HEAD: Final = Statement("SELECT position, hash, seal FROM heads WHERE id = 1")
_FIRST_ENDS: Final = add_new("heads", ("id",), ("position", "hash", "seal", "feed"))
_MOVE: Final = Statement("UPDATE heads SET position = :position, hash = :hash, seal = :seal, feed = :feed WHERE id = 1")
_ADD_TO_FEED: Final = add("feed", ("position", "type", "body", "until"))
_FEED_SINCE: Final = Statement(
    f"SELECT position, type, body FROM feed WHERE position > :after ORDER BY position LIMIT {FEED_PAGE}"
)
_RECORDS: Final = Statement(f"{RECORD.select} WHERE position > :after ORDER BY position LIMIT {PAGE}")


@frozen
class Ends:
    """Where both logs end; `head` is None before the first record."""

    head: Head | None
    feed: int


def first_ends() -> Steps[None]:
    """The row, where it is not there yet."""
    values = {"id": 1, "position": 0, "hash": chain.BEFORE_FIRST, "seal": chain.UNSEALED, "feed": 0}
    yield _FIRST_ENDS, values


def ends() -> Steps[Ends]:
    """Holds the row until the transaction ends: commits have one order. Raises StoreUnavailable where somebody took it
    away."""
    rows = yield _ENDS, {}
    if not rows:
        raise StoreUnavailable("the row that holds the ends of the logs is gone")
    position, hash, seal, feed = rows[0]
    return Ends(Head(position, hash, seal) if position else None, feed)


def head() -> Steps[Head | None]:
    rows = yield _HEAD, {}
    return Head(*rows[0]) if rows and rows[0][0] else None


def extend(before: Ends, bodies: Sequence[bytes], events: Sequence[FeedEvent], sealer: chain.Sealer) -> Steps[None]:
    """Add audit records and feed events, and move the ends."""
    if not bodies and not events:
        return
    new = before.head
    if bodies:
        records, new = sealer.extend(new, bodies)
        yield RECORD.add, list(map(RECORD.row, records))
    for position, event in enumerate(events, before.feed + 1):
        yield _ADD_TO_FEED, _fed(position, event)
    head = new or Head(0, chain.BEFORE_FIRST, chain.UNSEALED)
    values = {"position": head.position, "hash": head.hash, "seal": head.seal}
    yield _MOVE, {**values, "feed": before.feed + len(events)}


def _fed(position: int, event: FeedEvent) -> dict[str, object]:
    body = orjson.dumps(asdict(event))
    return {"position": position, "type": type(event).__name__, "body": body, "until": event.until}


def feed_since(position: int) -> Steps[Sequence[Numbered]]:
    rows = yield _FEED_SINCE, {"after": position}
    return [Numbered(at, _FEED_TYPES[name](**orjson.loads(body))) for at, name, body in rows]


def records(after: int) -> Steps[Sequence[Record]]:
    """The next page."""
    rows = yield _RECORDS, {"after": after}
    return [Record(*row) for row in rows]
