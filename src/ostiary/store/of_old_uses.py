"""Reads and writes of how often old ways are used."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, case
from sqlalchemy.sql import ClauseElement

from ostiary.gateway.old_uses import CountOldUse, OldUse
from ostiary.store import schema
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

USE: Final = Shape(OldUse, schema.old_uses)
_TABLE: Final = schema.old_uses
_SINCE: Final = USE.find(_TABLE.c.day >= bindparam("since"))


def _more(insert: Any) -> ClauseElement:
    """Insert the row, or add to the one of that day."""
    adding = insert(_TABLE)
    later = case((adding.excluded.used_at > _TABLE.c.used_at, adding.excluded.used_at), else_=_TABLE.c.used_at)
    made: ClauseElement = adding.on_conflict_do_update(
        index_elements=_TABLE.primary_key.columns,
        set_={"count": _TABLE.c["count"] + adding.excluded["count"], "used_at": later},
    )
    return made


_MORE: Final = Statement(_more)


def old_uses(since: int) -> Steps[Sequence[OldUse]]:
    """By client and way, the oldest day first."""
    rows = yield _SINCE, {"since": since}
    return sorted(map(USE.record, rows), key=lambda use: (use.client, use.way, use.day))


def count(write: CountOldUse) -> Steps[None]:
    yield _MORE, USE.values(write.use)
