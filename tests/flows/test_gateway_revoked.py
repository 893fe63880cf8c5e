"""What becomes of requests under way whose token is revoked: those without an answer get one, the others end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from gateway_world import OK, ROUTES, Answer, Line, World, read_head, reasons, request, until, world
from ostiary.model.events.gateway import GatewayRefused
from ostiary.model.feed import TokenRevoked
from ostiary.model.ids import TokenId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason

GUARDED: Final = [
    *ROUTES,
    {"on": "PUT /things/{user}", "to": "api", "scope": "things", "owner": "user"},
    {"on": "GET /socket/{user}", "to": "api", "scope": "things", "owner": "user", "upgrade": "websocket"},
]
WEBSOCKET: Final = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)
SWITCH: Final = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
WAYS: Final = {
    "a head": ("GET", request("GET /things/ada", "{token}")),
    "a HEAD": ("HEAD", request("HEAD /things/ada", "{token}")),
    "a whole body": ("PUT", request("PUT /things/ada", "{token}", body=b"all of it")),
    "half a body": ("PUT", request("PUT /things/ada", "{token}", body=b"half of it")[:-5]),
    "a chunk": ("PUT", request("PUT /things/ada", "{token}", "Transfer-Encoding: chunked") + b"1\r\nx\r\n"),
    "a handshake": ("GET", request("GET /socket/ada", "{token}", *WEBSOCKET)),
}


class Origin:
    """Reads heads, and says what the test lets it say."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked = self.left = 0
        self.may_answer = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        self.asked += 1
        await self.may_answer.wait()
        writer.write(self.answer)
        with suppress(ConnectionError):
            await reader.read()
        self.left += 1


@asynccontextmanager
async def at_door(tmp_path: Path, answer: bytes) -> AsyncIterator[tuple[World, Origin]]:
    origin = Origin(answer)
    async with world(tmp_path, origin.serve, routes=GUARDED) as door:
        yield door, origin
        origin.may_answer.set()


async def sent(door: World, raw: bytes, token: str) -> Line:
    line = await door.connect()
    await line.send(raw.replace(b"{token}", token.encode()))
    return line


async def revoke(door: World) -> None:
    await door.store.commit(Plan(feed=(TokenRevoked(TokenId("soon-gone"), 2_000_000_000),)))


@pytest.mark.parametrize(("method", "raw"), WAYS.values(), ids=WAYS)
async def test_a_request_that_waits_for_its_answer_is_refused(tmp_path: Path, method: str, raw: bytes) -> None:
    """And another's beside it gets the service's."""

    async with at_door(tmp_path, OK) as (door, origin):
        gone, stays = await sent(door, raw, door.token(jti="soon-gone")), await sent(door, raw, door.token())
        await until(lambda: origin.asked == 2)
        await revoke(door)
        refused = await gone.answer(method)
        assert_refused(refused)
        assert await gone.ended()
        origin.may_answer.set()
        assert (await stays.head(method)).status == 200
        (event,) = await door.events(GatewayRefused)
        assert (event.reason, event.status, event.subject) == (Reason.TOKEN_REVOKED, 401, "ada")
        assert event.ref == refused.fields["x-request-id"]


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.fields["connection"]) == (401, "close")
    assert 'error="invalid_token"' in answer.fields["www-authenticate"]
    assert not answer.body or json.loads(answer.body)["code"] == "invalid_token"


async def test_the_service_is_left_and_what_came_behind_is_not_served(tmp_path: Path) -> None:
    async with at_door(tmp_path, OK) as (door, origin):
        token = door.token(jti="soon-gone")
        line = await sent(door, request("GET /things/ada", token) + request("GET /public/a"), token)
        await until(lambda: origin.asked == 1)
        await revoke(door)
        assert_refused(await line.answer())
        origin.may_answer.set()
        assert await line.reader.read() == b""
        await until(lambda: origin.left == 1)
        assert origin.asked == 1


async def test_the_rest_of_a_body_does_not_destroy_the_answer(tmp_path: Path) -> None:
    async with at_door(tmp_path, OK) as (door, origin):
        raw = request("PUT /things/ada", "{token}", body=bytes(300_000))
        line = await sent(door, raw[:1000], door.token(jti="soon-gone"))
        await until(lambda: origin.asked == 1)
        await revoke(door)
        await door.events(GatewayRefused)
        await line.send(raw[1000:])
        assert_refused(await line.answer("PUT"))


async def test_an_answer_that_has_begun_is_cut(tmp_path: Path) -> None:
    """No second answer stands in the first."""

    begun = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n"
    async with at_door(tmp_path, begun) as (door, origin):
        origin.may_answer.set()
        raw = request("GET /things/ada", "{token}")
        gone, stays = await sent(door, raw, door.token(jti="soon-gone")), await sent(door, raw, door.token())
        for line in (gone, stays):
            assert (await line.head()).status == 200
            assert await line.part() == b"first"
        await revoke(door)
        with suppress(ConnectionError):
            assert await gone.reader.read() == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stays.part(), 0.2)
        assert (await (await door.connect()).ask("GET /things/eve", door.token())).status == 403
        assert await reasons(door) == [Reason.OWNER_MISMATCH]


async def test_a_tunnel_is_cut(tmp_path: Path) -> None:
    async with at_door(tmp_path, SWITCH + b"hello") as (door, origin):
        origin.may_answer.set()
        raw = request("GET /socket/ada", "{token}", *WEBSOCKET)
        gone, stays = await sent(door, raw, door.token(jti="soon-gone")), await sent(door, raw, door.token())
        for line in (gone, stays):
            assert (await line.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            assert await line.reader.readexactly(5) == b"hello"
        await revoke(door)
        with suppress(ConnectionError):
            assert await gone.reader.read() == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stays.reader.read(1), 0.2)
