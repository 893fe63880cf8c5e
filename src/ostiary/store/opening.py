"""Open the store that a location names, with its schema brought to this version's."""

import asyncio
from pathlib import Path
from threading import Lock
from typing import Final

from ostiary.model.ids import Secret
from ostiary.store.interface import Store, StoreUnavailable
from ostiary.store.migrations import LATEST

_SCHEMES: Final = ("postgresql://", "postgres://")
_OPENING: Final = Lock()
"""Who finds a step due is the first in this process to open the file (`store.sqlite`)."""
_VERSION: Final = "SELECT version_num FROM alembic_version"


async def open_store(location: Secret, audit_key: bytes, *, on_loop: bool = False) -> Store:
    """`location`: the path of an SQLite file, which is made where there is none, or the URL of a PostgreSQL database.
    `audit_key` seals the head of the audit log. `on_loop`: as `sqlite.LoopWriter`. Raises StoreUnavailable."""
    place = location.reveal()
    opening = _postgresql(place, audit_key) if place.startswith(_SCHEMES) else _sqlite(Path(place), audit_key, on_loop)
    return await opening


async def _sqlite(path: Path, audit_key: bytes, on_loop: bool) -> Store:
    from ostiary.store import sqlite  # a process loads only the driver that it uses

    def opened() -> Store:
        with _OPENING:
            if _step_due(sqlite.version(path, _VERSION)):
                from ostiary.store.migrations.upgrading import upgrade_sqlite  # rarely due, and large

                upgrade_sqlite(path)
            return sqlite.SqliteStore(path, audit_key, on_loop=on_loop)

    try:
        return await asyncio.to_thread(opened)
    except sqlite.UNAVAILABLE as error:
        raise sqlite.unavailable(error) from error


async def _postgresql(url: str, audit_key: bytes) -> Store:
    from ostiary.store.postgresql import UNAVAILABLE, open_postgresql, version  # as above

    try:
        if _step_due(await version(url, _VERSION)):
            from ostiary.store.migrations.upgrading import upgrade_postgresql  # as above

            await upgrade_postgresql(url)
    except UNAVAILABLE as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    except ValueError:  # which shows a part of it, and that may be of its password
        raise StoreUnavailable("PostgreSQL: its URL has no port; is its password percent-encoded?") from None
    return await open_postgresql(url, audit_key)


def _step_due(found: str | None) -> bool:
    """Whether the schema is older than this version's. Raises StoreUnavailable where it is newer: what the steps in
    between have changed is not known here."""
    if found is not None and found > LATEST:
        raise StoreUnavailable(
            f"a newer version of Ostiary has used it (schema {found}, this one knows {LATEST}); "
            "run that version again, or put back the backup from before it"
        )
    return found != LATEST
