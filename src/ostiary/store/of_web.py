"""Reads and writes of sessions at the pages of web clients."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, update

from ostiary.issuer.web_records import EndWebSession, KeepWebTokens, StartWebSession, TouchWebSession, WebSession
from ostiary.model.ids import SessionId
from ostiary.store import schema
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

WEB_SESSION: Final = Shape(WebSession, schema.web_sessions)
BY_HASH: Final = WEB_SESSION.by("hash")
_BY_SESSION: Final = WEB_SESSION.by("session")
_THE: Final = schema.web_sessions.c.hash == bindparam("the")
_KEEP: Final = Statement(lambda _: update(schema.web_sessions).where(_THE).values(sealed=bindparam("new")))
_TOUCH: Final = Statement(
    lambda _: (
        update(schema.web_sessions)
        .where(_THE, schema.web_sessions.c.seen_at < bindparam("seen"))
        .values(seen_at=bindparam("seen"))
    )
)
_END: Final = Statement(lambda _: delete(schema.web_sessions).where(_THE))
_END_ALL: Final = Statement(
    lambda _: delete(schema.web_sessions).where(schema.web_sessions.c.session == bindparam("the"))
)


def of_session(session: SessionId) -> Steps[Sequence[WebSession]]:
    rows = yield _BY_SESSION, {"the": session}
    return [WEB_SESSION.record(row) for row in rows]


def start(write: StartWebSession) -> Steps[None]:
    yield WEB_SESSION.add, WEB_SESSION.values(write.session)


def keep(write: KeepWebTokens) -> Steps[None]:
    yield _KEEP, {"the": write.hash, "new": write.sealed}


def touch(write: TouchWebSession) -> Steps[None]:
    """What comes late changes nothing."""
    yield _TOUCH, {"the": write.hash, "seen": write.seen_at}


def end(write: EndWebSession) -> Steps[None]:
    yield _END, {"the": write.hash}


def end_all_of(session: SessionId) -> Steps[None]:
    """Those that rest on a sign-in that is over."""
    yield _END_ALL, {"the": session}
