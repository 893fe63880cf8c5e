"""Statements: SQL with named parameters, which both drivers run as it stands but for how they number them."""

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ostiary.model.frozen import frozen

T = TypeVar("T")
Values = Mapping[str, object]
"""Of a statement's parameters, by name."""
Row = Sequence[Any]
"""The values of one row, in the order of the statement's columns."""
Rows = list[Row]
"""What a statement is run with one after the other, each in the order of its parameters."""
_PARAMETER: Final = re.compile(r":([a-z_]+)")


@frozen
class Prepared:
    """A statement as a driver takes it: its text, and the names of its parameters in their order. `counts`: it has no
    rows of its own, and an empty one stands for each that it changed."""

    text: str
    names: tuple[str, ...]
    counts: bool = False

    def arguments(self, values: Values) -> list[Any]:
        """Raises KeyError for a parameter that has no value."""
        return [values[name] for name in self.names]


class Statement:
    """One statement, for each dialect."""

    __slots__ = ("postgresql", "sqlite")

    def __init__(self, text: str, lock: str = "", *, counts: bool = False) -> None:
        """`text`: a parameter is `:name`. `lock`: what PostgreSQL needs behind it to hold the rows; SQLite has one
        writer. `counts`: its rows tell how many it changed."""
        names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        self.sqlite: Final = Prepared(_PARAMETER.sub("?", text), tuple(_PARAMETER.findall(text)), counts)
        numbered = _PARAMETER.sub(lambda found: numbers[found[1]], text)
        self.postgresql: Final = Prepared(numbered + lock + (" RETURNING 1" if counts else ""), names)


Ask = tuple[Statement, Values | Rows]
"""A statement to run; for many rows at once nothing comes back."""
Steps = Generator[Ask, Sequence[Row], T]
"""Work on a store, without the store: yields statements, is sent their rows, returns what came of it."""


def add(table: str, columns: Iterable[str]) -> Statement:
    """Insert one row."""
    return Statement(_insert(table, columns))


def put(table: str, key: Sequence[str], rest: Sequence[str]) -> Statement:
    """Insert one row, or replace the one with its key."""
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    return Statement(f"{_insert(table, (*key, *rest))} ON CONFLICT ({names(key)}) DO UPDATE SET {replaced}")


def add_new(table: str, key: Sequence[str], rest: Sequence[str]) -> Statement:
    """Insert one row unless one like it is there; a row comes back only if none was."""
    return Statement(f"{_insert(table, (*key, *rest))} ON CONFLICT DO NOTHING", counts=True)


def names(columns: Iterable[str]) -> str:
    """Quoted: `grant` is a word of SQL's own."""
    return ", ".join(f'"{name}"' for name in columns)


def equal(columns: Iterable[str]) -> str:
    """A condition; the parameters are called as the columns."""
    return " AND ".join(f'"{name}" = :{name}' for name in columns)


def _insert(table: str, columns: Iterable[str]) -> str:
    given = tuple(columns)
    return f"INSERT INTO {table} ({names(given)}) VALUES ({', '.join(f':{name}' for name in given)})"
