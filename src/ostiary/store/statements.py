"""Statements, written once with SQLAlchemy Core and compiled for a driver when they are first used."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import Table
from sqlalchemy.sql import ClauseElement

T = TypeVar("T")
Values = Mapping[str, object]
"""Of a statement's parameters, by name."""
Row = Sequence[Any]
"""The values of one row, in the order of the statement's columns."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as a driver takes it: its text, the names of its parameters in their order, and what it brings
    itself."""

    text: str
    names: tuple[str, ...]
    constants: Values

    def arguments(self, values: Values) -> list[object]:
        """Raises KeyError for a parameter that has no value."""
        return [values[name] if name in values else self.constants[name] for name in self.names]


@cache
def _sqlite() -> tuple[Any, Any]:
    """The dialect and its `insert`. A process loads only the dialect that it uses: each takes megabytes."""
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect(paramstyle="qmark"), sqlite.insert


@cache
def _postgresql() -> tuple[Any, Any]:
    """As `_sqlite`."""
    from sqlalchemy.dialects import postgresql

    return postgresql.asyncpg.dialect(), postgresql.insert  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Statement:
    """One statement: its text and the order of its parameters, for each dialect."""

    __slots__ = ("_core", "_on_postgresql", "_on_sqlite")

    def __init__(self, core: Callable[[Any], ClauseElement]) -> None:
        """`core`: makes it with the dialect's `insert`, which is where the dialects differ."""
        self._core: Final = core
        self._on_sqlite: Compiled | None = None
        self._on_postgresql: Compiled | None = None

    def sqlite(self) -> Compiled:
        if self._on_sqlite is None:
            self._on_sqlite = _compiled(self._core, *_sqlite())
        return self._on_sqlite

    def postgresql(self) -> Compiled:
        if self._on_postgresql is None:
            self._on_postgresql = _compiled(self._core, *_postgresql())
        return self._on_postgresql


Ask = tuple[Statement, Values]
"""A statement to run."""
Steps = Generator[Ask, Sequence[Row], T]
"""Work on a store, without the store: yields statements, is sent their rows, returns what came of it."""


def add(table: Table) -> Statement:
    """Insert one row."""
    return Statement(lambda insert: insert(table))


def put(table: Table) -> Statement:
    """Insert one row, or replace the one with its key."""

    def core(insert: Any) -> ClauseElement:
        adding = insert(table)
        rest = [column.name for column in table.columns if not column.primary_key]
        replaced = {name: adding.excluded[name] for name in rest}
        made: ClauseElement = adding.on_conflict_do_update(index_elements=table.primary_key.columns, set_=replaced)
        return made

    return Statement(core)


def add_new(table: Table) -> Statement:
    """Insert one row unless one with its key is there; the key comes back only if it was not."""

    def core(insert: Any) -> ClauseElement:
        made: ClauseElement = insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
        return made

    return Statement(core)


def _compiled(core: Callable[[Any], ClauseElement], dialect: Any, insert: Any) -> Compiled:
    compiled: Any = core(insert).compile(dialect=dialect)
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Compiled(str(compiled), tuple(compiled.positiontup), constants)
