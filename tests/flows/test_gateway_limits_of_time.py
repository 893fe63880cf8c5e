"""Each time-out ends what it is for, and nothing that moves; and who is gone is not served."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

import h11
import pytest

from gateway_world import OK, QUICK, ROUTES, answering, contract, read_head, reasons, request, silent, until, world
from ostiary.model.reasons import Reason
from ostiary.server.gateway import clockwork

LONG: Final = dict.fromkeys(QUICK, "10m")
GET: Final = request("GET /public/a")
WHOLE: Final = request("POST /public/a", body=b"body")
NO_BODY: Final = WHOLE.removesuffix(b"body")
HELD: Final = request("POST /held", body=b"{}").removesuffix(b"{}")
PARTS: Final = 4
PAUSE: Final = 0.35
"""Seconds between two parts; all together are more than the second that nothing may move for."""
HELD_ROUTE: Final = {"on": "POST /held", "to": "api", "scope": "things", "owner": "body.owner"}


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines are over soon."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)


@pytest.mark.parametrize(
    ("short", "raw", "reason"),
    [
        ("body", NO_BODY, Reason.BODY_TIMEOUT),
        ("body", HELD, Reason.BODY_TIMEOUT),
        ("first_byte", GET, Reason.UPSTREAM_TIMEOUT),
        ("first_byte", WHOLE, Reason.UPSTREAM_TIMEOUT),
    ],
    ids=["body", "held body", "answer", "answer to a body"],
)
async def test_what_never_comes_is_waited_for_as_long_as_the_contract_says(
    tmp_path: Path, short: str, raw: bytes, reason: Reason
) -> None:
    async with world(tmp_path, silent, timeouts=LONG | {short: "200ms"}, routes=[*ROUTES, HELD_ROUTE]) as door:
        line = await door.connect()
        await line.send(raw.replace(b"\r\n\r\n", f"\r\n{door.token()}\r\n\r\n".encode()))
        await line.answer()
        assert await reasons(door) == [reason]


@pytest.mark.parametrize("raw", [GET, NO_BODY], ids=["a head", "a body to come"])
async def test_who_waits_for_a_connection_is_told_that_the_service_is_busy(tmp_path: Path, raw: bytes) -> None:
    """Whose body is not read meanwhile is not told that it is late."""
    asked = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        asked.set()
        await reader.read()

    async with world(tmp_path, origin) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        times = LONG | {"connect": "200ms"}
        door.worker.prepare(contract(door.service, services={"api": one}, timeouts=times))()
        first, second = await door.connect(), await door.connect()
        await first.send(GET)
        await asked.wait()
        await second.send(raw)
        assert (await second.answer()).status == 503
        assert await reasons(door) == [Reason.UPSTREAM_BUSY]


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1, 408)])
async def test_a_body_that_keeps_its_rate_is_not_late(tmp_path: Path, size: int, status: int) -> None:
    async with world(tmp_path, answering(OK), timeouts=LONG | {"body": "1s"}) as door:
        line = await door.connect()
        await line.send(request("POST /public/a", f"Content-Length: {size * PARTS}"))
        for _ in range(PARTS):
            await asyncio.sleep(PAUSE)
            line.writer.write(bytes(size))
        assert (await line.answer()).status == status


@pytest.mark.parametrize("raw", [GET, NO_BODY], ids=["behind its head", "while it still gets the body"])
async def test_an_answer_that_stops_is_cut_off(tmp_path: Path, raw: bytes) -> None:
    """A body's end buys it no time."""

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
        await reader.read()

    async with world(tmp_path, origin, timeouts=LONG | {"idle": "200ms"}) as door:
        line = await door.connect()
        await line.send(raw)
        assert (await line.head()).status == 200
        with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
            if raw is NO_BODY:
                await line.send(b"body")
            await line.part()


SWITCH: Final = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
WEBSOCKET: Final = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAA")


async def test_what_moves_is_not_cut_off(tmp_path: Path) -> None:
    """An answer of which parts come, and a tunnel in which only the client speaks."""
    got = b""

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        if (await read_head(reader)).startswith(b"GET /socket"):
            writer.write(SWITCH)
            got = await reader.readexactly(PARTS)
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % PARTS)
        for _ in range(PARTS):
            await asyncio.sleep(PAUSE)
            writer.write(b"x")

    async with world(tmp_path, origin, timeouts=QUICK) as door:
        stream, tunnel = await door.connect(), await door.connect()
        await stream.send(GET)
        await tunnel.send(request("GET /socket", *WEBSOCKET))
        assert (await tunnel.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        for _ in range(PARTS):
            await asyncio.sleep(PAUSE)
            await tunnel.send(b"y")
        assert await tunnel.reader.read() == b""
        assert got == b"y" * PARTS
        assert (await stream.answer()).body == b"x" * PARTS


async def test_who_left_while_it_waited_for_a_connection_is_not_served(tmp_path: Path) -> None:
    heads: list[bytes] = []
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append((await read_head(reader)).split(b" ")[1])
            await go_on.wait()
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        door.worker.prepare(contract(door.service, services={"api": one}))()
        first, gone, stays = [await door.connect() for _ in range(3)]
        for line, path in ((first, "a"), (gone, "b"), (stays, "c")):
            await line.send(request(f"GET /public/{path}"))
            with suppress(TimeoutError):
                await asyncio.wait_for(line.reader.read(1), 0.02)
        gone.close()
        await until(lambda: len(door.worker.connections) == 2)
        go_on.set()
        assert (await first.answer()).status == (await stays.answer()).status == 200
        assert heads == [b"/public/a", b"/public/c"]
