"""SQLite: one file, WAL, `synchronous=FULL`. Reads run where they are asked; each process has one writer (ADR 0006).

SQLite comes with APSW (ADR 0028). A process never has the file open with Python's own `sqlite3` at the same time: each
would give back the locks of the other.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread, get_native_id
from typing import Final, TypeVar

import apsw

from ostiary.audit.chain import Sealer
from ostiary.model.ids import ClientId
from ostiary.model.plan import Committed, Plan
from ostiary.store import ends, plans
from ostiary.store.interface import StoreUnavailable
from ostiary.store.sql import MOST_TOGETHER, SqlStore, Waiting, closed
from ostiary.store.statements import Row, Steps

T = TypeVar("T")

UNAVAILABLE: Final = (apsw.Error, OSError)

BUSY_SECONDS: Final = 5.0
"""How long a transaction waits for those of other processes."""
_OF_A_PLAN: Final = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError)
_AGAIN_SECONDS: Final = 0.01
_NICENESS: Final = 10
"""Of a thread that writes: a tenth of a CPU that requests keep busy, so that those who wait for it on another process
do not wait long."""
APART_SECONDS: Final = 0.002
"""Between the beginnings of two commits on a loop, where the first was shared: many are asking then, and a commit costs
as much as several signatures."""
_PAGES_IN_WAL: Final = 4000
"""Between checkpoints: more would make a recovery slow, fewer would write the same pages again and again."""


def connect(path: Path) -> apsw.Connection:
    """A connection that commits only when told to. Raises apsw.Error."""
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(int(BUSY_SECONDS * 1000))
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)  # or each new value of a parameter plans the query anew
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_IN_WAL}")
    return connection


def _write_ahead(connection: apsw.Connection) -> None:
    """A new file is turned to WAL while nobody else uses it, and for that SQLite does not wait by itself."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except apsw.BusyError:
            if time.monotonic() >= end:
                raise
            time.sleep(_AGAIN_SECONDS)


def version(path: Path, statement: str) -> str | None:
    """Of the schema; None where there is none yet. A new file is readable by its owner alone. Raises what is in
    UNAVAILABLE."""
    path.touch(mode=0o600)
    connection = apsw.Connection(str(path))
    try:
        rows = connection.execute(statement).fetchall()
    except apsw.SQLError as error:
        if "no such table" not in str(error):
            raise
        return None
    finally:
        connection.close()
    return str(rows[0][0]) if rows else None


def run(cursor: apsw.Cursor, steps: Steps[T]) -> T:
    """Run steps to their end. Raises apsw.Error and what the steps raise."""
    try:
        statement, values = next(steps)
        while True:
            asked = statement.sqlite
            rows: Sequence[Row] = ()
            if isinstance(values, list):
                cursor.executemany(asked.text, values)
            else:
                rows = cursor.execute(asked.text, asked.arguments(values)).fetchall()
            statement, values = steps.send([()] * cursor.connection.changes() if asked.counts else rows)
    except StopIteration as end:
        result: T = end.value
        return result


class SqliteStore(SqlStore):
    """One file. The directory must be its owner's alone; the file holds hashes of secrets and sealed keys."""

    def __init__(self, path: Path, audit_key: bytes, *, on_loop: bool) -> None:
        """`on_loop`: write where plans are handed over, in place of a thread. Raises apsw.Error."""
        self._reading: Final = connect(path).cursor()
        run(self._reading, ends.first_ends())
        self._reading.execute("PRAGMA query_only=ON")
        transactions = Transactions(connect(path), audit_key)
        self._writer: Final = LoopWriter(transactions) if on_loop else ThreadWriter(transactions)
        self._disabled_at: Final[dict[ClientId, int | None]] = {}

    async def _read(self, steps: Steps[T]) -> T:
        try:
            return run(self._reading, steps)
        except apsw.Error as error:
            raise unavailable(error) from error

    async def client_disabled_at(self, client: ClientId) -> int | None:
        """Every token asks for it, and all who ask in one turn of the loop are told the same: taking the file's locks
        and leaving them costs more than to find a row. Who is told of a commit hears that in a later turn."""
        if client not in self._disabled_at:
            if not self._disabled_at:
                asyncio.get_running_loop().call_soon(self._disabled_at.clear)
            self._disabled_at[client] = await super().client_disabled_at(client)
        return self._disabled_at[client]

    def _enqueue(self, waiting: Waiting) -> None:
        self._writer.put(waiting)

    async def close(self) -> None:
        """What was handed over before is still written."""
        await self._writer.stop()
        self._reading.connection.close()


class Transactions:
    """The one connection that writes."""

    def __init__(self, connection: apsw.Connection, audit_key: bytes) -> None:
        self._cursor: Final = connection.cursor()
        self._sealer: Final = Sealer(audit_key)

    def commit(self, group: Sequence[Waiting]) -> list[Committed | Exception]:
        """One transaction for all; what each plan came to, in their order."""
        try:
            failed, committed = self._commit(group, self._write)
        except Exception as error:  # noqa: BLE001  # one that fails leaves nothing behind, and the others succeed
            if _is_of_the_file(error):
                return [unavailable(error)] * len(group)
            try:
                failed, committed = self._commit(group, self._write_apart)
            except Exception as error:  # noqa: BLE001  # whoever waits gets it
                return [_told(error)] * len(group)
        settled = iter(committed)
        return [next(settled) if error is None else error for error in failed]

    def close(self) -> None:
        self._cursor.connection.close()

    def _commit(
        self, group: Sequence[Waiting], write: Callable[[Plan], Exception | None]
    ) -> tuple[list[Exception | None], Sequence[Committed]]:
        """How each failed, and what the others came to. Raises what `write` does, and apsw.Error."""
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            before = run(self._cursor, ends.ends())
            failed = [write(each.encoded.plan) for each in group]
            written = [each.encoded for each, error in zip(group, failed, strict=True) if error is None]
            committed = run(self._cursor, plans.finish(before, written, self._sealer))
            self._cursor.execute("COMMIT")
        except Exception:
            self._roll_back()
            raise
        return failed, committed

    def _write(self, plan: Plan) -> None:
        """With all others or not at all: hardly a plan ever fails, and a savepoint takes as long as a row."""
        if plan.writes:
            run(self._cursor, plans.write(plan))

    def _write_apart(self, plan: Plan) -> Exception | None:
        self._cursor.execute("SAVEPOINT plan")
        try:
            self._write(plan)
        except Exception as error:
            if _is_of_the_file(error):
                raise
            self._cursor.execute("ROLLBACK TO plan")
            self._cursor.execute("RELEASE plan")
            return _told(error)
        self._cursor.execute("RELEASE plan")
        return None

    def _roll_back(self) -> None:
        with suppress(apsw.Error):
            self._cursor.execute("ROLLBACK")


class ThreadWriter:
    """Writes in a thread: the loop never waits for a disk, nor for its turn on a CPU that both have to share."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions: Final = transactions
        self._queue: Final[SimpleQueue[Waiting | None]] = SimpleQueue()
        self._open = True
        self._thread: Final = Thread(target=self._work, name="store writer", daemon=True)
        self._thread.start()

    def put(self, waiting: Waiting) -> None:
        """Raises StoreUnavailable after `stop`."""
        if not self._open:
            raise closed()
        self._queue.put(waiting)

    async def stop(self) -> None:
        if self._open:
            self._open = False
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._transactions.close()

    def _work(self) -> None:
        if sys.platform == "linux":  # elsewhere the whole process would have to step back
            own = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, get_native_id(), own + _NICENESS)
        while (job := self._queue.get()) is not None:
            group = [job]
            while len(group) < MOST_TOGETHER and not self._queue.empty():
                job = self._queue.get()
                if job is None:
                    break
                group.append(job)
            self._settle(group, self._transactions.commit(group))
            if job is None:
                return

    @staticmethod
    def _settle(group: Sequence[Waiting], came: Sequence[Committed | Exception]) -> None:
        """Futures belong to the loop that waits."""
        with suppress(RuntimeError):  # the loop is gone, and with it everyone who waited
            group[0].result.get_loop().call_soon_threadsafe(_tell, group, came)


class LoopWriter:
    """Writes on the loop itself, when everything that was ready has run: for a process whose every answer waits for a
    commit anyway. Passing the interpreter's lock to a thread and back costs more than all of the work."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions: Final = transactions
        self._group: list[Waiting] = []
        self._next = 0.0
        """No commit begins before; on the monotonic clock."""
        self._open = True

    def put(self, waiting: Waiting) -> None:
        """Raises StoreUnavailable after `stop`."""
        if not self._open:
            raise closed()
        if not self._group:
            asyncio.get_running_loop().call_soon(self._look, 0)
        self._group.append(waiting)

    async def stop(self) -> None:
        if self._open:
            self._open = False
            self._write()
            self._transactions.close()

    def _look(self, before: int) -> None:
        """Write when a turn of the loop brought nothing more, and it is time to."""
        loop, early = asyncio.get_running_loop(), self._next - time.monotonic()
        if before < len(self._group) < MOST_TOGETHER:
            loop.call_soon(self._look, len(self._group))
        elif early > 0:
            loop.call_later(early, self._write)
        else:
            self._write()

    def _write(self) -> None:
        group, self._group = self._group, []
        if group:
            self._next = time.monotonic() + APART_SECONDS if len(group) > 1 else 0.0
            _tell(group, self._transactions.commit(group))


def _tell(group: Sequence[Waiting], came: Sequence[Committed | Exception]) -> None:
    for each, result in zip(group, came, strict=True):
        each.settle(result)


def _is_of_the_file(error: Exception) -> bool:
    """Whether every plan would meet it."""
    return isinstance(error, apsw.Error) and not isinstance(error, _OF_A_PLAN)


def _told(error: Exception) -> Exception:
    return unavailable(error) if isinstance(error, apsw.Error) else error


def unavailable(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"SQLite: {error}")
