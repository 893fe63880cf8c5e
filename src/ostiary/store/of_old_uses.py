"""Reads and writes of how often old ways are used."""

from collections.abc import Sequence
from typing import Final

from ostiary.gateway.old_uses import CountOldUse, OldUse
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

USE: Final = Shape(OldUse, "old_uses", ("client", "way", "day"))
_SINCE: Final = Statement(f"{USE.select} WHERE day >= :since")
_MORE: Final = Statement(
    "INSERT INTO old_uses (client, way, day, count, used_at) VALUES (:client, :way, :day, :count, :used_at)"
    " ON CONFLICT (client, way, day) DO UPDATE SET count = old_uses.count + excluded.count, used_at ="
    " CASE WHEN excluded.used_at > old_uses.used_at THEN excluded.used_at ELSE old_uses.used_at END"
)
"""Insert the row, or add to the one of that day."""


def old_uses(since: int) -> Steps[Sequence[OldUse]]:
    """By client and way, the oldest day first."""
    rows = yield _SINCE, {"since": since}
    return sorted(map(USE.record, rows), key=lambda use: (use.client, use.way, use.day))


def count(write: CountOldUse) -> Steps[None]:
    yield _MORE, USE.values(write.use)
