"""Acknowledged means on disk, whatever the database is set to for others."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import asyncpg
import pytest

from ostiary.model.ids import Secret, Subject
from ostiary.model.plan import Committed, Plan
from ostiary.people.records import AddPerson, Person
from ostiary.store import sqlite
from ostiary.store.interface import StoreUnavailable
from ostiary.store.opening import open_store
from ostiary.store.sqlite import connect
from postgresql_cluster import Cluster

from .conftest import AUDIT_KEY, opened
from .test_store import ANN, BOB, STARTED

FULL = 2
"""SQLite's number for `synchronous=FULL`."""
LOWEST = 19
"""The niceness that gives way to every other."""


def test_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    connection = connect(tmp_path / "store.sqlite3")
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == FULL
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_the_thread_that_writes_lets_the_requests_go_first(tmp_path: Path) -> None:
    async def niceness() -> int:
        async with opened(Secret(str(tmp_path / "store.sqlite3"))) as store:
            await store.commit(Plan(events=(STARTED,)))
            (writer,) = (one for one in threading.enumerate() if one.name == "store writer")
            return os.getpriority(os.PRIO_PROCESS, writer.native_id or 0)

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert asyncio.run(niceness()) >= min(own + 1, LOWEST)
    assert os.getpriority(os.PRIO_PROCESS, 0) == own


async def set_for_all(url: str, name: str, value: str) -> None:
    connection = await asyncpg.connect(url)
    database = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {database} SET {name} = '{value}'")
    await connection.close()


@pytest.fixture
def crashing() -> Iterator[Cluster]:
    """A cluster with one database, which comes back sooner than one with many."""
    cluster = Cluster.or_skip()
    yield cluster
    cluster.stop()


def test_what_postgresql_acknowledged_is_there_after_it_crashed(crashing: Cluster) -> None:
    """Though the database would rather acknowledge first."""
    url = crashing.database()

    async def commit() -> None:
        await set_for_all(url, "synchronous_commit", "off")
        async with opened(Secret(url)) as store:
            await store.commit(Plan(events=(STARTED,) * 20))
            crashing.halt()

    async def found() -> list[int]:
        async with opened(Secret(url)) as store:
            return [record.position async for record in store.records()]

    asyncio.run(commit())
    crashing.start()
    assert len(asyncio.run(found())) == 20


def test_commits_of_many_processes_succeed_in_a_database_that_serializes(cluster: Cluster) -> None:
    url = cluster.database()

    async def work() -> None:
        await set_for_all(url, "default_transaction_isolation", "serializable")
        async with opened(Secret(url)) as one, opened(Secret(url)) as other:
            plans = [store.commit(Plan(events=(STARTED,))) for store in (one, other) * 20]
            outcomes = await asyncio.gather(*plans, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {Committed}

    asyncio.run(work())


def test_a_new_file_waits_for_who_writes_it_at_that_moment(tmp_path: Path) -> None:
    """SQLite itself would say at once that it is locked."""
    file = tmp_path / "store.sqlite3"
    writing = apsw.Connection(str(file))
    writing.execute("CREATE TABLE t (x)")
    writing.execute("BEGIN IMMEDIATE")
    leaving = threading.Timer(0.3, writing.execute, ("COMMIT",))
    leaving.start()
    connection = connect(file)
    assert connection.pragma("journal_mode") == "wal"
    leaving.join()
    connection.close()
    writing.close()


@pytest.mark.parametrize("on_loop", [False, True])
async def test_a_plan_that_is_too_big_for_sqlite_keeps_no_other_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_loop: bool
) -> None:
    def narrow(path: Path) -> apsw.Connection:
        connection = connect(path)
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, 100_000)
        return connection

    monkeypatch.setattr(sqlite, "connect", narrow)
    store = await open_store(Secret(str(tmp_path / "store.sqlite3")), AUDIT_KEY, on_loop=on_loop)
    plans = Plan((AddPerson(ANN),)), Plan((AddPerson(replace(BOB, name="B" * 200_000)),))
    outcomes = await asyncio.gather(*map(store.commit, plans), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Committed, StoreUnavailable]
    assert list(await store.people()) == [ANN]
    await store.close()


async def test_who_asks_while_many_do_shares_the_next_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared commit is not followed at once by another; one for a single plan is."""
    monkeypatch.setattr(sqlite, "APART_SECONDS", 3600)
    store = await open_store(Secret(str(tmp_path / "store.sqlite3")), AUDIT_KEY, on_loop=True)
    for alone in (ANN, BOB):
        assert type(await store.commit(Plan((AddPerson(alone),)))) is Committed
    await asyncio.gather(*(store.commit(Plan((AddPerson(each),))) for each in (named("cid"), named("dan"))))
    waiting = asyncio.create_task(store.commit(Plan((AddPerson(named("eve")),))))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    await store.close()
    assert type(await waiting) is Committed


def named(login: str) -> Person:
    return replace(BOB, subject=Subject(login), login=login)
