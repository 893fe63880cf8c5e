"""A worker that cannot record: it says so once its bound is over, and what waited is recorded when it can again."""

import asyncio
from pathlib import Path

import pytest

from gateway_world import OK, World, answering, reasons, run, world
from ostiary.audit.batch import unfold
from ostiary.model.events import RequestsAllowed
from ostiary.model.plan import Outcome, Plan
from ostiary.model.reasons import Reason
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
