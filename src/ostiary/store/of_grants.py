"""A grant and what stands behind it, read at once: nearly every token asks for all three."""

from typing import Final

from ostiary.issuer.family import NO_GRANT, GrantFacts
from ostiary.model.ids import GrantId
from ostiary.store.of_issuer import GRANT
from ostiary.store.of_people import PERSON, SESSION
from ostiary.store.statements import Statement, Steps

_FACTS: Final = Statement(
    f"SELECT {GRANT.of('g')}, {SESSION.of('s')}, {PERSON.of('p')} FROM grants g"
    " LEFT JOIN sessions s ON s.id = g.session LEFT JOIN people p ON p.subject = g.subject WHERE g.id = :id"
)
_SESSION: Final = len(GRANT.names)
_PERSON: Final = _SESSION + len(SESSION.names)
"""Where in a row each begins."""


def grant_facts(id: GrantId) -> Steps[GrantFacts]:
    """A session or person whose key is null is not there."""
    rows = yield _FACTS, {"id": id}
    if not rows:
        return NO_GRANT
    row = tuple(rows[0])
    session = None if row[_SESSION] is None else SESSION.record(row[_SESSION:_PERSON])
    person = None if row[_PERSON] is None else PERSON.record(row[_PERSON:])
    return GrantFacts(GRANT.record(row[:_SESSION]), session, person)
