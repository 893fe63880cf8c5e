"""A record's row: how the fields of a frozen dataclass lie in the columns of the same names."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints

from ostiary.store.statements import Row, Statement, Steps, Values, add, add_new, equal, names, put

R = TypeVar("R")


class Shape(Generic[R]):
    """Between records of one class and rows of one table. Sets and tuples of texts are one text in a row."""

    def __init__(self, record: type[R], table: str, key: Sequence[str]) -> None:
        """`key`: the table's primary key."""
        hints = get_type_hints(record)
        self.table: Final = table
        self._record: Final = record
        self.names: Final = tuple(field.name for field in fields(record))  # type: ignore[arg-type]  # a dataclass
        readers = ((at, _reader(hints[name])) for at, name in enumerate(self.names))
        self._read: Final = tuple((at, reader) for at, reader in readers if reader is not None)
        self._values: Final = attrgetter(*self.names)
        self._as_it_is: Final = not any(_is_written_otherwise(hints[name]) for name in self.names)
        rest = tuple(name for name in self.names if name not in key)
        self.add: Final = add(table, self.names)
        self.put: Final = put(table, key, rest)
        self.add_new: Final = add_new(table, key, rest)
        self.select: Final = f"SELECT {names(self.names)} FROM {table}"
        """What `record` reads."""
        self.all: Final = Statement(self.select)

    def by(self, *columns: str) -> Statement:
        """Selects the rows with these values; the parameters are called as the columns."""
        return Statement(f"{self.select} WHERE {equal(columns)}")

    def of(self, alias: str) -> str:
        """The columns that `record` reads, where the table goes by this name."""
        return ", ".join(f'{alias}."{name}"' for name in self.names)

    def values(self, record: R) -> Values:
        return dict(zip(self.names, self.row(record), strict=True))

    def row(self, record: R) -> Row:
        """For `add`."""
        row: Row = self._values(record)
        return row if self._as_it_is else tuple(map(_written, row))

    def record(self, row: Row) -> R:
        values = list(row)
        for at, read in self._read:
            values[at] = read(values[at])
        return self._record(*values)

    def every(self, order: Callable[[R], Any]) -> Steps[Sequence[R]]:
        """All records, in this order."""
        rows = yield self.all, {}
        return sorted(map(self.record, rows), key=order)

    def only(self, statement: Statement, **the: object) -> Steps[R | None]:
        """The one record that a statement of `by` finds."""
        rows = yield statement, the
        return self.record(rows[0]) if rows else None


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """How a field's value is made of its column's; None where it is the same."""
    origin = get_origin(hint)
    if origin in (frozenset, tuple):
        return lambda text: origin(text.split())
    if hint is bool or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        kind: Callable[[Any], Any] = hint
        return kind
    return None


def _is_written_otherwise(hint: Any) -> bool:
    """Whether a field's value may be one that no column takes as it is."""
    kinds = (hint, get_origin(hint), *map(get_origin, get_args(hint)), *get_args(hint))
    return any(isinstance(kind, type) and issubclass(kind, frozenset | tuple | StrEnum) for kind in kinds)


def _written(value: object) -> object:
    match value:
        case frozenset():
            return " ".join(sorted(value))
        case tuple():
            return " ".join(value)
        case StrEnum():
            return value.value
    return value
