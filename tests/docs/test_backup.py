"""The backup that docs/running.md shows is whole, also while the store is written, and its restore puts it back."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ostiary.audit.verify import Broken, Holds, Noted, Tampering, Verdict, verify_growing
from ostiary.model.events.program import KeyCreated
from ostiary.model.ids import KeyId, Secret
from ostiary.model.plan import Plan
from ostiary.store.interface import Store
from ostiary.store.opening import open_store

PAGE = Path(__file__).parents[2] / "docs/running.md"
KEY = b"k" * 32


RUN = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])"


def back_up(store: Path, backup: Path) -> None:
    """The page's SQL with other paths, in a process of its own: in this one, the file is open with another SQLite."""
    [sql] = re.findall(r'sqlite3 \S+ "(VACUUM .*)"', PAGE.read_text())
    subprocess.run([sys.executable, "-c", RUN, store, re.sub(r"'[^']*'", f"'{backup}'", sql)], check=True)


def restored(state: Path, backup: Path) -> list[list[str]]:
    """The page's commands with other paths, for the user who runs this."""
    lines = re.findall(r"^ {4}((?:rm|install) .*/var/lib/ostiary/.*)$", PAGE.read_text(), re.MULTILINE)
    assert len(lines) == 2
    made = (line.partition("#")[0].replace(" -o ostiary", "").replace("BACKUP", str(backup)) for line in lines)
    return [line.replace("/var/lib/ostiary", str(state)).split() for line in made]


async def grown(store: Store, count: int) -> None:
    for number in range(count):
        await store.commit(Plan(events=(KeyCreated(at=1.0, key=KeyId(f"k{number}"), use="issuer"),)))


async def judged(file: Path, noted: Noted | None = None) -> Verdict:
    store = await open_store(Secret(str(file)), KEY)
    verdict = await verify_growing(store.records, store.head, KEY, noted)
    await store.close()
    return verdict


def test_a_backup_made_meanwhile_holds_and_is_known_to_be_old(tmp_path: Path) -> None:
    async def work() -> tuple[Verdict, Verdict]:
        file, copy = tmp_path / "ostiary.sqlite3", tmp_path / "backup.sqlite3"
        store = await open_store(Secret(str(file)), KEY)
        await grown(store, 20)
        back_up(file, copy)
        await grown(store, 5)
        await store.close()
        later = await judged(file)
        assert isinstance(later, Holds)
        return await judged(copy), await judged(copy, later.end)

    holds, old = asyncio.run(work())
    assert isinstance(holds, Holds)
    assert holds.end.position == 20
    assert old == Broken(21, Tampering.ROLLED_BACK)


def test_a_restore_leaves_nothing_of_the_file_before_it(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "backup.sqlite3"
    state.mkdir()

    async def died() -> None:
        """As a machine leaves its files that dies: what was written last is in the write-ahead log alone."""
        file = tmp_path / "ostiary.sqlite3"
        store = await open_store(Secret(str(file)), KEY)
        await grown(store, 20)
        back_up(file, copy)
        await grown(store, 5)
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{file}{end}", state)
        await store.close()

    asyncio.run(died())
    assert (state / "ostiary.sqlite3-wal").stat().st_size > 0
    remove, put = restored(state, copy)
    subprocess.run(remove, check=True)
    subprocess.run(put, check=True)
    verdict = asyncio.run(judged(state / "ostiary.sqlite3"))
    assert isinstance(verdict, Holds)
    assert verdict.end.position == 20
