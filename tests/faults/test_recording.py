"""A worker that cannot record: it says so once its bound is over, and what waited is recorded when it can again."""

import asyncio
from pathlib import Path

import pytest

from gateway_world import OK, World, answering, reasons, run, world
from ostiary.audit.batch import unfold
from ostiary.model.events.gateway import RecordsLost, RequestsAllowed
from ostiary.model.plan import Outcome, Plan
from ostiary.model.reasons import Reason
from ostiary.server.gateway import recorder
from ostiary.store.interface import StoreUnavailable
from ostiary.store.sql import SqlStore


class Failing:
    """Commits fail with `error` until it is None."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self._commit = SqlStore.commit

    async def commit(self, store: SqlStore, plan: Plan) -> Outcome:
        if self.error is not None:
            raise self.error
        return await self._commit(store, plan)


async def asked_until(door: World, status: int) -> None:
    line, token = await door.connect(), door.token()
    while (await line.ask("GET /things/ada", token)).status != status:  # noqa: ASYNC110  # a time-out tells nobody
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("nobody expected this")])
def test_who_needs_a_token_is_refused_while_nothing_can_be_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing = Failing(error)

    async def flow() -> None:
        async with world(tmp_path, answering(OK), audit_bound="1s") as door:
            monkeypatch.setattr(SqlStore, "commit", lambda store, plan: failing.commit(store, plan))
            await asked_until(door, 503)
            assert (await (await door.connect()).ask("GET /public/a")).status == 200
            failing.error = None
            await asked_until(door, 200)
            assert set(await reasons(door)) == {Reason.AUDIT_UNAVAILABLE}
            batches = await door.events(RequestsAllowed)
            allowed = [route for batch in batches for _, _, route, _, _ in unfold(batch)]
            assert {"GET /public/{x}", "GET /things/{user}"} <= set(allowed)

    run(flow())


def test_what_could_not_wait_is_counted_and_the_log_says_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Failing(StoreUnavailable("away"))
    monkeypatch.setattr(recorder, "MOST_WAITING", 5)

    async def flow() -> None:
        async with world(tmp_path, answering(OK)) as door:
            monkeypatch.setattr(SqlStore, "commit", lambda store, plan: failing.commit(store, plan))
            line = await door.connect()
            for _ in range(4):
                assert [(await line.ask("GET /public/a")).status for _ in range(5)] == [200] * 5
                await asyncio.sleep(2 * recorder.FLUSH_SECONDS)
            failing.error = None
            lost = await door.events(RecordsLost)
            kept = [each for batch in await door.events(RequestsAllowed) for each in unfold(batch)]
            assert len(kept) + sum(event.count for event in lost) == 20
            assert len(kept) <= 5
            assert (await line.ask("GET /public/a")).status == 200
            await asyncio.sleep(4 * recorder.FLUSH_SECONDS)
            assert await door.events(RecordsLost) == lost, "each is told of once"

    run(flow())


def test_what_happens_while_a_record_is_written_is_in_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, begun, go_on = SqlStore.commit, asyncio.Event(), asyncio.Event()

    async def slow(store: SqlStore, plan: Plan) -> Outcome:
        begun.set()
        await go_on.wait()
        return await commit(store, plan)

    async def flow() -> None:
        async with world(tmp_path, answering(OK)) as door:
            monkeypatch.setattr(SqlStore, "commit", slow)
            line = await door.connect()
            assert (await line.ask("GET /things/ada")).status == 401
            await begun.wait()
            assert (await line.ask("GET /things/bob")).status == 401
            go_on.set()
            while len(await reasons(door)) < 2:  # noqa: ASYNC110  # a store tells nobody when it was written
                await asyncio.sleep(0.02)

    run(flow())
