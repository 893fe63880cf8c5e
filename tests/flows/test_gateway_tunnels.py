"""A tunnel begins on a connection that is there, and leaves nothing behind: said or held."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from gateway_world import OK, Line, World, contract, read_head, request, until, world
from ostiary.server.gateway import clockwork
from ostiary.server.gateway.upstream import UpstreamConnection

SWITCH: Final = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
WEBSOCKET: Final = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAA")
MUCH: Final = bytes(range(256)) * 128 * 1024
"""More than all buffers on the way hold."""


async def test_who_is_in_a_tunnel_that_its_service_ends_gets_all_and_may_still_say_something(tmp_path: Path) -> None:
    """A socket that is closed with something unread in it is reset, and takes with it what is on its way."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(SWITCH + b"all of it")
        writer.close()

    async with world(tmp_path, serve) as door:
        line = await switched(door)
        assert await line.reader.read() == b"all of it"
        [client] = door.worker.connections
        for _ in range(3):
            await line.send(b"said later")
            await asyncio.sleep(0.02)
        assert not client.is_closing()


class Origin:
    """Takes nothing of its first tunnel until the test lets it; answers everybody else."""

    def __init__(self) -> None:
        self.may_read = asyncio.Event()
        self.got = b""
        self.read = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await read_head(reader)).startswith(b"GET /socket"):
            writer.write(SWITCH)
            await self.may_read.wait()
            self.got = await reader.read()
            self.read.set()
        else:
            writer.write(OK)


async def switched(door: World) -> Line:
    """A client in its tunnel."""
    line = await door.connect()
    await line.send(request("GET /socket", *WEBSOCKET))
    assert (await line.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    return line


async def test_what_was_said_in_a_tunnel_arrives_though_who_said_it_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what is still with the door."""
    made = UpstreamConnection.connection_made

    def made_roomy(self: UpstreamConnection, transport: asyncio.Transport) -> None:
        transport.set_write_buffer_limits(high=2 * len(MUCH))
        made(self, transport)

    monkeypatch.setattr(UpstreamConnection, "connection_made", made_roomy)

    origin = Origin()
    async with world(tmp_path, origin.serve) as door:
        line = await switched(door)
        await line.send(MUCH)
        line.close()
        await until(lambda: not door.worker.connections)
        origin.may_read.set()
        await origin.read.wait()
        assert origin.got == MUCH


async def test_a_service_that_takes_nothing_of_a_tunnel_is_left_when_its_client_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its one connection is free for others."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)

    origin = Origin()
    async with world(tmp_path, origin.serve) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        door.worker.prepare(contract(door.service, services={"api": one}, timeouts={"idle": "300ms"}))()
        line = await switched(door)
        (client,) = door.worker.connections
        line.writer.write(MUCH)
        await until(lambda: not client.is_reading())
        line.writer.transport.abort()
        assert (await (await door.connect()).ask("GET /public/a")).status == 200
        origin.may_read.set()


async def test_a_websocket_is_asked_for_again_where_a_kept_connection_was_closed(tmp_path: Path) -> None:
    """It is a GET, and nothing was said in it yet: what came behind it waits for the switch."""
    lives = 0

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal lives
        lives += 1
        if lives == 1:
            await read_head(reader)
            writer.write(OK)
            await read_head(reader)
            return
        assert b"upgrade: websocket" in (await read_head(reader)).lower()
        writer.write(SWITCH)
        writer.write(await reader.readexactly(5))

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        await line.send(request("GET /socket", *WEBSOCKET) + b"early")
        assert (await line.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert await line.reader.read() == b"early"
