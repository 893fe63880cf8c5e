"""The issuer's socket, as the gateway uses it and as it never would."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn, Protocol

import apsw
import pytest

from ostiary.issuer.records import DisableClient
from ostiary.model.endpoints import JWKS, TOKEN, USERINFO
from ostiary.model.events.issuer import IssuerRefused, TokensIssued
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.server.gateway.uplink import Uplink
from ostiary.server.issuer import wire
from ostiary.server.issuer.app import READ, Endpoint, IssuerApp
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.endpoints import PAGES
from ostiary.server.issuer.http import Answer, Head, Incoming
from ostiary.server.issuer.wire import MOST_BODY, MOST_HEAD, Wire, Wires, rendered
from ostiary.server.streams import Stream
from secrets_seen import secret
from token_world import SECRETS, TokenWorld, basic

FORM = b"grant_type=client_credentials"
KEYS = f"GET {JWKS} HTTP/1.1\r\nhost: issuer\r\n\r\n".encode()
CHUNKED = b"transfer-encoding: chunked\r\n"


def asked(frame: bytes, body: bytes) -> bytes:
    """A token request, as a head with this framing and its body."""
    fields = f"Content-Type: application/x-www-form-urlencoded\r\nauthorization: {basic('billing', SECRETS['billing'])}"
    head = f"POST {TOKEN} HTTP/1.1\r\nhost: issuer\r\nx-ostiary-peer: 192.0.2.7\r\n{fields}\r\n".encode()
    return head + frame + b"\r\n" + body


def sized(body: bytes = FORM) -> bytes:
    return asked(b"content-length: %d\r\n" % len(body), body)


def in_chunks(*parts: bytes) -> bytes:
    return asked(CHUNKED, b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b"")))


class Line:
    """A stream to the issuer."""

    def __init__(self, reader: asyncio.StreamReader, writer: Stream) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self, *parts: bytes, bodiless: bool = False) -> tuple[int, bytes, bytes]:
        """Status, head and body of what comes for these bytes, each part sent by itself."""
        for part in parts:
            self.writer.write(part)
            await asyncio.sleep(0)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head[9:12]), head, b"" if bodiless else await self.reader.readexactly(length)

    async def ended(self, *parts: bytes) -> bool:
        """Whether the connection ends without an answer."""
        for part in parts:
            self.writer.write(part)
        try:
            return not await asyncio.wait_for(self.reader.read(), 5)
        except ConnectionError:
            return True


class Connect(Protocol):
    """A stream over the connection that all share, or over one of its own."""

    async def __call__(self, anew: bool = False) -> Line: ...


def wired(
    world: TokenWorld, flow: Callable[[Wires, Connect], Awaitable[None]], pages: Mapping[str, Endpoint] = PAGES
) -> None:
    async def running() -> None:
        with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as on:
            path = str(Path(folder) / "issuer.sock")
            on.bind(path)
            wires = Wires(IssuerApp(world.desk, pages))
            await wires.listen(on)

            uplink, lines = Uplink(path), []

            async def connect(anew: bool = False) -> Line:
                reader = asyncio.StreamReader()
                over = Uplink(path) if anew else uplink
                stream, _ = await over.open(lambda: asyncio.StreamReaderProtocol(reader))
                lines.append(Line(reader, stream))
                return lines[-1]

            await flow(wires, connect)
            await wires.drain(5)
            uplink.close()
            for line in lines:
                while not line.reader.at_eof():
                    await line.reader.read()

    world.run(running())


# requests


@pytest.mark.parametrize("request_", [sized(), in_chunks(FORM[:5], FORM[5:])], ids=["sized", "in chunks"])
def test_a_request_is_read_however_it_comes_in_pieces(world: TokenWorld, request_: bytes) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        status, _, body = await line.answer(request_)
        assert status == 200
        assert b"access_token" in body
        assert (await line.answer(*(bytes((each,)) for each in request_)))[0] == 200

    wired(world, flow)


TRACE = b"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\r\n"


def numbered(number: int, body: bytes = FORM, trace: bytes = TRACE) -> bytes:
    """As the gateway writes it: what is of one request alone stands last."""
    return asked(b"x-request-id: w1-%d\r\n%bcontent-length: %d\r\n" % (number, trace, len(body)), body)


def test_each_request_has_its_own_number_where_all_else_of_it_came_before(world: TokenWorld) -> None:
    own, other = (basic("billing", password).encode() for password in (SECRETS["billing"], "x" * 43))

    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        for number in range(3):
            assert (await line.answer(numbered(number).replace(own, other)))[0] == 401
            assert (await line.answer(numbered(number)))[0] == 200
        chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(FORM), FORM)
        assert (await line.answer(asked(b"x-request-id: w1-8\r\n" + TRACE + CHUNKED, chunks)))[0] == 200
        assert (await line.answer(numbered(9, trace=b"")))[0] == 200
        stated = TRACE + b"tracestate: a=1\r\n"
        assert (await line.answer(numbered(3, trace=stated).replace(own, other)))[0] == 401

    wired(world, flow)
    refs = [event.ref for event in world.events() if isinstance(event, IssuerRefused)]
    assert refs == ["w1-0", "w1-1", "w1-2", "w1-3"]


def test_a_request_without_a_body_has_its_own_number_too(world: TokenWorld) -> None:
    get = f"GET {USERINFO} HTTP/1.1\r\nhost: issuer\r\nx-ostiary-peer: 192.0.2.7\r\nx-request-id: ".encode()

    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        for number in range(3):
            assert (await line.answer(get + b"w2-%d\r\n" % number + TRACE + b"\r\n"))[0] == 401
        assert (await line.answer(numbered(1)))[0] == 200

    wired(world, flow)
    assert [event.ref for event in world.events() if isinstance(event, IssuerRefused)] == ["w2-0", "w2-1", "w2-2"]


def test_each_request_is_told_what_it_asks_where_its_head_came_before(world: TokenWorld) -> None:
    narrow, other, secret_ = b"&scope=orders.read", b"&scope=none", b"&client_secret=" + b"x" * 43

    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        for more, status in [(b"", 200), (narrow, 200), (other, 400), (secret_, 400), (narrow, 200), (b"", 200)] * 2:
            got, _, answer = await line.answer(numbered(1, FORM + more))
            assert got == status
            assert (b"orders.read" in answer) is (status == 200)

    wired(world, flow)


@pytest.mark.parametrize("name", ["code", "refresh_token", "token", "client_assertion", "password"])
def test_no_body_that_has_a_secret_is_kept(world: TokenWorld, name: str) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        fields = {b"content-type": [b"application/x-www-form-urlencoded"]}
        fields[b"authorization"] = [basic("billing", SECRETS["billing"]).encode()]
        app, head = IssuerApp(world.desk, PAGES), Head.of("POST", TOKEN, b"", fields)
        await app.answer(head, b"w1-1", FORM + f"&{name}={secret('x' * 43)}".encode())
        assert head.note is None
        await app.answer(head, b"w1-2", FORM)
        assert head.note[0] == FORM

    wired(world, flow)


def test_who_was_disabled_is_refused_where_the_same_was_asked_before(world: TokenWorld) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        for number in range(2):
            assert (await line.answer(numbered(number)))[0] == 200
        await world.store.commit(Plan((DisableClient(ClientId("billing"), 1),)))
        assert (await line.answer(numbered(2)))[0] == 401

    wired(world, flow)


@pytest.mark.parametrize("known", [True, False])
def test_what_frames_a_request_or_ends_its_connection_is_read_wherever_it_stands(
    world: TokenWorld, known: bool
) -> None:
    def before(field: bytes) -> bytes:
        return numbered(1).replace(b"host: issuer\r\n", b"host: issuer\r\n" + field)

    async def flow(wires: Wires, connect: Connect) -> None:
        for _ in range(1 + known):
            closed, line = await connect(), await connect()
            assert (await closed.answer(before(b"connection: close\r\n")))[0] == 200
            assert await closed.reader.read() == b""
            assert await line.ended(before(CHUNKED))
        assert (await (await connect()).answer(numbered(2)))[0] == 200

    wired(world, flow)


@pytest.mark.parametrize("frame", [sized, in_chunks])
def test_a_body_over_the_bound_is_refused_and_the_connection_goes_on(
    world: TokenWorld, frame: Callable[[bytes], bytes]
) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        filled = FORM + b"&filler="
        assert (await line.answer(frame(filled.ljust(MOST_BODY, b"x"))))[0] == 200
        assert (await line.answer(frame(filled.ljust(MOST_BODY + 1, b"x"))))[0] == 413
        assert (await line.answer(frame(filled.ljust(20 * MOST_BODY, b"x"))))[0] == 413
        assert (await line.answer(frame(FORM)))[0] == 200

    wired(world, flow)


def test_the_answer_to_head_has_a_length_and_no_body(world: TokenWorld) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        _, head, _ = await line.answer(KEYS)
        assert (await line.answer(KEYS.replace(b"GET", b"HEAD"), bodiless=True))[1] == head
        assert (await line.answer(KEYS))[1] == head

    wired(world, flow)


def test_a_connection_ends_behind_the_answer_where_the_gateway_says_so(world: TokenWorld) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        status, head, _ = await line.answer(KEYS.replace(b"host: issuer", b"host: issuer\r\nconnection: close"))
        assert (status, await line.reader.read()) == (200, b"")
        assert b"connection: close\r\n" in head

    wired(world, flow)


@pytest.mark.parametrize(
    "sent",
    [
        KEYS + KEYS,
        sized() + b"x",
        asked(CHUNKED, b"x\r\n"),
        asked(CHUNKED + b"content-length: 0\r\n", b"0\r\n\r\n"),
        asked(CHUNKED + b"content-length: 5\r\n", b"0\r\n\r\n"),
        asked(b"content-length: +1\r\n", b"x"),
        asked(b"transfer-encoding: gzip\r\n", b""),
        asked(b"no field\r\n", b""),
        KEYS.replace(b" HTTP", b" x HTTP"),
        b"x" * (MOST_HEAD + 1),
    ],
)
def test_what_the_gateway_would_not_send_ends_the_connection(world: TokenWorld, sent: bytes) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line, other = await connect(), await connect()
        assert await line.ended(sent)
        assert (await other.answer(KEYS))[0] == 200

    wired(world, flow)


def test_bytes_behind_a_request_that_is_under_way_end_the_connection(world: TokenWorld, tmp_path: Path) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        with busy(tmp_path) as store:
            line.writer.write(sized())
            await asyncio.sleep(0.05)
            assert await line.ended(KEYS)
            store.execute("ROLLBACK")

    wired(world, flow)


def test_what_ended_a_connection_is_told_and_its_text_goes_nowhere(
    world: TokenWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent = secret("what-the-gateway-sent-and-nobody-may-read")

    def broken(head: bytes) -> NoReturn:
        raise ValueError(sent)

    async def flow(wires: Wires, connect: Connect) -> None:
        monkeypatch.setattr(wire, "_read_head", broken)
        assert await (await connect()).ended(KEYS)

    wired(world, flow)
    assert "ValueError" in caplog.text
    assert sent not in caplog.text


# the end


def test_an_answer_that_is_under_way_is_the_last_one_and_idle_connections_close(
    world: TokenWorld, tmp_path: Path
) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        idle, line = await connect(), await connect()
        assert (await idle.answer(KEYS))[0] == 200
        assert (await line.answer(KEYS))[0] == 200
        with busy(tmp_path) as store:
            line.writer.write(sized())
            await asyncio.sleep(0.05)
            draining = asyncio.create_task(wires.drain(60))
            assert await idle.reader.read() == b""
            assert await (await connect()).ended(KEYS)
            with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
                await connect(anew=True)
            assert not draining.done()
            store.execute("ROLLBACK")
        status, head, _ = await line.answer()
        assert (status, await line.reader.read()) == (200, b"")
        assert b"connection: close\r\n" in head
        await draining

    wired(world, flow)


def test_what_the_gateway_does_not_wait_for_any_more_is_finished_before_the_end(
    world: TokenWorld, tmp_path: Path
) -> None:
    """It may have changed something. Then it is forgotten."""

    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        with busy(tmp_path) as store:
            line.writer.write(sized())
            await asyncio.sleep(0.05)
            line.writer.close()
            await asyncio.sleep(0.05)
            draining = asyncio.create_task(wires.drain(60))
            await asyncio.sleep(0.05)
            assert not draining.done()
            store.execute("ROLLBACK")
        await draining
        gc.collect()
        assert not any(isinstance(each, Wire) for each in gc.get_objects())

    wired(world, flow)
    assert sum(isinstance(event, TokensIssued) for event in world.events()) == 1


def test_what_is_not_answered_in_time_is_given_up(world: TokenWorld, tmp_path: Path) -> None:
    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        with busy(tmp_path) as store:
            line.writer.write(sized())
            await asyncio.sleep(0.05)
            await wires.drain(0.01)
            assert await line.ended()
            store.execute("ROLLBACK")

    wired(world, flow)


@contextmanager
def busy(folder: Path) -> Iterator[apsw.Connection]:
    """Somebody else writes, until told to stop, and so no request that writes ends."""
    with closing(apsw.Connection(str(folder / "store.sqlite3"))) as store:
        store.execute("BEGIN IMMEDIATE")
        yield store


# answers


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: x", b"a\nb", b"a\0b", b"a\r"])
def test_no_field_of_an_answer_becomes_two(value: bytes) -> None:
    with pytest.raises(ValueError, match="byte"):
        rendered(Answer(302, ((b"location", value),)), last=False)
    assert rendered(Answer(302, ((b"location", b"a b"),)), last=False).count(b"\r\n") == 4


def test_an_answer_that_cannot_be_written_ends_the_connection_and_says_nothing(world: TokenWorld) -> None:
    async def good(desk: Desk, incoming: Incoming) -> Answer:
        return Answer(200, ((b"x", b"a"),))

    async def bad(desk: Desk, incoming: Incoming) -> Answer:
        return Answer(200, ((b"x", b"a\r\nb: c"),))

    async def flow(wires: Wires, connect: Connect) -> None:
        line = await connect()
        assert (await line.answer(KEYS.replace(JWKS.encode(), b"/good")))[0] == 200
        assert await line.ended(KEYS.replace(JWKS.encode(), b"/bad"))
        assert (await (await connect()).answer(KEYS))[0] == 200

    wired(world, flow, {"/good": Endpoint(good, READ), "/bad": Endpoint(bad, READ)})
