"""Connections to services: kept while they are of use, given back once, and never cut under a request."""

import asyncio
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import h11
import pytest

from gateway_world import (
    OK,
    Line,
    World,
    answering,
    contract,
    read_head,
    read_request,
    reasons,
    request,
    until,
    world,
)
from ostiary.model.reasons import Reason
from ostiary.server.gateway import checkup, clockwork, pool, worker

GET: Final = request("GET /public/a")


class Origin:
    """Answers when the test lets it; counts those who came and left, but for who asks how it is."""

    def __init__(self) -> None:
        self.came = self.left = self.asked = 0
        self.well = True
        self.checks = float("inf")
        """How often it says how it is; then it says nothing."""
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        if head.startswith(b"GET /health"):
            self.checks -= 1
            if self.checks < 0:
                await reader.read()
            writer.write(OK if self.well else b"HTTP/1.1 500 Sick\r\ncontent-length: 0\r\n\r\n")
            return
        self.came += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head:
                self.asked += 1
                await self.may_answer.wait()
                writer.write(OK)
                head = await read_head(reader)
        self.left += 1


@pytest.fixture
def origin() -> Origin:
    return Origin()


def adopt(door: World, **changes: Any) -> None:
    """A service with other settings."""
    door.worker.prepare(contract(door.service, services={"api": one(door) | changes}))()


def one(door: World) -> dict[str, Any]:
    return {"url": f"http://127.0.0.1:{door.service}", "audience": "https://api.example"}


async def sent(door: World, origin: Origin) -> Line:
    """A request that waits for its answer."""
    asked, line = origin.asked, await door.connect()
    await line.send(GET)
    await until(lambda: origin.asked > asked)
    return line


@pytest.mark.parametrize("under_way", [False, True])
@pytest.mark.parametrize(("changes", "left"), [({"connections": 7}, 1), ({}, 0)], ids=["changed", "as it was"])
async def test_a_changed_service_is_left_when_nothing_is_under_way(
    tmp_path: Path, origin: Origin, under_way: bool, changes: dict[str, Any], left: int
) -> None:
    async with world(tmp_path, origin.serve) as door:
        if under_way:
            origin.may_answer.clear()
        line = await sent(door, origin)
        if not under_way:
            assert (await line.answer()).status == 200
        adopt(door, **changes)
        origin.may_answer.set()
        if under_way:
            assert (await line.answer()).status == 200
        assert (await line.ask("GET /public/a")).status == 200
        assert origin.came == 1 + left
        await until(lambda: origin.left == left)


async def test_a_service_that_is_sick_is_left_and_nobody_waits_for_it(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for who has asked it already."""
    monkeypatch.setattr(pool, "IDLE_SECONDS", 600.0)
    monkeypatch.setattr(worker, "CHECKUP_SECONDS", 0.05)

    async with world(tmp_path, origin.serve) as door:
        adopt(door, connections=2, health="/health")
        origin.may_answer.clear()
        under_way = await sent(door, origin)
        other = await sent(door, origin)
        waits = await door.connect()
        await waits.send(GET)
        origin.well = False
        assert (await waits.answer()).status == 503
        assert await reasons(door) == [Reason.UPSTREAM_UNREACHABLE]
        origin.may_answer.set()
        assert [(await line.answer()).status for line in (under_way, other)] == [200, 200]
        await until(lambda: origin.left == 2)
        origin.well = True
        while (await waits.ask("GET /public/a")).status != 200:  # noqa: ASYNC110  # a health check tells nobody
            await asyncio.sleep(0.02)
        origin.well = False
        await until(lambda: origin.left == 3)


@pytest.mark.parametrize("well", [True, False])
async def test_a_connection_that_a_sick_service_gives_back_is_not_used_again(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch, well: bool
) -> None:
    """Nor is it waited for that the next health check says so once more."""
    monkeypatch.setattr(worker, "CHECKUP_SECONDS", 0.02)
    monkeypatch.setattr(checkup, "WITHIN_SECONDS", 60.0)

    async with world(tmp_path, origin.serve) as door:
        adopt(door, health="/health")
        origin.may_answer.clear()
        under_way = await sent(door, origin)
        origin.well, origin.checks = well, checkup.FAILURES + 1
        await until(lambda: origin.checks < 0)
        origin.may_answer.set()
        assert (await under_way.answer()).status == 200
        assert (await (await door.connect()).ask("GET /public/a")).status == (200 if well else 503)
        await until(lambda: origin.left == (not well))
        assert origin.came == 1


@pytest.mark.parametrize("closes", [False, True])
async def test_a_request_gets_no_connection_that_its_service_closes_at_that_moment(
    tmp_path: Path, closes: bool
) -> None:
    """One that changes something would not be sent again."""
    ends: list[socket.socket] = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())))
        while True:
            await read_request(reader)
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        assert (await line.ask("POST /public/a", body=b"one")).status == 200
        if closes:
            ends[0].shutdown(socket.SHUT_WR)
        assert (await line.ask("POST /public/a", body=b"two")).status == 200
        assert len(ends) == 1 + closes
        for end in ends:
            end.close()


@pytest.mark.parametrize("closes", [False, True])
async def test_who_waits_for_a_connection_that_is_lost_gets_another(tmp_path: Path, closes: bool) -> None:
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not (await read_request(reader))[0].startswith(b"POST"):
            writer.write(OK)
        await go_on.wait()
        if not closes:
            writer.write(OK)
            await answering(OK)(reader, writer)

    async with world(tmp_path, origin) as door:
        adopt(door, connections=1)
        first, waits, other = [await door.connect() for _ in range(3)]
        await first.send(request("POST /public/a", body=b"body"))
        await waits.send(GET)
        assert (await other.ask("OPTIONS *")).status == 204
        go_on.set()
        assert (await first.answer()).status == (502 if closes else 200)
        assert (await waits.answer()).status == 200


async def test_who_waits_again_since_its_connection_was_closed_waits_no_longer_than_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told that the service is busy, and is not served later."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)
    asked: list[bytes] = []
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked.append((await read_head(reader)).split(b" ")[1])
            if asked[-1] == b"/public/closed":
                await go_on.wait()
                go_on.clear()
                return
            if asked[-1] == b"/public/slow":
                await go_on.wait()
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        services = {"api": one(door) | {"connections": 1}}
        door.worker.prepare(contract(door.service, services=services, timeouts={"connect": "1s"}))()
        closed, slow, other = [await door.connect() for _ in range(3)]
        assert (await closed.ask("GET /public/a")).status == 200
        await closed.send(request("GET /public/closed"))
        await until(lambda: len(asked) == 2)
        await slow.send(request("GET /public/slow"))
        assert (await other.ask("OPTIONS *")).status == 204
        go_on.set()
        assert (await closed.answer()).status == 503
        go_on.set()
        assert (await slow.answer()).status == 200
        assert (await other.ask("GET /public/b")).status == 200
        assert asked == [b"/public/a", b"/public/closed", b"/public/slow", b"/public/b"]
        assert await reasons(door) == [Reason.UPSTREAM_BUSY]


async def test_a_kept_connection_is_not_cut_under_its_next_request(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one, which is not used for as long, is closed meanwhile."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.3)

    async with world(tmp_path, origin.serve) as door:
        origin.may_answer.clear()
        lines = [await sent(door, origin) for _ in range(2)]
        origin.may_answer.set()
        assert [(await line.answer()).status for line in lines] == [200, 200]
        origin.may_answer.clear()
        line = await sent(door, origin)
        await until(lambda: origin.left == 1)
        origin.may_answer.set()
        assert (await line.answer()).status == 200
        assert origin.came == 2


@pytest.mark.parametrize("whole", [True, False])
async def test_an_answer_without_a_length_is_whole_only_where_its_connection_was_closed_in_order(
    tmp_path: Path, whole: bool
) -> None:
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhalf")
        await go_on.wait()
        if not whole:
            at_once = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            writer.transport.abort()

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(GET)
        assert (await line.head()).status == 200
        assert await line.part() == b"half"
        go_on.set()
        if whole:
            assert await line.part() == b""
        else:
            with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
                await line.part()
