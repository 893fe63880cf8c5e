"""Open the store that a location names, with its schema brought to this version's."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Final

from ostiary.model.ids import Secret
from ostiary.store.interface import Store, StoreUnavailable
from ostiary.store.migrations import LATEST

_SCHEMES: Final = ("postgresql://", "postgres://")
_VERSION: Final = "SELECT version_num FROM alembic_version"


async def open_store(location: Secret, audit_key: bytes, *, on_loop: bool = False) -> Store:
    """`location`: the path of an SQLite file, which is made where there is none, or the URL of a PostgreSQL database.
    `audit_key` seals the head of the audit log. `on_loop`: as `sqlite.LoopWriter`. Raises StoreUnavailable."""
    place = location.reveal()
    opening = _postgresql(place, audit_key) if place.startswith(_SCHEMES) else _sqlite(Path(place), audit_key, on_loop)
    return await opening


async def _sqlite(path: Path, audit_key: bytes, on_loop: bool) -> Store:
    from ostiary.store.sqlite import SqliteStore  # a process loads only the driver that it uses

    try:
        if await asyncio.to_thread(_sqlite_version, path) != LATEST:
            from ostiary.store.migrations.upgrading import upgrade_sqlite  # rarely due, and large

            await asyncio.to_thread(upgrade_sqlite, path)
        return SqliteStore(path, audit_key, on_loop=on_loop)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"SQLite: {error}") from error


def _sqlite_version(path: Path) -> str | None:
    """None where there is no schema yet. A new file is readable by its owner alone."""
    path.touch(mode=0o600)
    connection = sqlite3.connect(path)
    try:
        row = connection.execute(_VERSION).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return None
    finally:
        connection.close()
    return None if row is None else str(row[0])


async def _postgresql(url: str, audit_key: bytes) -> Store:
    from ostiary.store.postgresql import UNAVAILABLE, open_postgresql, version  # as above

    try:
        if await version(url, _VERSION) != LATEST:
            from ostiary.store.migrations.upgrading import upgrade_postgresql  # as above

            await upgrade_postgresql(url)
    except UNAVAILABLE as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    return await open_postgresql(url, audit_key)
