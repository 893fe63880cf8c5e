"""What is counted at the door, and where an operator finds it."""

import asyncio
import re
from pathlib import Path

import pytest

from gateway_world import OK, answering, world
from ostiary.server.gateway import published
from ostiary.server.gateway.published import Place
from ostiary.server.memory import attach
from ostiary.server.metrics import Process, exposition

DOCUMENTED = Path(__file__).parents[2] / "docs" / "metrics.md"


def counted(text: str) -> dict[str, float]:
    """Samples by name and labels."""
    return {name: float(value) for name, value in re.findall(r"^(ostiary\S.*) (\S+)$", text, re.MULTILINE)}


async def test_answers_refusals_and_connections_are_counted(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        for _ in range(3):
            assert (await line.ask("GET /public/a")).status == 200
        assert (await line.ask("GET /things/ada")).status == 401
        place = Place(attach(door.memory["metrics"]), 0)
        while (snapshot := place.read()) is None or not snapshot["refusals"]:  # noqa: ASYNC110  # memory tells nobody
            await asyncio.sleep(0.05)
        found = counted(exposition([Process("gateway", 0, True, 1, snapshot, 0.0)]).decode())
        assert found['ostiary_answers_total{route="GET /public/{x}",status="2xx"}'] == 3
        assert found['ostiary_upstream_seconds_count{route="GET /public/{x}"}'] == 3
        assert found['ostiary_refusals_total{reason="token_missing"}'] == 1
        assert (found["ostiary_connections_total"], found["ostiary_open_connections"]) == (1, 1)
        assert found["ostiary_upstream_connections_total"] == 1


@pytest.mark.parametrize("room", [published.PLACE_BYTES, 1024])
async def test_where_the_counts_of_routes_have_no_room_the_sums_are_told_all_the_same(
    tmp_path: Path, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PLACE_BYTES", room)
    path = "/" + "long" * 256

    async with world(tmp_path, answering(OK), routes=[{"on": f"GET {path}", "to": "api", "public": True}]) as door:
        assert (await (await door.connect()).ask(f"GET {path}")).status == 200
        place = Place(attach(door.memory["metrics"]), 0)
        while (snapshot := place.read()) is None or not snapshot["upstream_connections_total"]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.05)
        assert snapshot["heard_at"] > 0
        assert bool(snapshot["routes"]) == (room > 1024)


def test_every_metric_is_in_the_docs_and_every_documented_one_exists() -> None:
    snapshot = {
        "routes": {"GET /": [[0] * 6, [0] * 26, 0]},
        "refusals": {"token_missing": 1},
        "connections": 0,
        "connections_total": 0,
        "upstream_connections_total": 0,
        "upstream_retries_total": 0,
        "records_lost_total": 0,
        "old_ways_total": 0,
        "limits_forgotten": 0,
        "revocations": 0,
        "remembered": 0,
        "cpu_seconds": 0.0,
    }
    text = exposition([Process("gateway", 0, True, 1, snapshot, 0.0)]).decode()
    told = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    assert told == set(re.findall(r"^\| `(\S+)` \|", DOCUMENTED.read_text(), re.MULTILINE))
