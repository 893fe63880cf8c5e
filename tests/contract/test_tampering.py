"""Whoever can write the store, and has no key, cannot change the log unseen: not even where the program goes on."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace

import apsw
import asyncpg
import pytest

from ostiary.audit.chain import BEFORE_FIRST, record_hash
from ostiary.audit.records import Head, Record
from ostiary.audit.verify import Broken, Holds, Noted, Tampering, Verdict, verify_growing
from ostiary.model.ids import Secret
from ostiary.model.plan import Plan
from ostiary.store.interface import Store, StoreUnavailable

from .conftest import AUDIT_KEY, opened
from .test_store import STARTED

Statements = Sequence[tuple[str, Sequence[object]]]


async def write(location: Secret, statements: Statements) -> None:
    """As a thief does: with the database's own means; `?` stands for a value."""
    place = location.reveal()
    if not place.startswith("postgresql"):
        with closing(apsw.Connection(place)) as stolen, stolen:
            stolen.set_busy_timeout(30_000)
            for text, values in statements:
                stolen.execute(text, values)
        return
    connection = await asyncpg.connect(place)
    async with connection.transaction():
        for text, values in statements:
            parts = text.split("?")
            numbered = "".join(f"{part}${at}" for at, part in enumerate(parts[:-1], 1)) + parts[-1]
            await connection.execute(numbered, *values)
    await connection.close()


async def record(store: Store, count: int = 1) -> None:
    for at in range(count):
        await store.commit(Plan(events=(replace(STARTED, at=float(at)),)))


async def verdict(store: Store, noted: Noted | None = None) -> Verdict:
    return await verify_growing(store.records, store.head, AUDIT_KEY, noted)


async def stored(store: Store) -> tuple[list[Record], Head]:
    head = await store.head()
    assert head is not None
    return [each async for each in store.records()], head


def put(records: Sequence[Record]) -> Statements:
    """All that is there, replaced by these."""
    rows = [(each.position, each.body, each.previous, each.hash) for each in records]
    return [("DELETE FROM audit", ()), *(("INSERT INTO audit VALUES (?, ?, ?, ?)", row) for row in rows)]


def put_head(head: Head) -> Statements:
    return [("UPDATE heads SET position = ?, hash = ?, seal = ?", (head.position, head.hash, head.seal))]


def chained(bodies: Sequence[bytes]) -> list[Record]:
    """Numbered and hashed as the program would."""
    made: list[Record] = []
    for position, body in enumerate(bodies, 1):
        previous = made[-1].hash if made else BEFORE_FIRST
        made.append(Record(position, body, previous, record_hash(previous, position, body)))
    return made


Change = Callable[[list[Record], Head], tuple[Sequence[Record], Head]]


def rewritten(keep: Callable[[list[bytes]], list[bytes]]) -> Change:
    """History as the thief would have it, whole, with a head that fits: only the seal is the old one."""

    def change(records: list[Record], head: Head) -> tuple[Sequence[Record], Head]:
        made = chained(keep([each.body for each in records]))
        return made, Head(len(made), made[-1].hash, head.seal)

    return change


CHANGES: dict[str, Change] = {
    "changed": lambda records, head: ([replace(records[0], body=b"{}"), *records[1:]], head),
    "removed": lambda records, head: (records[:2] + records[3:], head),
    "reordered": lambda records, head: (
        [replace(each, position=at) for at, each in enumerate((records[1], records[0], *records[2:]), 1)],
        head,
    ),
    "cut": lambda records, head: (records[:3], head),
    "cut with its head": lambda records, head: (records[:3], Head(3, records[2].hash, head.seal)),
    "inserted behind": lambda records, head: (chained([*(each.body for each in records), b"{}"]), head),
    "rewritten": rewritten(lambda bodies: [b"{}", *bodies[1:]]),
    "rewritten and longer": rewritten(lambda bodies: [b"{}", *bodies]),
    "rewritten and shorter": rewritten(lambda bodies: bodies[1:]),
}


async def go_on(store: Store) -> None:
    """The program records more, where it still can."""
    with suppress(StoreUnavailable):
        await record(store, 3)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_changed_log_never_holds_again(location: Secret, name: str, restarted: bool) -> None:
    async with opened(location) as store:
        await record(store, 5)
        assert isinstance(await verdict(store), Holds)
        records, head = CHANGES[name](*await stored(store))
        await write(location, [*put(records), *put_head(head)])
        assert isinstance(await verdict(store), Broken)
        if not restarted:
            await go_on(store)
    async with opened(location) as store:
        await go_on(store)
        assert isinstance(await verdict(store), Broken)


@pytest.mark.parametrize("to", [0, 2])
async def test_a_log_that_is_put_back_to_an_earlier_end_is_not_sealed_by_who_saw_a_later_one(
    location: Secret, to: int
) -> None:
    """Records and head are as they once were, so the seal is a good one; to 0: as if nothing had ever happened."""

    async with opened(location) as store:
        await record(store, 2)
        records, head = await stored(store)
        noted = Noted(head.position, head.hash)
        await record(store, 3)
        old = head if to else Head(0, BEFORE_FIRST, b"")
        await write(location, [*put(records[:to]), *put_head(old)])
        assert isinstance(await verdict(store), Holds), "nothing in the store tells it from its earlier self"
        assert isinstance(await verdict(store, noted), Holds if to else Broken)
        await record(store, 4)
        assert await verdict(store) == Broken(to + 4, Tampering.HEAD_FORGED)


async def test_an_old_head_before_records_that_are_there_stops_the_log(location: Secret) -> None:
    async with opened(location) as store:
        await record(store, 2)
        _, old = await stored(store)
        await record(store, 2)
        _, end = await stored(store)
        await write(location, put_head(old))
        assert await verdict(store) == Broken(3, Tampering.INSERTED)
        with pytest.raises(StoreUnavailable):
            await record(store)
        await write(location, put_head(end))
        await record(store)
        assert isinstance(await verdict(store), Holds)


async def test_without_the_row_of_its_ends_the_store_takes_nothing_and_the_log_does_not_hold(location: Secret) -> None:
    async with opened(location) as store:
        await record(store, 2)
        await write(location, [("DELETE FROM heads", ())])
        with pytest.raises(StoreUnavailable):
            await record(store)
        assert await verdict(store) == Broken(2, Tampering.HEAD_MISSING)


async def test_many_processes_seal_one_log_in_turn(location: Secret) -> None:
    """The twin: what each finds is what another one left, and that is no fault."""

    async with opened(location) as one, opened(location) as other:
        for store in (one, other, other, one, one, other):
            await record(store, 2)
        assert isinstance(await verdict(one), Holds)
