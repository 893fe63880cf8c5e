"""A worker that cannot record: it says so once its bound is over, and what waited is recorded when it can again."""

import asyncio
import time
from pathlib import Path

import pytest

from gateway_world import OK, World, answering, reasons, until, world
from ostiary.audit import flood
from ostiary.audit.batch import AllowedBatch, unfold
from ostiary.gateway.metrics import Counts
from ostiary.model.events.gateway import RecordsLost, RefusalsCounted, RequestsAllowed
from ostiary.model.ids import RouteId
from ostiary.model.plan import Outcome, Plan, WrittenEvent
from ostiary.model.reasons import Reason
from ostiary.server.gateway import recorder
from ostiary.server.gateway.exchange import NOBODY
from ostiary.server.gateway.published import Place
from ostiary.server.memory import attach
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


class Slow:
    """Commits wait until they may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self._commit = SqlStore.commit

    async def commit(self, store: SqlStore, plan: Plan) -> Outcome:
        self.begun.set()
        await self.go_on.wait()
        return await self._commit(store, plan)


async def asked_until(door: World, status: int) -> None:
    line, token = await door.connect(), door.token()
    while (await line.ask("GET /things/ada", token)).status != status:  # noqa: ASYNC110  # a time-out tells nobody
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("nobody expected this")])
async def test_who_needs_a_token_is_refused_while_nothing_can_be_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody expected is in the log; a store that is away is not, since it is asked again."""
    failing = Failing(error)

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
        logged = {record.name for record in caplog.records}
        assert str(error) not in caplog.text
        assert logged == (set() if isinstance(error, StoreUnavailable) else {"ostiary.gateway"})


async def test_what_could_not_wait_is_counted_and_the_log_says_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Failing(StoreUnavailable("away"))
    monkeypatch.setattr(recorder, "MOST_WAITING", 5)

    async with world(tmp_path, answering(OK)) as door:
        monkeypatch.setattr(SqlStore, "commit", lambda store, plan: failing.commit(store, plan))
        line = await door.connect()
        for _ in range(4):
            assert [(await line.ask("GET /public/a")).status for _ in range(5)] == [200] * 5
            await asyncio.sleep(2 * recorder.FLUSH_SECONDS)
        failing.error = None
        lost = await door.events(RecordsLost)
        kept = [each for batch in await door.events(RequestsAllowed) for each in unfold(batch)]
        told = sum(event.count for event in lost)
        assert len(kept) + told == 20
        assert len(kept) <= 5
        place = Place(attach(door.memory["metrics"]), 0)
        await until(lambda: (place.read() or {}).get("records_lost_total") == told)
        assert (await line.ask("GET /public/a")).status == 200
        await asyncio.sleep(4 * recorder.FLUSH_SECONDS)
        assert await door.events(RecordsLost) == lost, "each is told of once"


@pytest.mark.parametrize(("room", "kept", "lost"), [(0, 0, [9]), (5, 5, [4]), (9, 9, [])])
async def test_no_more_waits_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, kept: int, lost: list[int]
) -> None:
    """The oldest go first, and the log says so also where nothing is left."""
    slow = Slow()

    async with world(tmp_path, answering(OK)) as door:
        monkeypatch.setattr(SqlStore, "commit", lambda store, plan: slow.commit(store, plan))
        line = await door.connect()
        assert (await line.ask("GET /nowhere")).status == 404
        await slow.begun.wait()
        monkeypatch.setattr(recorder, "MOST_WAITING", room)
        for _ in range(9):
            assert (await line.ask("GET /things/ada")).status == 401
        slow.go_on.set()
        await door.drain()
        assert await reasons(door) == [Reason.ROUTE_UNKNOWN] + [Reason.TOKEN_MISSING] * kept
        assert [event.count for event in await door.recorded() if isinstance(event, RecordsLost)] == lost


async def test_where_nothing_happens_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "FLUSH_SECONDS", 0.01)
    commit, flush = SqlStore.commit, AllowedBatch.flush
    plans: list[Plan] = []
    looked: list[float] = []

    async def told(store: SqlStore, plan: Plan) -> Outcome:
        plans.append(plan)
        return await commit(store, plan)

    def looks(self: AllowedBatch, now: float, clock: int) -> tuple[WrittenEvent, ...]:
        looked.append(now)
        return flush(self, now, clock)

    async with world(tmp_path, answering(OK)) as door:
        monkeypatch.setattr(SqlStore, "commit", told)
        monkeypatch.setattr(AllowedBatch, "flush", looks)
        await until(lambda: len(looked) > 4)
        assert not plans
        assert (await (await door.connect()).ask("GET /public/a")).status == 200
        await until(lambda: bool(plans))


async def test_what_happens_while_a_record_is_written_is_in_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()

    async with world(tmp_path, answering(OK)) as door:
        monkeypatch.setattr(SqlStore, "commit", lambda store, plan: slow.commit(store, plan))
        line = await door.connect()
        assert (await line.ask("GET /things/ada")).status == 401
        await slow.begun.wait()
        assert (await line.ask("GET /things/bob")).status == 401
        slow.go_on.set()
        while len(await reasons(door)) < 2:  # noqa: ASYNC110  # a store tells nobody when it was written
            await asyncio.sleep(0.02)


async def test_what_was_allowed_is_made_ready_bit_by_bit_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a long piece of work."""
    fold, more = AllowedBatch.fold, []

    def folded(self: AllowedBatch, most: int) -> bool:
        left = fold(self, most)
        if self.prefix == "mine":
            assert most == recorder.MOST_AT_A_TIME
            more.append(left)
        return left

    async with world(tmp_path, answering(OK)) as door:
        mine = recorder.Recorder(door.store, "mine", bytes(32), Counts())
        for number in range(3 * recorder.MOST_AT_A_TIME):
            mine.allowed((time.monotonic_ns(), NOBODY, RouteId("GET /"), 200, number))
        for seconds in ("FOLD_SECONDS", "FLUSH_SECONDS"):
            monkeypatch.setattr(recorder, seconds, 600.0)
        with monkeypatch.context() as told:
            told.setattr(AllowedBatch, "fold", folded)
            running = asyncio.create_task(mine.run(lambda: 60.0))
            await until(lambda: more == [True, True, False])
        mine.close()
        await running
        batches = [batch for batch in await door.events(RequestsAllowed) if batch.prefix == "mine"]
        assert [len(batch.requests) for batch in batches] == [3 * recorder.MOST_AT_A_TIME]


async def test_what_is_only_counted_is_told_of_seldom_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flood, "LISTED_AT_ONCE", 1.0)
    monkeypatch.setattr(flood, "LISTED_PER_SECOND", 0.0)

    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        for _ in range(3):
            assert (await line.ask("GET /nowhere")).status == 404
        assert (await line.ask("GET /public/a")).status == 200
        await door.events(RequestsAllowed)
        assert await reasons(door) == [Reason.ROUTE_UNKNOWN]
        assert not [event for event in await door.recorded() if isinstance(event, RefusalsCounted)]
        await door.drain()
        assert [event.count for event in await door.events(RefusalsCounted)] == [2]
