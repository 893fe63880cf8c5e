"""PostgreSQL through asyncpg. Commits of all processes take turns at the row that holds the ends of both logs."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

import asyncpg

from ostiary.audit.chain import Sealer
from ostiary.model.plan import Committed
from ostiary.store import ends, plans
from ostiary.store.interface import StoreUnavailable
from ostiary.store.sql import MOST_TOGETHER, SqlStore, Waiting, closed
from ostiary.store.statements import Row, Steps

T = TypeVar("T")

CONNECTIONS: Final = 8
"""The most of each process; reads wait for a free one."""
SECONDS: Final = 5.0
"""How long a connection or a statement may take."""
SETTINGS: Final = {"synchronous_commit": "on", "default_transaction_isolation": "read committed"}
"""Whatever the database has for others: acknowledged means on disk, and commits that take turns do not fail for it."""
UNAVAILABLE: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

Connection = Any
"""A connection, from the pool or not: asyncpg's two classes have no common base."""


async def run(connection: Connection, steps: Steps[T]) -> T:
    """Run steps to their end. Raises what is in UNAVAILABLE, and what the steps raise."""
    try:
        statement, values = next(steps)
        while True:
            asked = statement.postgresql
            rows: Sequence[Row] = ()
            if isinstance(values, list):
                await connection.executemany(asked.text, values)
            else:
                rows = await connection.fetch(asked.text, *asked.arguments(values))
            statement, values = steps.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result


class PostgresqlStore(SqlStore):
    """A database of its own. `open_postgresql` makes it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", audit_key: bytes) -> None:
        self._pool: Final = pool
        self._sealer: Final = Sealer(audit_key)
        self._queue: Final[asyncio.Queue[Waiting]] = asyncio.Queue()
        self._open = True
        self._writing: Final = asyncio.create_task(self._work())

    async def _read(self, steps: Steps[T]) -> T:
        try:
            async with self._pool.acquire(timeout=SECONDS) as connection:
                return await run(connection, steps)
        except UNAVAILABLE as error:
            raise _unavailable(error) from error

    def _enqueue(self, waiting: Waiting) -> None:
        if not self._open:
            raise closed()
        self._queue.put_nowait(waiting)

    async def close(self) -> None:
        """What was handed over before is still written."""
        self._open = False
        await self._queue.join()
        self._writing.cancel()
        with suppress(asyncio.CancelledError):
            await self._writing
        await self._pool.close()

    async def _work(self) -> None:
        while True:
            group = [await self._queue.get()]
            while len(group) < MOST_TOGETHER and not self._queue.empty():
                group.append(self._queue.get_nowait())
            for each, came in zip(group, await self._commit(group), strict=True):
                each.settle(came)
                self._queue.task_done()

    async def _commit(self, group: Sequence[Waiting]) -> Sequence[Committed | Exception]:
        """One transaction for all; what each plan came to, in their order."""
        try:
            async with self._pool.acquire(timeout=SECONDS) as connection, connection.transaction():
                before = await run(connection, ends.ends())
                failed = [await _write_one(connection, each) for each in group]
                written = [each.encoded for each, error in zip(group, failed, strict=True) if error is None]
                committed = iter(await run(connection, plans.finish(before, written, self._sealer)))
        except Exception as error:  # noqa: BLE001  # whoever waits gets it
            told = _unavailable(error) if isinstance(error, UNAVAILABLE) else error
            return [told] * len(group)
        return [next(committed) if error is None else error for error in failed]


async def _write_one(connection: Connection, waiting: Waiting) -> Exception | None:
    """In a savepoint, so that a plan which fails leaves nothing behind and the others succeed."""
    if not waiting.encoded.plan.writes:
        return None
    try:
        async with connection.transaction():
            await run(connection, plans.write(waiting.encoded.plan))
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
        raise
    except Exception as error:  # noqa: BLE001  # whoever waits gets it
        return _unavailable(error) if isinstance(error, UNAVAILABLE) else error
    return None


async def open_postgresql(url: str, audit_key: bytes) -> PostgresqlStore:
    """Raises StoreUnavailable."""
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=SECONDS,
            command_timeout=SECONDS,
            server_settings=SETTINGS,
        )
        async with pool.acquire() as connection:
            await run(connection, ends.first_ends())
    except UNAVAILABLE as error:
        raise _unavailable(error) from error
    return PostgresqlStore(pool, audit_key)


async def version(url: str, query: str) -> str | None:
    """What the query finds; None where its table is not there. Raises what is in UNAVAILABLE."""
    connection = await asyncpg.connect(url, timeout=SECONDS, command_timeout=SECONDS)
    try:
        found: str | None = await connection.fetchval(query)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return found


def _unavailable(error: Exception) -> StoreUnavailable:
    """An error's text may name the address, never the password: asyncpg keeps that to itself."""
    return StoreUnavailable(f"PostgreSQL: {type(error).__name__}: {error}")
