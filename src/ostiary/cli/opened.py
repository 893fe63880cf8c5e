"""A contract's store, opened for one command beside or without a running `ostiary up`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from ostiary.cli.said import expected_errors, fail
from ostiary.server.place import Place, find_place
from ostiary.store.interface import Store

T = TypeVar("T")


def with_store(contract: Path, state: Path | None, work: Callable[[Place, Store], Awaitable[T]]) -> T:
    """Do `work` and close the store. What can go wrong is said, and ends the command with 1."""
    with expected_errors():
        place = find_place(contract, state)
        if not _has_store(place):
            fail(f"there is no store in {place.state.path} yet; `ostiary up` makes it")
        return asyncio.run(_work(place, work))


def has_store(contract: Path, state: Path | None) -> bool:
    """Whether there is one already."""
    with expected_errors():
        return _has_store(find_place(contract, state))


def _has_store(place: Place) -> bool:
    return place.deployment.store is not None or place.state.has_store()


async def _work(place: Place, work: Callable[[Place, Store], Awaitable[T]]) -> T:
    from ostiary.server.rotation import require_our_keys
    from ostiary.store.opening import open_store  # large, and most commands want an answer at once

    master = place.master_key()
    store = await open_store(place.store, master.derive("audit"))
    try:
        await require_our_keys(store, master)
        return await work(place, store)
    finally:
        await store.close()
