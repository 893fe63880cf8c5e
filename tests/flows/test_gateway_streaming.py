"""What passes through a gateway worker as a stream, seen from both ends."""

import asyncio
import os
import socket
from pathlib import Path

import h11
import pytest

from fetch_world import certified, context_of
from gateway_world import OK, Serve, answering, contract, read_head, read_request, request, world

BIG = bytes(range(256)) * 16 * 1024  # 4 MiB
WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAA")


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The body comes back, framed as it came."""
    while True:
        head, body = await read_request(reader)
        if b"transfer-encoding: chunked" in head.lower():
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            for start in range(0, len(body), 30000):
                part = body[start : start + 30000]
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
            writer.write(b"0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()


def scripted(*answers: bytes) -> Serve:
    """An origin that gives these answers on each connection, one for each request, and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await read_request(reader)
            writer.write(answer)
            await writer.drain()

    return serve


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


PIECES = (b"1\r\na\r\n2", b"\r", b"\nb", b"c\r\n", b"1;x", b"=y\r\nd", b"\r\n0\r", b"\n", b"\r\n")
"""Of a chunked body: some bring no byte of what it says."""


@pytest.mark.parametrize("first", [0, 1, 3, 5])
async def test_a_piece_of_a_body_that_says_nothing_ends_nothing(tmp_path: Path, first: int) -> None:
    """An empty chunk would be the last one, and what follows the next request. `first`: pieces that come with the
    head. Each is read before the next is sent: a request on another connection, sent behind it, is answered."""
    bodies = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, body = await read_request(reader)
            if head.startswith(b"POST"):
                bodies.append(body)
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        line, other = await door.connect(), await door.connect()
        head = request("POST /public/a", "Transfer-Encoding: chunked")
        for piece in (head + b"".join(PIECES[:first]), *PIECES[first:]):
            await line.send(piece)
            assert (await other.ask("GET /public/b")).status == 200
        assert (await line.answer()).status == 200
        assert bodies == [b"abcd"]
        assert (await line.ask("GET /public/b")).status == 200


async def test_a_piece_of_an_answer_that_says_nothing_ends_nothing(tmp_path: Path) -> None:
    sent = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, _ = await read_request(reader)
            if b" /public/b " in head:
                writer.write(OK)
                continue
            for piece in (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", *PIECES):
                sent.clear()
                writer.write(piece)
                await sent.wait()

    async with world(tmp_path, origin) as door:
        line, other = await door.connect(), await door.connect()
        await line.send(request("GET /public/a"))
        for _ in range(len(PIECES) + 1):
            assert (await other.ask("GET /public/b")).status == 200
            sent.set()
        answer = await line.answer()
        assert (answer.status, answer.body) == (200, b"abcd")
        assert (await line.ask("GET /public/b")).status == 200


async def test_a_body_of_known_length_passes_whole_both_ways(tmp_path: Path) -> None:
    async with world(tmp_path, echo) as door:
        line = await door.connect()
        sending = asyncio.create_task(line.send(request("POST /public/a", body=BIG)))
        answer = await line.answer()
        await sending
        assert (answer.status, answer.fields["content-length"]) == (200, str(len(BIG)))
        assert answer.body == BIG
        assert (await line.ask("POST /public/b", body=b"again")).body == b"again"


async def test_a_chunked_body_passes_whole_both_ways(tmp_path: Path) -> None:
    async with world(tmp_path, echo) as door:
        line = await door.connect()
        head = request("POST /public/a", "Transfer-Encoding: chunked")
        sending = asyncio.create_task(line.send(head + chunks(BIG, 70001)))
        answer = await line.answer()
        await sending
        assert (answer.status, answer.fields["transfer-encoding"]) == (200, "chunked")
        assert answer.body == BIG
        assert (await line.ask("POST /public/b", body=b"again")).body == b"again"


async def test_a_chunked_body_that_comes_byte_by_byte_is_the_same_body(tmp_path: Path) -> None:
    async with world(tmp_path, echo) as door:
        line = await door.connect()
        for byte in request("POST /public/a", "Transfer-Encoding: chunked") + chunks(b"slow but steady", 4):
            await line.send(bytes((byte,)))
            await asyncio.sleep(0)
        assert (await line.answer()).body == b"slow but steady"


@pytest.mark.parametrize("first", range(1, 8))
async def test_a_head_may_come_in_two_parts_of_any_size(tmp_path: Path, first: int) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, whole = await door.connect(), request("GET /public/a")
        for cut in (first, len(whole) - first):
            await line.send(whole[:cut])
            await asyncio.sleep(0.01)
            await line.send(whole[cut:])
            assert (await line.answer()).status == 200


async def test_an_event_arrives_before_the_next_one_is_sent(tmp_path: Path) -> None:
    seen = asyncio.Event()

    async def events(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: one\n\n")
        await seen.wait()
        writer.write(b"data: two\n\n")

    async with world(tmp_path, events) as door:
        line = await door.connect()
        await line.send(request("GET /public/events"))
        head = await line.head()
        assert head.fields["content-type"] == "text/event-stream"
        assert await line.part() == b"data: one\n\n"
        seen.set()
        assert await line.part() == b"data: two\n\n"
        assert await line.part() == b""


async def test_an_answer_that_ends_with_its_connection_leaves_the_clients_open(tmp_path: Path) -> None:
    async with world(tmp_path, scripted(b"HTTP/1.1 200 OK\r\n\r\nuntil I close")) as door:
        line = await door.connect()
        for _ in range(2):
            answer = await line.ask("GET /public/a")
            assert (answer.body, answer.fields["transfer-encoding"]) == (b"until I close", "chunked")


@pytest.mark.parametrize("fields", [(), ("Connection: keep-alive",)])
async def test_a_client_of_http_1_0_gets_no_chunks(tmp_path: Path, fields: tuple[str, ...]) -> None:
    """An answer without a length ends with its connection, also for who would go on; one with a length does not."""

    async with world(tmp_path, scripted(OK, b"HTTP/1.1 200 OK\r\n\r\nuntil I close")) as door:
        asked = request("GET /public/a", *fields).replace(b"HTTP/1.1", b"HTTP/1.0")
        line = await door.connect()
        await line.send(asked)
        answer = await line.answer()
        assert answer.fields["connection"] == ("keep-alive" if fields else "close")
        if not fields:
            line = await door.connect()
        await line.send(asked)
        answer = await line.answer()
        assert "transfer-encoding" not in answer.fields
        assert answer.fields["connection"] == "close"
        assert answer.body == b"until I close"


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nnot a hundred bytes",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ],
)
async def test_an_answer_that_is_cut_short_does_not_look_whole(tmp_path: Path, cut: bytes) -> None:
    async with world(tmp_path, scripted(cut)) as door:
        line = await door.connect()
        with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
            await line.ask("GET /public/a")


@pytest.mark.parametrize("alert", [True, False])
async def test_an_answer_over_tls_that_ends_without_its_closing_alert_does_not_look_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alert: bool
) -> None:
    """RFC 9112 section 9.8: whoever is on the way can end a connection, and cannot make the alert."""
    tls = certified("localhost")
    (tmp_path / "ca.pem").write_bytes(tls.ca)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    seen = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nuntil I close")
        await seen.wait()
        if not alert:
            with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as raw:
                raw.shutdown(socket.SHUT_WR)
        writer.close()

    async with world(tmp_path, answering(OK)) as door:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context_of(tls))
        async with server:
            services = {"api": {"url": f"https://localhost:{server.sockets[0].getsockname()[1]}"}}
            routes = [{"on": "GET /a", "to": "api", "public": True}]
            door.worker.prepare(contract(door.service, services=services, routes=routes))()
            line = await door.connect()
            await line.send(request("GET /a"))
            await line.head()
            assert await line.part() == b"until I close"
            seen.set()
            if alert:
                assert await line.part() == b""
            else:
                with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
                    await line.part()


async def test_a_head_answer_says_its_length_and_has_no_body(tmp_path: Path) -> None:
    async with world(tmp_path, scripted(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", OK)) as door:
        line = await door.connect()
        answer = await line.ask("HEAD /public/a")
        assert (answer.status, answer.fields["content-length"], answer.body) == (200, "100", b"")
        assert (await line.ask("GET /public/a")).body == b"ok"


async def test_early_hints_pass_before_the_answer_to_a_browser(tmp_path: Path) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n"
    async with world(tmp_path, scripted(hints + OK)) as door:
        answer = await (await door.connect()).ask("GET /public/a", "Sec-Fetch-Site: none")
        assert (answer.interim, answer.status, answer.body) == ([103], 200, b"ok")


async def test_a_client_that_waits_for_100_is_asked_for_its_body(tmp_path: Path) -> None:
    async with world(tmp_path, echo) as door:
        line = await door.connect()
        await line.send(request("POST /public/a", "Expect: 100-continue", "Content-Length: 4"))
        assert await line.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await line.send(b"body")
        assert (await line.answer()).body == b"body"


@pytest.mark.parametrize(("version", "fields"), [("1.1", ()), ("1.0", ("Expect: 100-continue",))])
async def test_a_client_that_does_not_wait_or_cannot_is_not_asked(
    tmp_path: Path, version: str, fields: tuple[str, ...]
) -> None:
    """HTTP/1.0 knows no answer before the answer (RFC 9110 section 10.1.1)."""
    begun = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        begun.set()
        await reader.readexactly(4)
        writer.write(OK)

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        head = request("POST /public/a", *fields, "Content-Length: 4")
        await line.send(head.replace(b"HTTP/1.1", b"HTTP/" + version.encode()))
        await begun.wait()
        await line.send(b"body")
        answer = await line.answer()
        assert (answer.interim, answer.status) == ([], 200)


async def test_a_client_that_waits_for_100_and_is_refused_is_not_asked(tmp_path: Path) -> None:
    async with world(tmp_path, echo) as door:
        line = await door.connect()
        await line.send(request("POST /things", "Expect: 100-continue", "Content-Length: 4"))
        answer = await line.answer()
        assert (answer.interim, answer.status) == ([], 401)
        assert answer.fields["connection"] == "close"


async def test_requests_that_come_at_once_are_answered_in_their_order(tmp_path: Path) -> None:
    async with world(tmp_path, echo) as door:
        line = await door.connect()
        await line.send(b"".join(request("POST /public/a", body=b"%d" % number) for number in range(20)))
        assert [(await line.answer()).body for _ in range(20)] == [b"%d" % number for number in range(20)]


async def test_a_websocket_is_a_tunnel(tmp_path: Path) -> None:
    async def parrot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        assert b"upgrade: websocket" in head.lower()
        assert b"sec-websocket-key: AAAA" in head.replace(b"Sec-WebSocket-Key", b"sec-websocket-key")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nhello")
        while data := await reader.read(1000):
            writer.write(data.upper())

    async with world(tmp_path, parrot) as door:
        line = await door.connect()
        await line.send(request("GET /socket", *WEBSOCKET) + b"early ")
        head = await line.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"upgrade: websocket\r\n" in head
        assert await line.reader.readexactly(11) == b"helloEARLY "
        await line.send(b"and late")
        assert await line.reader.readexactly(8) == b"AND LATE"


async def test_a_route_without_upgrade_has_no_tunnel(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a", *WEBSOCKET)).status == 400
        assert (await line.ask("GET /public/a")).status == 200


async def test_an_origin_that_switches_unasked_is_refused(tmp_path: Path) -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"

    async with world(tmp_path, scripted(switch)) as door:
        assert (await (await door.connect()).ask("GET /public/a")).status == 502


async def test_a_client_that_does_not_read_holds_the_origin_back(tmp_path: Path) -> None:
    sent = 0
    stalled = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            sent += 65536
            try:
                await asyncio.wait_for(writer.drain(), 0.5)
            except TimeoutError:
                stalled.set()
                await writer.drain()

    async with world(tmp_path, endless) as door:
        line = await door.connect()
        await line.send(request("GET /public/a"))
        await stalled.wait()
        before = sent
        assert before < 64 * 1024 * 1024
        await line.reader.readexactly(32 * 1024 * 1024)
        assert sent > before


async def test_a_connection_that_was_held_back_serves_the_next_request(tmp_path: Path) -> None:
    """The origin's answer is whole at the door while the client has read nothing of it."""

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + bytes(100_000))

    async with world(tmp_path, origin) as door:
        one = {"url": f"http://127.0.0.1:{door.service}", "connections": 1}
        door.worker.prepare(contract(door.service, services={"api": one}))()
        slow = await door.connect(buffer=4096)
        await slow.send(request("GET /public/a"))
        assert await slow.reader.readexactly(1) == b"H"
        assert len((await (await door.connect()).ask("GET /public/a")).body) == 100_000


async def test_an_origin_that_does_not_read_holds_the_client_back(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def lazy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        await go_on.wait()
        await reader.readexactly(32 * 1024 * 1024)
        writer.write(OK)

    async with world(tmp_path, lazy) as door:
        line = await door.connect()
        line.writer.write(request("POST /public/a", body=b"y" * (32 * 1024 * 1024)))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.writer.drain(), 0.5)
        go_on.set()
        assert (await line.answer()).status == 200
