"""Every statement of the store fits the schema that the migrations make, in both dialects."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import apsw
import pytest

from ostiary import store
from ostiary.store.migrations.upgrading import upgrade_sqlite
from ostiary.store.schema import metadata
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement

MODULES = [import_module(f"{store.__name__}.{module.name}") for module in iter_modules(store.__path__)]


def statements() -> Iterator[tuple[str, Statement]]:
    for module in MODULES:
        for name, value in vars(module).items():
            yield from ((f"{module.__name__}.{name}{part}", one) for part, one in _of(value))


def _of(value: object) -> Iterator[tuple[str, Statement]]:
    match value:
        case Statement():
            yield "", value
        case Shape():
            yield from ((f".{part}", getattr(value, part)) for part in ("add", "put", "add_new", "all"))
        case dict():
            yield from ((f"[{at}]", one) for at, one in enumerate(value.values()) if isinstance(one, Statement))
        case tuple():
            pairs = ((at, one) for at, one in enumerate(value) if isinstance(one, tuple) and one)
            yield from ((f"[{at}]", one[0]) for at, one in pairs if isinstance(one[0], Statement))


ALL = dict(statements())
SHAPES = {value.table: value for module in MODULES for value in vars(module).values() if isinstance(value, Shape)}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    file = Path(tmp_path_factory.mktemp("schema")) / "store.sqlite3"
    upgrade_sqlite(file)
    connection = apsw.Connection(str(file))
    yield connection
    connection.close()


@pytest.mark.parametrize("name", ALL)
def test_a_statement_is_one_that_the_schema_takes(name: str, schema: apsw.Connection) -> None:
    asked = ALL[name].sqlite
    schema.execute(f"EXPLAIN {asked.text}", [None] * len(asked.names))


def test_there_are_statements_to_look_at() -> None:
    assert len(ALL) > 60


@pytest.mark.parametrize("table", SHAPES)
def test_a_record_has_the_columns_of_its_table(table: str) -> None:
    assert set(SHAPES[table].names) == set(metadata.tables[table].columns.keys())


def test_parameters_are_numbered_as_each_driver_has_them() -> None:
    one = Statement("UPDATE t SET a = :b WHERE c = :d AND a < :b", lock=" FOR UPDATE")
    assert one.sqlite.text == "UPDATE t SET a = ? WHERE c = ? AND a < ?"
    assert one.sqlite.arguments({"b": 1, "d": 2}) == [1, 2, 1]
    assert one.postgresql.text == "UPDATE t SET a = $1 WHERE c = $2 AND a < $1 FOR UPDATE"
    assert one.postgresql.arguments({"b": 1, "d": 2}) == [1, 2]
