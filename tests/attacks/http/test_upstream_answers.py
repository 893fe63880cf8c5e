"""Answers by which an upstream could get out of step with the door, or the door with its clients.

Each origin gives the bytes for the first request and `next` for each one after it, on the same connection where the
door keeps it. What the second request gets tells whether the first answer ended where it should.
"""

import asyncio
from pathlib import Path

import h11
import pytest

from gateway_world import QUICK, Serve, answering, contract, read_head, read_request, reasons, request, world
from ostiary.model.reasons import Reason

NEXT = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext"
BROWSER = "Sec-Fetch-Site: same-origin"
EVIL = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"


def first_then_next(answer: bytes) -> Serve:
    """An origin whose first answer is this one."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while True:
            await read_request(reader)
            asked += 1
            writer.write(answer if asked == 1 else NEXT)

    return serve


@pytest.mark.parametrize(
    ("method", "answer", "status", "body"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(EVIL), EVIL), 200, b""),
        ("HEAD", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 200, b""),
        ("GET", b"HTTP/1.1 204 No Content\r\ncontent-length: %d\r\n\r\n%b" % (len(EVIL), EVIL), 204, b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n" + EVIL, 204, b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: %d\r\n\r\n%b" % (len(EVIL), EVIL), 304, b""),
        ("GET", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok" + EVIL, 200, b"ok"),
        ("GET", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" + EVIL, 200, b""),
        ("GET", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + EVIL, 200, b"ok"),
        (
            "GET",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nX-Evil: 1\r\n\r\n",
            200,
            b"ok",
        ),
        (
            "GET",
            b"HTTP/1.1 103 Early Hints\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            200,
            b"ok",
        ),
        ("GET", b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok", 200, b"ok"),
    ],
)
async def test_an_answer_ends_where_its_head_says_and_the_next_is_the_next(
    tmp_path: Path, method: str, answer: bytes, status: int, body: bytes
) -> None:
    async with world(tmp_path, first_then_next(answer)) as door:
        line = await door.connect()
        got = await line.ask(f"{method} /public/a")
        assert (got.status, got.body) == (status, body)
        assert "x-evil" not in got.fields
        await asyncio.sleep(0.05)
        again = await line.ask("GET /public/b")
        assert (again.status, again.body) == (200, b"next")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX: y\rZ: w\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX: y\nSet-Cookie: a=b\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX: y\x00\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX: y\r\n z\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n content-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999999999999\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: content-length\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/2 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 2 0 OK\r\ncontent-length: 2\r\n\r\nok",
        b"\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"ok\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 9 + NEXT,
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n" + EVIL,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"content-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\ncontent-length: 2\r\n\r\nok",
    ],
)
async def test_an_answer_that_can_be_read_in_two_ways_is_no_answer(tmp_path: Path, answer: bytes) -> None:
    async with world(tmp_path, first_then_next(answer)) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 502
        assert (await line.ask("GET /public/b")).body == b"next"
        assert await reasons(door) == [Reason.UPSTREAM_MALFORMED]


async def test_eight_interim_answers_are_not_too_many(tmp_path: Path) -> None:
    async with world(tmp_path, first_then_next(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 8 + NEXT)) as door:
        line = await door.connect()
        for count in (8, 0):
            answer = await line.ask("GET /public/a", BROWSER)
            assert (answer.interim, answer.body) == ([103] * count, b"next")


@pytest.mark.parametrize(
    "body",
    [
        *[
            b"2\nok\r\n0\r\n\r\n",
            b"0x2\r\nok\r\n0\r\n\r\n",
            b"-2\r\nok\r\n0\r\n\r\n",
            b"2\r\nokXX0\r\n\r\n",
            b"2;\ny\r\nok\r\n0\r\n\r\n",
        ],
        *[b"ffffffffffffffff\r\nok", b"2\r\nok\r\n0\r\nX y\r\n\r\n"],
    ],
)
async def test_a_broken_chunk_does_not_look_like_an_end(tmp_path: Path, body: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + body
    async with world(tmp_path, first_then_next(answer)) as door:
        with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
            await (await door.connect()).ask("GET /public/a")
        assert (await (await door.connect()).ask("GET /public/b")).body == b"next"


async def test_an_answer_before_the_body_has_come_ends_both_connections(tmp_path: Path) -> None:
    """What the client sends on as the body is nobody's next request."""
    heads, connections = [], 0

    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            heads.append(await read_head(reader))
            writer.write(NEXT)

    async with world(tmp_path, hasty) as door:
        smuggled = request("GET /public/smuggled")
        line = await door.connect()
        await line.send(request("POST /public/a", f"Content-Length: {len(smuggled)}"))
        answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (200, "close")
        await line.send(smuggled)
        assert await line.reader.read() == b""
        assert (await (await door.connect()).ask("GET /public/b")).status == 200
        assert [head.split(b" ")[1] for head in heads] == [b"/public/a", b"/public/b"]
        assert connections == 2


async def test_bytes_behind_an_answer_are_not_the_next_clients(tmp_path: Path) -> None:
    """They come later than the answer, when the connection already waits for the next request, and end it."""
    connections = 0

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await read_request(reader)
            writer.write(NEXT)
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(EVIL)

    async with world(tmp_path, origin) as door:
        for _ in range(3):
            assert (await (await door.connect()).ask("GET /public/a")).body == b"next"
            await asyncio.sleep(0.1)
        assert connections == 3


@pytest.mark.parametrize(
    ("framing", "late", "connections"),
    [
        (b"content-length: 0\r\n", b"", 1),
        (b"content-length: %d\r\n" % len(EVIL), EVIL, 2),
        (b"transfer-encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(EVIL), EVIL), 2),
        (b"", EVIL, 2),
    ],
    ids=["empty", "length", "chunked", "until it closes"],
)
async def test_what_comes_behind_a_205_answers_nobody(
    tmp_path: Path, framing: bytes, late: bytes, connections: int
) -> None:
    """Browsers read a 205 without content whatever its head says (Chromium does, in `HttpStreamParser`): what came then
    was the answer to their next request, be it for a page of the issuer."""
    seen = 0

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        while True:
            asked, _ = await read_request(reader)
            if asked.startswith(b"GET /public/reset "):
                writer.write(b"HTTP/1.1 205 Reset Content\r\n" + framing + b"\r\n")
                await asyncio.sleep(0.05)
                writer.write(late)
            else:
                writer.write(NEXT)

    async with world(tmp_path, origin) as door:
        line, other = await door.connect(), await door.connect()
        answer = await line.ask("GET /public/reset")
        assert (answer.status, answer.fields["content-length"], answer.body) == (205, "0", b"")
        assert "transfer-encoding" not in answer.fields
        for each in (line, other):
            assert (await each.ask("GET /public/a")).body == b"next"
        assert seen == connections


async def test_the_same_head_ends_a_head_request_and_begins_a_body(tmp_path: Path) -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, _ = await read_request(reader)
            writer.write(NEXT.removesuffix(b"next") if head.startswith(b"HEAD ") else NEXT)

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        for method, body in (("HEAD", b""), ("GET", b"next")) * 2:
            assert (await line.ask(f"{method} /public/a")).body == body


@pytest.mark.parametrize("status", ["100 Continue", "103 Early Hints"])
async def test_a_client_gets_no_interim_answer_that_it_does_not_know(tmp_path: Path, status: str) -> None:
    async with world(tmp_path, first_then_next(f"HTTP/1.1 {status}\r\n\r\n".encode() + NEXT)) as door:
        line = await door.connect()
        if status.startswith("103"):
            await line.send(request("GET /public/a", BROWSER).replace(b"HTTP/1.1", b"HTTP/1.0"))
            answer = await line.answer()
        else:
            answer = await line.ask("GET /public/a", BROWSER)
        assert (answer.interim, answer.body) == ([], b"next")


async def test_an_answer_that_stops_moving_is_cut_off(tmp_path: Path) -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await reader.read()

    async with world(tmp_path, origin, timeouts=QUICK) as door:
        with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
            await (await door.connect()).ask("GET /public/a")


async def test_interim_answers_do_not_buy_an_upstream_time(tmp_path: Path) -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for _ in range(7):
            writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await asyncio.sleep(0.5)
        await reader.read()

    async with world(tmp_path, origin, timeouts=QUICK) as door:
        answer = await (await door.connect()).ask("GET /public/a", BROWSER)
        assert answer.status == 504
        assert 0 < len(answer.interim) < 7


# a WebSocket that is none

SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
WEBSOCKET = "GET /socket HTTP/1.1\r\nHost: door.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"


def talk(head: str, *changes: tuple[str, str]) -> bytes:
    for right, wrong in changes:
        assert right in head
        head = head.replace(right, wrong)
    return (head + "\r\n").encode()


@pytest.mark.parametrize(
    "asked",
    [
        talk(WEBSOCKET, ("HTTP/1.1", "HTTP/1.0")),
        talk(WEBSOCKET, ("GET", "HEAD")),
        talk(WEBSOCKET, ("keep-alive, Upgrade", "no-upgrade")),
        talk(WEBSOCKET, ("Connection: keep-alive, Upgrade\r\n", "")),
        talk(WEBSOCKET, ("websocket", "h2c")),
        talk(WEBSOCKET + "Content-Length: 4\r\n") + b"body",
        talk(WEBSOCKET + "Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n",
    ],
    ids=["1.0", "head", "another option", "no option", "another protocol", "body", "chunked body"],
)
async def test_who_asks_for_no_websocket_gets_no_tunnel(tmp_path: Path, asked: bytes) -> None:
    heads = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await read_request(reader))[0].lower())
        writer.write(SWITCH)
        await reader.read()

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(asked + request("GET /public/smuggled"))
        assert (await line.reader.readline()).startswith(b"HTTP/1.1 502 ")
        assert b"\r\nupgrade:" not in heads[0]


async def test_an_upstream_that_switches_to_something_else_is_refused(tmp_path: Path) -> None:
    for other in (b"upgrade: h2c\r\n", b"", b"upgrade: websocket, h2c\r\n"):
        switch = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n" + other + b"\r\n"
        folder = tmp_path / str(len(other))
        folder.mkdir()
        async with world(folder, first_then_next(switch)) as door:
            line = await door.connect()
            await line.send(talk(WEBSOCKET))
            assert (await line.reader.readline()).startswith(b"HTTP/1.1 502 ")


async def test_an_upstream_that_does_not_switch_is_asked_as_before(tmp_path: Path) -> None:
    """The known smuggling: a door that takes the question for a tunnel would let the second request through unseen."""
    heads = []
    answer = b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n"

    async with world(tmp_path, answering(answer, heads)) as door:
        line = await door.connect()
        await line.send(talk(WEBSOCKET) + request("GET /things/eve"))
        assert [(await line.answer()).status for _ in range(2)] == [426, 401]
        assert len(heads) == 1


async def test_a_tunnel_that_is_silent_is_closed(tmp_path: Path) -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(SWITCH)
        await reader.read()

    async with world(tmp_path, origin, timeouts=QUICK) as door:
        line = await door.connect()
        await line.send(talk(WEBSOCKET))
        assert (await line.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert await line.ended()


async def test_a_tunnel_ends_with_either_side(tmp_path: Path) -> None:
    left = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(SWITCH)
        if await reader.read(4) == b"exit":
            return
        assert await reader.read() == b""
        left.set()

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(talk(WEBSOCKET) + b"exit")
        assert await line.ended()
        line = await door.connect()
        await line.send(talk(WEBSOCKET) + b"stay")
        await line.reader.readuntil(b"\r\n\r\n")
        line.close()
        await left.wait()


async def test_a_pool_gets_no_connection_back_that_an_answer_left_dirty(tmp_path: Path) -> None:
    connections = 0

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await read_request(reader)
            writer.write(NEXT + (EVIL if connections == 1 else b""))

    async with world(tmp_path, origin) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        door.worker.prepare(contract(door.service, services={"api": one}))()
        line = await door.connect()
        for _ in range(4):
            assert (await line.ask("GET /public/a")).body == b"next"
        assert connections == 2
