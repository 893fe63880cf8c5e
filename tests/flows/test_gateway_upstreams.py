"""How a gateway worker meets services that fail."""

import asyncio
import gc
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from gateway_world import (
    OK,
    QUICK,
    ROUTES,
    Line,
    Serve,
    World,
    answering,
    contract,
    read_head,
    read_request,
    reasons,
    request,
    run,
    silent,
    until,
    world,
)
from ostiary.model.reasons import Reason
from ostiary.server.gateway import pool


def in_turn(*lives: list[bytes]) -> Serve:
    """An origin whose connections live one after the other: each gives its answers, and then closes on a request."""
    left = iter(lives)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in next(left):
            await read_request(reader)
            writer.write(answer)
        await read_head(reader)

    return serve


async def asked_until(line: Line, status: int) -> None:
    """Ask until the answer has this status."""
    while (await line.ask("GET /public/a")).status != status:  # noqa: ASYNC110  # a health check tells nobody
        await asyncio.sleep(0.05)


async def test_a_service_that_nobody_serves_is_a_bad_gateway(tmp_path: Path) -> None:
    async with world(tmp_path, silent, services={"api": {"url": "http://127.0.0.1:9"}}) as door:
        line = await door.connect()
        answer = await line.ask("GET /public/a")
        assert (answer.status, json.loads(answer.body)["code"]) == (502, "bad_gateway")
        assert (await line.ask("GET /public/a")).status == 502
        assert set(await reasons(door)) == {Reason.UPSTREAM_UNREACHABLE}


async def test_a_service_that_is_silent_is_a_gateway_timeout(tmp_path: Path) -> None:
    async with world(tmp_path, silent, timeouts=QUICK) as door:
        assert (await (await door.connect()).ask("GET /public/a")).status == 504
        assert await reasons(door) == [Reason.UPSTREAM_TIMEOUT]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x" * 70_000,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20,
    ],
)
async def test_a_malformed_answer_is_a_bad_gateway(tmp_path: Path, answer: bytes) -> None:
    async with world(tmp_path, answering(answer)) as door:
        assert (await (await door.connect()).ask("GET /public/a")).status == 502
        assert await reasons(door) == [Reason.UPSTREAM_MALFORMED]


async def test_an_answer_to_nobody_ends_its_connection(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")) as door:
        line = await door.connect()
        for _ in range(3):
            assert (await line.ask("GET /public/a")).body == b"ok"


async def test_a_safe_request_is_sent_again_where_a_kept_connection_was_closed(tmp_path: Path) -> None:
    async with world(tmp_path, in_turn([OK], [OK])) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        assert (await line.ask("GET /public/a")).status == 200


async def test_a_request_that_changes_something_is_not_sent_again(tmp_path: Path) -> None:
    async with world(tmp_path, in_turn([OK], [OK])) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        assert (await line.ask("POST /public/a", body=b"once")).status == 502
        assert await reasons(door) == [Reason.UPSTREAM_CLOSED]


async def test_a_safe_request_is_sent_again_only_once_and_only_on_a_kept_connection(tmp_path: Path) -> None:
    async with world(tmp_path, in_turn([], [OK])) as door:
        assert (await (await door.connect()).ask("GET /public/a")).status == 502


async def test_a_request_is_sent_again_on_a_connection_that_was_not_kept(tmp_path: Path) -> None:
    """What forgets connections on the way to a service forgets all that are idle, and tells of each when it is used."""
    both = asyncio.Barrier(2)
    first = [both.wait, both.wait]

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        if first:
            await first.pop()()
        writer.write(OK)
        await read_head(reader)

    async with world(tmp_path, origin) as door:
        lines = [await door.connect() for _ in range(2)]
        for line in lines:
            await line.send(request("GET /public/a"))
        assert [(await line.answer()).status for line in lines] == [200, 200]
        assert (await lines[0].ask("GET /public/a")).status == 200


async def test_a_request_without_a_body_that_changes_something_is_not_sent_again(tmp_path: Path) -> None:
    routes = [{"on": "DELETE /public/{x}", "to": "api", "public": True}, *ROUTES]

    async with world(tmp_path, in_turn([OK], [OK]), routes=routes) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        assert (await line.ask("DELETE /public/a")).status == 502
        assert (await line.ask("DELETE /public/a")).status == 200


async def test_what_is_safe_is_sent_again_with_its_body(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, body = await read_request(reader)
            bodies.append(body)
            if bodies == [b"", b"asked"]:
                return
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        assert (await line.ask("GET /public/a", body=b"asked")).status == 200
        assert bodies == [b"", b"asked", b"asked"]


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
async def test_a_request_whose_answer_has_begun_is_not_sent_again(tmp_path: Path, first: bytes) -> None:
    begun = False

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        await read_request(reader)
        writer.write(OK)
        if not begun:
            await read_request(reader)
            begun = True
            writer.write(first)

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        assert (await line.ask("GET /public/a")).status == 502
        assert await reasons(door) == [Reason.UPSTREAM_CLOSED]


def test_nothing_is_sent_a_third_time(tmp_path: Path) -> None:
    """Though the second time may be on a kept connection too, of somebody for whom a new one was opened."""
    targets: list[bytes] = []
    leave = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            targets.append((await read_head(reader)).split()[1])
            if targets[-1] == b"/public/held":
                await reader.read()
            elif targets[-1] == b"/public/in-vain":
                await leave.wait()
                return
            writer.write(OK)

    async def flow(door: World) -> None:
        two = {"api": {"url": f"http://127.0.0.1:{door.service}", "connections": 2}}
        door.worker.prepare(contract(door.service, services=two))()
        holds, asks, waits, other = [await door.connect() for _ in range(4)]
        await holds.send(request("GET /public/held"))
        assert (await asks.ask("GET /public/a")).status == 200
        await asks.send(request("GET /public/in-vain"))
        while b"/public/in-vain" not in targets:  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0.005)
        await waits.send(request("GET /public/b"))
        assert (await other.ask("GET /nowhere")).status == 404
        leave.set()
        assert (await waits.answer()).status == 200
        assert (await asks.answer()).status == 502
        assert targets.count(b"/public/in-vain") == 2
        holds.close()

    async def behind_the_door() -> None:
        async with world(tmp_path, origin) as door:
            await flow(door)

    run(behind_the_door())


async def test_who_finds_all_connections_in_use_waits_for_one(tmp_path: Path) -> None:
    services = {"api": {"url": "http://127.0.0.1:9", "connections": 2}}
    async with world(tmp_path, answering(OK)) as door:
        services["api"]["url"] = f"http://127.0.0.1:{door.service}"
        door.worker.prepare(contract(door.service, services=services))()
        lines = [await door.connect() for _ in range(20)]
        answers = await asyncio.gather(*(line.ask("GET /public/a") for line in lines))
        assert [answer.status for answer in answers] == [200] * 20


async def test_who_waits_for_a_connection_in_vain_is_told_so(tmp_path: Path) -> None:
    async with world(tmp_path, silent, timeouts=QUICK) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        slow = QUICK | {"first_byte": "15s"}
        door.worker.prepare(contract(door.service, services={"api": one}, timeouts=slow))()
        first, second = await door.connect(), await door.connect()
        await first.send(request("GET /public/a"))
        assert (await second.ask("GET /public/a")).status == 503
        assert await reasons(door) == [Reason.UPSTREAM_BUSY]


async def test_a_sick_service_is_not_asked_until_it_is_well(tmp_path: Path) -> None:
    well = False

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(OK if well else b"HTTP/1.1 500 Sick\r\ncontent-length: 0\r\n\r\n")

    async with world(tmp_path, origin) as door:
        checked = {"url": f"http://127.0.0.1:{door.service}", "health": "/health"}
        door.worker.prepare(contract(door.service, services={"api": checked}))()
        line = await door.connect()
        await asked_until(line, 503)
        assert await reasons(door) == [Reason.UPSTREAM_UNREACHABLE]
        well = True
        await asked_until(line, 200)


async def test_the_body_of_a_request_that_no_service_took_is_no_request(tmp_path: Path) -> None:
    """It came with its head, and is gone with it, though it looks like the next one."""
    asked: list[bytes] = []
    well = False
    hidden = request("POST /public/a", body=request("GET /public/b"))

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, _ = await read_request(reader)
            asked.append(head.partition(b" HTTP/")[0])
            writer.write(OK if well else b"HTTP/1.1 500 Sick\r\ncontent-length: 0\r\n\r\n")

    async with world(tmp_path, origin) as door:
        checked = {"url": f"http://127.0.0.1:{door.service}", "health": "/health"}
        door.worker.prepare(contract(door.service, services={"api": checked}))()
        line, other = await door.connect(), await door.connect()
        await asked_until(other, 503)
        await line.send(hidden)
        assert (await line.answer("POST")).status == 503
        well = True
        await asked_until(other, 200)
        await line.send(hidden)
        assert (await line.answer("POST")).status == 200
        assert b"POST /public/a" in asked
        assert b"GET /public/b" not in asked


@contextmanager
def deaf() -> Iterator[int]:
    """The port of somebody whose backlog is full: what more knocks is not heard."""
    with socket.socket() as listening, ExitStack() as knocking:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            one = knocking.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def knocks(port: int) -> int:
    """How often this process asks for a connection there and is not heard."""
    mine = psutil.Process().net_connections("tcp4")
    return sum(each.status == psutil.CONN_SYN_SENT and each.raddr.port == port for each in mine)


@pytest.mark.parametrize("stays", [True, False])
async def test_a_service_that_takes_no_connection_is_a_gateway_timeout(
    tmp_path: Path, stays: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The attempt ends with it, though nobody should wait for it any more."""

    with deaf() as port:
        before = knocks(port)
        services = {"api": {"url": f"http://127.0.0.1:{port}"}}
        async with world(tmp_path, silent, timeouts=QUICK, services=services) as door:
            line = await door.connect()
            await line.send(request("GET /public/a"))
            await until(lambda: knocks(port) == before + 1)
            if stays:
                assert (await line.answer()).status == 504
                assert await reasons(door) == [Reason.UPSTREAM_TIMEOUT]
            line.close()
            await until(lambda: knocks(port) == before)
            gc.collect()
            assert not caplog.records


async def test_each_who_waits_for_a_service_that_nobody_serves_is_told_so(tmp_path: Path) -> None:
    """Though it may have one connection only, so that they are tried for one after the other."""
    services = {"api": {"url": "http://127.0.0.1:9", "connections": 1}}

    async with world(tmp_path, silent, services=services) as door:
        lines = [await door.connect() for _ in range(3)]
        for line in lines:
            line.writer.write(request("GET /public/a"))
        assert [(await line.answer()).status for line in lines] == [502] * 3


async def test_more_than_may_wait_for_a_connection_are_sent_away_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MOST_WAITING", 1)
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            await go_on.wait()
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        door.worker.prepare(contract(door.service, services={"api": one}))()
        served, waits, refused = [await door.connect() for _ in range(3)]
        for line in (served, waits):
            await line.send(request("GET /public/a"))
            await asyncio.sleep(0.1)
        assert (await refused.ask("GET /public/a")).status == 503
        assert await reasons(door) == [Reason.UPSTREAM_BUSY]
        go_on.set()
        assert [(await line.answer()).status for line in (served, waits)] == [200, 200]


async def test_an_unused_connection_to_a_service_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.3)
    left = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK)
        assert await reader.read() == b""
        left.set()

    async with world(tmp_path, origin) as door:
        assert (await (await door.connect()).ask("GET /public/a")).status == 200
        await left.wait()
