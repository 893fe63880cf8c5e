"""Clients that take or send slowly, or stop: nothing is cut off too early, and nothing is kept for ever."""

import asyncio
import secrets
import ssl
import time
from pathlib import Path
from typing import Final

import pytest

from gateway_world import AUTHORITY, OK, QUICK, Line, Serve, World, answering, read_head, request, until, world
from ostiary.contract.model import TlsFiles
from ostiary.keys.devca import development_tls
from ostiary.server.channel import Listener
from ostiary.server.gateway import clockwork, ending

LAST: Final = "Connection: close"
SIZES: Final = {"as much as holds its writer up": 100_000, "less": 40_000}
SHORT: Final = dict.fromkeys(QUICK, "300ms")


def of(size: int) -> Serve:
    """An origin whose answers have so many bytes."""
    return answering(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + bytes(size))


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines are over soon."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)


async def asks(door: World, *fields: str) -> Line:
    """Of a client that has taken the first byte of an answer, which the door holds as a whole."""
    line = await door.connect(buffer=4096)
    await line.send(request("GET /public/a", *fields))
    assert await line.reader.readexactly(1) == b"H"
    return line


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_a_last_answer_has_its_time_until_it_is_taken(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a worker drains. Another connection, which has taken all, is cut off meanwhile."""
    monkeypatch.setattr(ending, "LINGER_SECONDS", 0.0)

    async with world(tmp_path, of(size)) as door:
        slow = await asks(door, LAST)
        await until(door.worker.connections[0].is_closing)
        other = await door.connect()
        await other.send(request("POST /things", "Content-Length: 1000000000"))
        await until(lambda: len(door.worker.connections) < 2)
        assert (await slow.reader.read()).endswith(b"\r\n\r\n" + bytes(size))


def inside_tls(folder: Path) -> tuple[Listener, ssl.SSLContext]:
    """A listener, and what a client trusts."""
    made = development_tls((AUTHORITY,), int(time.time()), secrets.token_bytes)
    paths = (folder / "door.pem", folder / "door.key")
    for path, data in zip(paths, (made.certificate, made.key), strict=True):
        path.write_bytes(data)
    return Listener("127.0.0.1", 0, TlsFiles(*map(str, paths))), ssl.create_default_context(cadata=made.ca.decode())


async def test_a_last_answer_has_its_time_inside_tls_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "LINGER_SECONDS", 0.0)
    (listener, context), size = inside_tls(tmp_path), 400_000

    async with world(tmp_path, of(size), (listener,)) as door:
        slow = await door.connect(buffer=4096, port=door.worker.ports[1])
        await slow.writer.start_tls(context, server_hostname=AUTHORITY)
        await slow.send(request("GET /public/a", LAST))
        assert await slow.reader.readexactly(1) == b"H"
        await until(door.worker.connections[0].is_closing)
        other = await door.connect()
        await other.send(request("POST /things", "Content-Length: 1000000000"))
        await until(lambda: len(door.worker.connections) < 2)
        assert (await slow.reader.read()).endswith(b"\r\n\r\n" + bytes(size))


@pytest.mark.parametrize("inside", [False, True], ids=["plain", "TLS"])
async def test_who_was_refused_and_sends_no_more_is_left_soon(
    tmp_path: Path, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS has no half of a connection to close."""
    monkeypatch.setattr(ending, "LINGER_SECONDS", 0.0)
    listener, context = inside_tls(tmp_path)

    async with world(tmp_path, answering(OK), (listener,), timeouts=dict.fromkeys(QUICK, "10m")) as door:
        line = await door.connect(port=door.worker.ports[inside])
        if inside:
            await line.writer.start_tls(context, server_hostname=AUTHORITY)
        await line.send(request("POST /things", "Content-Length: 1000000000"))
        assert (await line.answer()).status == 401
        assert await line.ended()


async def test_who_was_not_read_when_it_was_refused_is_read_after_it_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the answer is not destroyed by what was sent before it came."""
    monkeypatch.setattr(ending, "LINGER_SECONDS", 600.0)
    services = {"api": {"url": "http://127.0.0.1:9", "audience": "https://api.example"}}

    async with world(tmp_path, answering(OK), services=services) as door:
        line = await door.connect()
        await line.send(request("POST /public/a", "Content-Length: 30000000"))
        assert (await line.answer()).status == 502
        with pytest.raises(ConnectionError):
            while True:
                await line.send(bytes(65536))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("fields", [(LAST,), ()], ids=["last", "not last"])
async def test_who_takes_nothing_of_an_answer_is_cut_off(
    tmp_path: Path, size: int, fields: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "LINGER_SECONDS", 0.0)

    async with world(tmp_path, of(size), timeouts=SHORT) as door:
        await asks(door, *fields)
        await until(lambda: not door.worker.connections)


async def test_who_says_nothing_at_all_is_cut_off(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK), timeouts={"headers": "300ms"}) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        silent = await door.connect()
        assert await silent.ended()
        assert (await line.ask("GET /public/a")).status == 200


async def test_a_held_body_that_comes_to_nothing_leaves_its_connection_open(tmp_path: Path) -> None:
    """It is not read on while the body goes to the service, which is not there."""
    services = {"api": {"url": "http://127.0.0.1:9", "audience": "https://api.example"}}

    async with world(tmp_path, answering(OK), services=services) as door:
        line, fields = await door.connect(), (door.token(), "Content-Type: application/json")
        for _ in range(2):
            assert (await line.ask("POST /things", *fields, body=b'{"owner": "ada"}')).status == 502
        await line.send(request("POST /things", *fields, "Content-Length: 16"))
        await line.send(b'{"owner": "ada"}')
        assert (await line.answer()).status == 502
        assert (await line.ask("GET /nowhere")).status == 404


async def test_a_worker_that_drains_cuts_off_no_request_that_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not half a head, not the body of a request that was refused before it had come, and nobody who still sends after
    a last answer. Who asks for nothing is left meanwhile."""
    monkeypatch.setattr("ostiary.server.gateway.worker.GRACE_SECONDS", 0.05)
    monkeypatch.setattr(ending, "LINGER_SECONDS", 60.0)

    async with world(tmp_path, answering(OK)) as door:
        half, refused, sends, idle = [await door.connect() for _ in range(4)]
        whole = request("GET /public/a")
        await half.send(whole[:20])
        await refused.send(request("POST /things", "Content-Length: 4"))
        assert (await refused.answer()).status == 401
        await sends.send(request("POST /things", "Content-Length: 1000000000"))
        assert await sends.ended()
        assert (await idle.ask("GET /public/a")).status == 200
        draining = asyncio.create_task(door.drain())
        assert await idle.ended()
        assert len(door.worker.connections) == 3
        sends.close()
        await half.send(whole[20:])
        await refused.send(b"body" + whole)
        for line in (half, refused):
            answer = await line.answer()
            assert (answer.status, answer.fields["connection"]) == (200, "close")
        await draining


async def test_a_request_that_fails_while_its_worker_drains_is_the_last_of_its_connection(tmp_path: Path) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        asked.set()
        await go_on.wait()

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(request("GET /public/a"))
        await asked.wait()
        draining = asyncio.create_task(door.drain())
        await asyncio.sleep(0)
        go_on.set()
        answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (502, "close")
        await draining
