"""The schema grows from nothing and from every step before."""

import asyncio
import sqlite3
import traceback
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from ostiary.model.ids import Secret
from ostiary.store import migrations
from ostiary.store.interface import StoreUnavailable
from ostiary.store.migrations.upgrading import upgrade_postgresql, upgrade_sqlite
from ostiary.store.opening import open_store
from ostiary.store.schema import metadata
from postgresql_cluster import Cluster

from .conftest import AUDIT_KEY, opened
from .test_store import ANN, AddPerson, plan

SCRIPTS = ScriptDirectory(str(Path(migrations.__file__).parent))
STEPS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


def bring(location: Secret, step: str) -> None:
    place = location.reveal()
    if place.startswith("postgresql"):
        asyncio.run(upgrade_postgresql(place, step))
    else:
        upgrade_sqlite(Path(place), step)


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def compared(location: Secret) -> list[object]:
    place = location.reveal()
    if not place.startswith("postgresql"):
        engine = create_engine(f"sqlite:///{place}")
        with engine.connect() as connection:
            found = differences(connection)
        engine.dispose()
        return found

    async def compare() -> list[object]:
        engine = create_async_engine(make_url(place).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    return asyncio.run(compare())


def test_the_program_works_with_the_last_step() -> None:
    assert SCRIPTS.get_current_head() == migrations.LATEST


@pytest.mark.parametrize("step", [None, *STEPS])
def test_from_every_step_the_schema_becomes_the_one_that_statements_use(location: Secret, step: str | None) -> None:
    if step is not None:
        bring(location, step)

    async def use() -> None:
        async with opened(location) as store:
            await store.commit(plan(AddPerson(ANN)))
            assert await store.person(ANN.subject) == ANN

    asyncio.run(use())
    assert compared(location) == []


async def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(location: Secret) -> None:
    async with opened(location):
        pass
    newer = f"{int(migrations.LATEST) + 1:04}"
    await stamp(location, newer)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=newer):
            await open_store(location, AUDIT_KEY)
    await stamp(location, migrations.LATEST)
    async with opened(location) as store:
        assert await store.people() == []


async def stamp(location: Secret, step: str) -> None:
    """Let the store say that it is of this step."""
    place, statement = location.reveal(), f"UPDATE alembic_version SET version_num = '{step}'"
    if place.startswith("postgresql"):
        connection = await asyncpg.connect(place)
        await connection.execute(statement)
        await connection.close()
    else:
        with closing(sqlite3.connect(place)) as file, file:
            file.execute(statement)


async def test_those_who_open_an_empty_database_together_upgrade_it_once(location: Secret) -> None:
    stores = await asyncio.gather(*(open_store(location, AUDIT_KEY) for _ in range(4)))
    for store in stores:
        assert await store.people() == []
        await store.close()


def test_a_url_has_the_options_of_postgresql_also_while_the_schema_is_made(cluster: Cluster) -> None:
    async def use(place: str) -> None:
        store = await open_store(Secret(place), AUDIT_KEY)
        assert await store.people() == []
        await store.close()

    url = cluster.database()
    with pytest.raises(StoreUnavailable):
        asyncio.run(use(f"{url}?sslmode=require"))
    asyncio.run(use(f"{url}?sslmode=prefer&application_name=door"))


def test_what_is_wrong_with_a_url_is_told_without_its_password() -> None:
    for wrong in ("postgresql://tests:geh/eim@127.0.0.1/none", "postgresql://tests:gehe?im@127.0.0.1/none"):
        with pytest.raises(StoreUnavailable) as told:
            asyncio.run(open_store(Secret(wrong), AUDIT_KEY))
        assert "geh" not in "".join(traceback.format_exception(told.value))


def test_a_store_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    async def use(place: str) -> None:
        with pytest.raises(StoreUnavailable):
            await open_store(Secret(place), AUDIT_KEY)

    (tmp_path / "no.sqlite3").write_bytes(b"this is no database, whatever its name says" * 50)
    asyncio.run(use(str(tmp_path / "no.sqlite3")))
    asyncio.run(use(str(tmp_path / "nowhere" / "store.sqlite3")))
    asyncio.run(use("postgresql://tests@127.0.0.1:1/none"))
