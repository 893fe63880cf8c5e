"""Reads and writes of who is still to be told that a sign-in has ended."""

from collections.abc import Sequence
from typing import Final

from ostiary.issuer.logout_notices import DelayLogoutNotice, DropLogoutNotice, LogoutNotice
from ostiary.model.ids import SessionId
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

MOST: Final = 100
"""Notices read at once."""
NOTICE: Final = Shape(LogoutNotice, "logout_notices", ("session", "client"))
_DUE: Final = Statement(f"{NOTICE.select} WHERE due_at <= :now ORDER BY due_at LIMIT {MOST}")
_DELAY: Final = Statement(
    "UPDATE logout_notices SET tries = :tries, due_at = :due_at WHERE session = :session AND client = :client"
)
_DROP: Final = Statement("DELETE FROM logout_notices WHERE session = :session AND client = :client")
_WRITE: Final = Statement(
    "INSERT INTO logout_notices (session, client, subject, ended_at, tries, due_at)"
    " SELECT DISTINCT session, client, subject, CAST(:at AS BIGINT), 0, CAST(:at AS BIGINT)"
    " FROM grants WHERE session = :session"
)
"""A notice for each client that had a grant in the session."""
_WRITE_EXPIRED: Final = Statement(
    "INSERT INTO logout_notices (session, client, subject, ended_at, tries, due_at)"
    " SELECT DISTINCT grants.session, grants.client, grants.subject, CAST(:now AS BIGINT), 0, CAST(:now AS BIGINT)"
    " FROM grants JOIN sessions ON sessions.id = grants.session"
    " WHERE sessions.expires_at <= :now AND sessions.ended_at IS NULL ON CONFLICT (session, client) DO NOTHING"
)


def write_notices(session: SessionId, at: int) -> Steps[None]:
    yield _WRITE, {"session": session, "at": at}


def write_notices_of_expired(now: int) -> Steps[None]:
    """Of sessions that came to their end without anybody ending them; before they are forgotten."""
    yield _WRITE_EXPIRED, {"now": now}


def due(now: int) -> Steps[Sequence[LogoutNotice]]:
    rows = yield _DUE, {"now": now}
    return [NOTICE.record(row) for row in rows]


def delay(write: DelayLogoutNotice) -> Steps[None]:
    values = {"tries": write.tries, "due_at": write.due_at}
    yield _DELAY, {"session": write.session, "client": write.client, **values}


def drop(write: DropLogoutNotice) -> Steps[None]:
    yield _DROP, {"session": write.session, "client": write.client}
