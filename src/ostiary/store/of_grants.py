"""Grants with what stands behind them, and with what they issued, read at once: nearly every token asks for all."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from ostiary.issuer.family import NO_GRANT, GrantFacts
from ostiary.issuer.records import AuthorizationCode, RefreshFamily
from ostiary.model.ids import GrantId, TokenHash
from ostiary.store.of_issuer import CODE, GRANT, REFRESH_FAMILY
from ostiary.store.of_people import PERSON, SESSION
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

R = TypeVar("R")

_COLUMNS: Final = f"{GRANT.of('g')}, {SESSION.of('s')}, {PERSON.of('p')}"
_BEHIND: Final = "LEFT JOIN sessions s ON s.id = g.session LEFT JOIN people p ON p.subject = g.subject"
_SESSION: Final = len(GRANT.names)
_PERSON: Final = _SESSION + len(SESSION.names)
_ISSUED: Final = _PERSON + len(PERSON.names)
"""Where in a row each begins."""


def _issued(shape: Shape[Any], key: str) -> Statement:
    return Statement(
        f'SELECT {_COLUMNS}, {shape.of("t")} FROM {shape.table} t LEFT JOIN grants g ON g.id = t."grant" {_BEHIND}'
        f' WHERE t."{key}" = :{key}'
    )


_FACTS: Final = Statement(f"SELECT {_COLUMNS} FROM grants g {_BEHIND} WHERE g.id = :id")
_CODE: Final = _issued(CODE, "hash")
_FAMILY: Final = _issued(REFRESH_FAMILY, "grant")
_UNNUMBERED: Final = _issued(REFRESH_FAMILY, "hash")


def grant_facts(id: GrantId) -> Steps[GrantFacts]:
    rows = yield _FACTS, {"id": id}
    return _facts(tuple(rows[0])) if rows else NO_GRANT


def code(hash: TokenHash) -> Steps[tuple[AuthorizationCode | None, GrantFacts]]:
    return _with_grant(CODE, _CODE, hash=hash)


def refresh_family(of: GrantId | TokenHash) -> Steps[tuple[RefreshFamily | None, GrantFacts]]:
    """By the grant that its tokens name, or by the one token that names none."""
    if isinstance(of, bytes):
        return _with_grant(REFRESH_FAMILY, _UNNUMBERED, hash=of)
    return _with_grant(REFRESH_FAMILY, _FAMILY, grant=of)


def _with_grant(shape: Shape[R], statement: Statement, **key: object) -> Steps[tuple[R | None, GrantFacts]]:
    rows = yield statement, key
    if not rows:
        return None, NO_GRANT
    row = tuple(rows[0])
    return shape.record(row[_ISSUED:]), _facts(row)


def _facts(row: Sequence[Any]) -> GrantFacts:
    """What has no key is not there."""
    if row[0] is None:
        return NO_GRANT
    session = None if row[_SESSION] is None else SESSION.record(row[_SESSION:_PERSON])
    person = None if row[_PERSON] is None else PERSON.record(row[_PERSON:_ISSUED])
    return GrantFacts(GRANT.record(row[:_SESSION]), session, person)
