"""The stores that the suite runs over: each test once on SQLite and once on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ostiary.model.ids import Secret
from ostiary.store.interface import Store
from ostiary.store.opening import open_store
from postgresql_cluster import Cluster, binaries

AUDIT_KEY = b"k" * 32


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here (Debian: postgresql)")
    cluster = Cluster(programs)
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Secret:
    """Where a new store is to be."""
    if request.param == "sqlite":
        return Secret(str(tmp_path / "store.sqlite3"))
    cluster: Cluster = request.getfixturevalue("cluster")
    return Secret(cluster.database())


@asynccontextmanager
async def opened(location: Secret) -> AsyncIterator[Store]:
    store = await open_store(location, AUDIT_KEY)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def on_store(location: Secret) -> Callable[[Callable[[Store], Awaitable[None]]], None]:
    """Runs work on a new store."""

    async def run(work: Callable[[Store], Awaitable[None]]) -> None:
        async with opened(location) as store:
            await work(store)

    return lambda work: asyncio.run(run(work))
