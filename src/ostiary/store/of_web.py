"""Reads and writes of sessions at the pages of web clients."""

from collections.abc import Sequence
from typing import Final

from ostiary.issuer.web_records import EndWebSession, KeepWebTokens, StartWebSession, TouchWebSession, WebSession
from ostiary.model.ids import SessionId
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

WEB_SESSION: Final = Shape(WebSession, "web_sessions", ("hash",))
BY_HASH: Final = WEB_SESSION.by("hash")
_BY_SESSION: Final = WEB_SESSION.by("session")
_KEEP: Final = Statement("UPDATE web_sessions SET sealed = :new WHERE hash = :hash")
_TOUCH: Final = Statement("UPDATE web_sessions SET seen_at = :seen WHERE hash = :hash AND seen_at < :seen")
_END: Final = Statement("DELETE FROM web_sessions WHERE hash = :hash")
_END_ALL: Final = Statement("DELETE FROM web_sessions WHERE session = :session")


def of_session(session: SessionId) -> Steps[Sequence[WebSession]]:
    rows = yield _BY_SESSION, {"session": session}
    return [WEB_SESSION.record(row) for row in rows]


def start(write: StartWebSession) -> Steps[None]:
    yield WEB_SESSION.add, WEB_SESSION.values(write.session)


def keep(write: KeepWebTokens) -> Steps[None]:
    yield _KEEP, {"hash": write.hash, "new": write.sealed}


def touch(write: TouchWebSession) -> Steps[None]:
    """What comes late changes nothing."""
    yield _TOUCH, {"hash": write.hash, "seen": write.seen_at}


def end(write: EndWebSession) -> Steps[None]:
    yield _END, {"hash": write.hash}


def end_all_of(session: SessionId) -> Steps[None]:
    """Those that rest on a sign-in that is over."""
    yield _END_ALL, {"session": session}
