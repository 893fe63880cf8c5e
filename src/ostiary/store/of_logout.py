"""Reads and writes of who is still to be told that a sign-in has ended."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, delete, literal, select, update
from sqlalchemy.sql import ClauseElement

from ostiary.issuer.logout_notices import DelayLogoutNotice, DropLogoutNotice, LogoutNotice
from ostiary.model.ids import SessionId
from ostiary.store import schema
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

MOST: Final = 100
"""Notices read at once."""
NOTICE: Final = Shape(LogoutNotice, schema.logout_notices)
_COLUMNS: Final = schema.logout_notices.c
_THE: Final = (_COLUMNS.session == bindparam("the"), _COLUMNS.client == bindparam("of"))
_DUE: Final = Statement(
    lambda _: select(*_COLUMNS).where(_COLUMNS.due_at <= bindparam("now")).order_by(_COLUMNS.due_at).limit(MOST)
)
_DELAY: Final = Statement(
    lambda _: (
        update(schema.logout_notices).where(*_THE).values(tries=bindparam("new_tries"), due_at=bindparam("new_due_at"))
    )
)
_DROP: Final = Statement(lambda _: delete(schema.logout_notices).where(*_THE))


def _of_session(insert: Any) -> ClauseElement:
    """A notice for each client that had a grant in the session."""
    grants = schema.grants.c
    at = bindparam("at", type_=_COLUMNS.ended_at.type)
    found = (
        select(grants.session, grants.client, grants.subject, at, literal(0), at)
        .where(grants.session == bindparam("the"))
        .distinct()
    )
    made: ClauseElement = insert(schema.logout_notices).from_select([column.name for column in _COLUMNS], found)
    return made


_WRITE: Final = Statement(_of_session)


def write_notices(session: SessionId, at: int) -> Steps[None]:
    yield _WRITE, {"the": session, "at": at}


def due(now: int) -> Steps[Sequence[LogoutNotice]]:
    rows = yield _DUE, {"now": now}
    return [NOTICE.record(row) for row in rows]


def delay(write: DelayLogoutNotice) -> Steps[None]:
    values = {"new_tries": write.tries, "new_due_at": write.due_at}
    yield _DELAY, {"the": write.session, "of": write.client, **values}


def drop(write: DropLogoutNotice) -> Steps[None]:
    yield _DROP, {"the": write.session, "of": write.client}
