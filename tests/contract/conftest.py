"""The stores that the suite runs over: each test on SQLite, with either of its writers, and on a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ostiary.model.ids import Secret
from ostiary.store.interface import Store
from ostiary.store.opening import open_store
from postgresql_cluster import Cluster

AUDIT_KEY = b"k" * 32


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster.or_skip()
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "sqlite-on-loop", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Secret:
    """Where a new store is to be."""
    if request.param != "postgresql":
        return Secret(str(tmp_path / request.param))
    cluster: Cluster = request.getfixturevalue("cluster")
    return Secret(cluster.database())


@asynccontextmanager
async def opened(location: Secret) -> AsyncIterator[Store]:
    on_loop = location.reveal().endswith("sqlite-on-loop")
    store = await open_store(location, AUDIT_KEY, on_loop=on_loop)
    try:
        yield store
    finally:
        await store.close()
