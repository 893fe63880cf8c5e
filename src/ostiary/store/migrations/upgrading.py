"""Bring a database to a step of the schema. Whoever comes at the same time waits, and finds it done."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ostiary.store.interface import StoreUnavailable

LOCK: Final = 0x6F737469
"""The advisory lock that upgrades of one PostgreSQL database take turns at."""
LOCK_SECONDS: Final = 60.0


def upgrade(connection: Connection, step: str = "head") -> None:
    """Inside of a transaction that is open already, so that a step which fails leaves nothing behind."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, step)


def upgrade_sqlite(path: Path, step: str = "head") -> None:
    """The file is open nowhere else in this process (`store.sqlite`). Raises StoreUnavailable."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with _told(), engine.begin() as connection:
            upgrade(connection, step)
    finally:
        engine.dispose()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def upgrade_postgresql(url: str, step: str = "head") -> None:
    """Raises OSError, StoreUnavailable. The URL is the driver's: SQLAlchemy reads its options differently."""
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    try:
        with _told():
            await _upgraded(engine, step)
    finally:
        await engine.dispose()


async def _upgraded(engine: AsyncEngine, step: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(upgrade, step)


@contextmanager
def _told() -> Iterator[None]:
    """What fails inside, as the store says it."""
    try:
        yield
    except DBAPIError as error:
        raise StoreUnavailable(f"the schema could not be upgraded: {error.orig}") from error
