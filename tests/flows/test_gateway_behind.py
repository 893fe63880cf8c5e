"""What comes behind a request on its connection: served after it, kept within bounds, or not served at all."""

import asyncio
from pathlib import Path

import pytest

from gateway_world import OK, Answer, World, answering, read_request, request, until, world
from ostiary.server.gateway import clockwork, connection

AGAIN = request("GET /public/a")
JSON = "Content-Type: application/json"
LARGE = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + bytes(100_000)


def paths(heads: list[bytes]) -> list[bytes]:
    return [head.split(b" ")[1] for head in heads]


LAST = {
    "refused": (request("GET /nowhere", "Connection: close"), 404),
    "answered here": (request("OPTIONS *", "Connection: close"), 204),
    "answered by the service": (request("GET /public/last", "Connection: close"), 200),
    "malformed": (b"GET /public/last HTTP/1.1\r\n\r\n", 400),
}


@pytest.mark.parametrize(("last", "status"), LAST.values(), ids=LAST)
@pytest.mark.parametrize("parts", [1, 2], ids=["at once", "later"])
async def test_what_comes_behind_a_last_request_is_not_served(
    tmp_path: Path, last: bytes, status: int, parts: int
) -> None:
    heads: list[bytes] = []

    async with world(tmp_path, answering(OK, heads)) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        await line.send(last + AGAIN if parts == 1 else last)
        answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (status, "close")
        if parts == 2:
            line.writer.write(AGAIN)
        assert await line.reader.read() == b""
        assert (await (await door.connect()).ask("GET /public/b")).status == 200
        assert paths(heads) == [b"/public/a"] + [b"/public/last"] * (status == 200) + [b"/public/b"]


async def test_more_than_is_kept_is_read_on_when_its_turn_comes(tmp_path: Path) -> None:
    """And what is sent after that too."""
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            await go_on.wait()
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        line, behind = await door.connect(), request("GET /nowhere")
        count = 2 * connection.MOST_KEPT // len(behind)
        line.writer.write(AGAIN + behind * count)
        (client,) = door.worker.connections
        await until(lambda: not client.is_reading())
        go_on.set()
        assert [(await line.answer()).status for _ in range(count + 1)] == [200] + [404] * count
        assert (await line.ask("GET /public/a")).status == 200


async def test_who_takes_no_answer_is_not_served_another_though_it_asks_one_by_one(tmp_path: Path) -> None:
    heads: list[bytes] = []

    async with world(tmp_path, answering(LARGE, heads)) as door:
        line = await door.connect(buffer=4096)
        await line.send(AGAIN)
        assert await line.reader.readexactly(1) == b"H"
        for number in (1, 2, 3):
            await line.send(AGAIN)
            assert len((await (await door.connect()).ask("GET /public/b")).body) == 100_000
            assert paths(heads) == [b"/public/a"] + [b"/public/b"] * number
        await line.reader.readuntil(b"\r\n\r\n" + bytes(100_000))
        await until(lambda: len(heads) > 4)
        assert paths(heads)[4:] == [b"/public/a"]


async def test_a_refused_body_that_looks_like_a_request_is_a_body(tmp_path: Path) -> None:
    """Like one that was served before, to the byte, so that it would be known at once."""
    heads: list[bytes] = []

    async with world(tmp_path, answering(OK, heads)) as door:
        line = await door.connect()
        for _ in range(2):
            await line.send(AGAIN)
            assert (await line.answer()).status == 200
        await line.send(request("POST /things", f"Content-Length: {len(AGAIN)}"))
        assert (await line.answer()).status == 401
        await line.send(AGAIN)
        assert (await (await door.connect()).ask("GET /public/b")).status == 200
        assert (await line.ask("GET /public/c")).status == 200
        assert paths(heads) == [b"/public/a", b"/public/a", b"/public/b", b"/public/c"]


@pytest.mark.parametrize(("owner", "status"), [("eve", 403), ("ada", 200)])
async def test_what_comes_with_the_end_of_a_held_body_is_served_after_it(
    tmp_path: Path, owner: str, status: int
) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, body = await door.connect(), b'{"owner": "%b"}' % owner.encode()
        whole = request("POST /things", door.token(), JSON, body=body)
        await line.send(whole[:-5])
        await asyncio.sleep(0.01)
        await line.send(whole[-5:] + AGAIN)
        assert [(await line.answer()).status for _ in range(2)] == [status, 200]


async def test_who_asked_for_two_things_at_once_has_the_idle_time_after_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not what the service would have had for the first."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)

    async with world(tmp_path, answering(OK), timeouts={"idle": "200ms", "first_byte": "10m"}) as door:
        line = await door.connect()
        await line.send(AGAIN + request("GET /nowhere"))
        assert [(await line.answer()).status for _ in range(2)] == [200, 404]
        assert await line.ended()


async def test_a_body_that_came_quickly_buys_no_time_for_what_never_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockwork, "TICK", 0.02)

    async def refused(door: World) -> Answer:
        line = await door.connect()
        line.writer.write(request("POST /public/a", "Content-Length: 1000001") + bytes(1_000_000))
        return await line.answer()

    async with world(tmp_path, answering(OK), timeouts={"body": "300ms"}) as door:
        assert (await refused(door)).status == 408
        assert (await (await door.connect()).ask("POST /public/a", body=bytes(1_000_000))).status == 200
