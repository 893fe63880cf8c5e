"""The backup that docs/running.md shows is whole, also while the store is being written."""

import asyncio
import re
import sqlite3
from pathlib import Path

from ostiary.audit.verify import Broken, Holds, Noted, Tampering, Verdict, verify_growing
from ostiary.model.events.program import KeyCreated
from ostiary.model.ids import KeyId, Secret
from ostiary.model.plan import Plan
from ostiary.store.interface import Store
from ostiary.store.opening import open_store

PAGE = Path(__file__).parents[2] / "docs/running.md"
KEY = b"k" * 32


def shown(store: Path, backup: Path) -> str:
    """The page's SQL with other paths."""
    [sql] = re.findall(r'sqlite3 \S+ "(VACUUM .*)"', PAGE.read_text())
    return re.sub(r"'[^']*'", f"'{backup}'", sql)


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
        sqlite3.connect(file).execute(shown(file, copy)).connection.close()
        await grown(store, 5)
        await store.close()
        later = await judged(file)
        assert isinstance(later, Holds)
        return await judged(copy), await judged(copy, later.end)

    holds, old = asyncio.run(work())
    assert isinstance(holds, Holds)
    assert holds.end.position == 20
    assert old == Broken(21, Tampering.ROLLED_BACK)
