"""What a connection leaves behind when it has ended: nothing."""

import asyncio
import gc
from pathlib import Path

import pytest

from gateway_world import OK, World, answering, contract, read_request, reasons, request, until, world
from ostiary.model.reasons import Reason
from ostiary.server.gateway import clockwork, entrance
from ostiary.server.gateway.connection import ClientConnection
from ostiary.server.gateway.upstream import UpstreamConnection

HALF = request("GET /public/a")[:20]


async def test_who_leaves_in_the_middle_of_a_head_is_not_on_record_as_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stays is, and began later."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)

    async with world(tmp_path, answering(OK), timeouts={"headers": "300ms"}) as door:
        gone = await door.connect()
        await gone.send(HALF)
        assert (await (await door.connect()).ask("GET /public/a")).status == 200
        gone.close()
        stays = await door.connect()
        await stays.send(HALF)
        assert (await stays.answer()).status == 408
        assert await reasons(door) == [Reason.HEADERS_TIMEOUT]


def kept(kind: type) -> int:
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


@pytest.mark.parametrize("kind", [ClientConnection, UpstreamConnection])
async def test_a_connection_that_has_ended_is_kept_nowhere(tmp_path: Path, kind: type) -> None:
    """Neither a client's nor a service's; one that is open is."""
    closed: list[asyncio.StreamWriter] = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed.append(writer)
        while True:
            await read_request(reader)
            writer.write(OK)

    async def ask(door: World) -> None:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        if kind is ClientConnection:
            line.close()
            await until(lambda: not door.worker.connections)
        else:
            closed.pop().close()

    before = kept(kind)
    async with world(tmp_path, origin) as door:
        for _ in range(8):
            await ask(door)
        await until(lambda: kept(kind) == before)
        open_one = await door.connect()
        assert (await open_one.ask("GET /public/a")).status == 200
        assert kept(kind) == before + 1


async def test_an_address_is_remembered_among_the_last_until_the_contract_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever brings very many fills no memory."""
    monkeypatch.setattr(entrance, "MOST_PEERS", 2)
    async with world(tmp_path, answering(OK)) as door:
        at = door.worker.entrances[0]
        first, second = at.peer("192.0.2.1"), at.peer("192.0.2.2")
        assert (at.peer("192.0.2.1"), at.peer("192.0.2.2")) == (first, second)
        assert at.peer("192.0.2.1") is first
        third = at.peer("192.0.2.3")
        assert at.peer("192.0.2.1") is not first
        assert at.peer("192.0.2.3") is third
        door.worker.prepare(contract(door.service))()
        assert at.peer("192.0.2.3") is not third
