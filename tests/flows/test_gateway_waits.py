"""Requests that wait for what stands behind their cookie: a real worker, and an issuer that the test writes."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final, NoReturn, cast

import h11
import orjson
import pytest

from cookie_rules import WEB
from gateway_world import (
    OK,
    ORIGIN,
    IssuerSocket,
    World,
    answering,
    listen_as_issuer,
    read_request,
    reasons,
    request,
    tasks,
    until,
    world,
)
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Cookie
from ostiary.keys.session_cookie import csrf_token, name_of, new_value
from ostiary.model import endpoints
from ostiary.model.errors import Refusal, ServiceUnavailable
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from ostiary.server.gateway import clockwork, connection, sessions, worker
from ostiary.server.gateway.door import Door
from ostiary.server.gateway.uplink import Uplink
from secrets_seen import secret

FRONT: Final = ClientId("front")
THING: Final = "GET /things/ada"


class Issuer:
    """Answers workers when the test lets it."""

    socket: IssuerSocket

    def __init__(self, door: World) -> None:
        self.door = door
        self.asked: list[tuple[str, bytes]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.status = 200
        self.body: bytes | None = None
        self.bytes: bytes | None = None
        """All that it answers, where it is not asked to speak HTTP."""
        self.lives = 600

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, body = await read_request(reader)
        self.asked.append((head.split(b" ", 2)[1].decode(), body))
        await self.may_answer.wait()
        told = self.body if self.body is not None else self.told()
        head = b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (self.status, len(told))
        writer.write(head + told if self.bytes is None else self.bytes)
        writer.close()

    def told(self) -> bytes:
        now = int(time.time())
        token = self.door.token(client_id="front", exp=now + self.lives, jti=secrets.token_urlsafe(8))
        return orjson.dumps({"access_token": token.rpartition(" ")[2], "ends_at": now + 3600})

    @property
    def questions(self) -> int:
        return sum(path == endpoints.WORKER_SESSION for path, _ in self.asked)


class Page:
    """A session's own page."""

    def __init__(self, door: World) -> None:
        value = secret(new_value(FRONT, door.web_key, secrets.token_bytes).reveal())
        self.cookie = f"Cookie: {name_of(FRONT)}={value}"
        csrf = secret(csrf_token(value.encode(), FRONT, door.web_key))
        self.own = (self.cookie, f"Origin: {ORIGIN}", f"X-CSRF-Token: {csrf}")


@asynccontextmanager
async def doors(folder: Path, serve: Any = None, **changes: Any) -> AsyncIterator[tuple[World, Issuer, Page]]:
    async with world(folder, serve or answering(OK), **WEB | changes) as door:
        issuer = Issuer(door)
        issuer.socket = await listen_as_issuer(folder, issuer.serve)
        try:
            yield door, issuer, Page(door)
        finally:
            issuer.may_answer.set()
            issuer.socket.close()


async def test_the_issuer_is_asked_once_and_then_the_worker_knows(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        for _ in range(3):
            assert (await line.ask(THING, page.cookie)).status == 200
        assert (await line.ask("POST /things", *page.own, body=b"{}")).status == 200
        assert issuer.questions == 1


async def test_a_question_that_is_answered_is_forgotten(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        line = await door.connect()
        await line.send(request(THING, page.cookie))
        await until(lambda: issuer.questions == 1)
        assert tasks("Sessions._load") == 1
        issuer.may_answer.set()
        assert (await line.answer()).status == 200
        assert tasks("Sessions._load") == 0


async def test_tabs_that_ask_at_once_ask_the_issuer_once(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        lines = [await door.connect() for _ in range(8)]
        for line in lines:
            await line.send(request(THING, page.cookie))
        await until(lambda: issuer.questions == 1)
        issuer.may_answer.set()
        assert [(await line.answer()).status for line in lines] == [200] * 8
        assert issuer.questions == 1


async def test_what_comes_behind_a_waiting_request_is_served_after_it(tmp_path: Path) -> None:
    """Pipelined, with a body in between, and cut anywhere."""

    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        line = await door.connect()
        sent = request("POST /things", *page.own, body=b'{"a": 1}') + request("GET /things/bob", page.cookie)
        sent += request(THING, page.cookie)
        for at in range(0, len(sent), 100):
            await line.send(sent[at : at + 100])
            await asyncio.sleep(0.002)
        await until(lambda: issuer.questions == 1)
        issuer.may_answer.set()
        assert [(await line.answer(method)).status for method in ("POST", "GET", "GET")] == [200, 403, 200]


HELD: Final = {"on": "POST /held", "to": "api", "scope": "things", "owner": "body.owner"}


@pytest.mark.parametrize("path", ["/things", "/held"])
async def test_a_large_body_waits_with_its_request(tmp_path: Path, path: str) -> None:
    """Whether it goes on at once then, or only as a whole."""
    got: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, body = await read_request(reader)
            got.append(len(body))
            writer.write(OK)

    async with doors(tmp_path, serve=serve, routes=[*WEB["routes"], HELD]) as (door, issuer, page):
        issuer.may_answer.clear()
        line = await door.connect()
        body = b'{"owner": "ada"}'.ljust(8 * connection.MOST_KEPT)
        asked = request(f"POST {path}", *page.own, "Content-Type: application/json", body=body)
        sending = asyncio.create_task(line.send(asked))
        await until(lambda: issuer.questions == 1)
        issuer.may_answer.set()
        assert (await line.answer("POST")).status == 200
        await sending
        assert got == [len(body)]


async def test_a_session_that_is_over_is_refused_and_the_connection_goes_on(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        issuer.status = 401
        answer = await line.ask("POST /things", *page.own, body=b"{}")
        assert answer.status == 401
        issuer.status = 200
        assert (await line.ask(THING, page.cookie)).status == 200
        assert await reasons(door) == [Reason.WEB_SESSION_ENDED]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{}", b"[]", b'{"access_token": 5, "ends_at": 1}', b'{"access_token": "a.b.c", "ends_at": "1"}'],
)
async def test_an_answer_that_is_none_lets_nobody_in(
    tmp_path: Path, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        issuer.body = body
        await refused_and_told(door, issuer, page, caplog)


HEADS: Final = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 X\r\n",
    "a head without a line": b"\r\n\r\n",
    "a status that is none": b"HTTP/1.1 2OO X\r\n\r\n",
    "another protocol": b"SSH-2.0 200 X\r\n\r\n",
    "a head without end": b"HTTP/1.1 200 X\r\nx: " + b"x" * 200_000,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
async def test_bytes_that_are_no_answer_let_nobody_in(
    tmp_path: Path, head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever token stands behind them."""

    async with doors(tmp_path) as (door, issuer, page):
        issuer.bytes = head + issuer.told()
        await refused_and_told(door, issuer, page, caplog)


async def refused_and_told(door: World, issuer: Issuer, page: Page, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever asked is answered, the log has one line, and the next answer counts again."""
    line = await door.connect()
    assert (await line.ask(THING, page.cookie)).status == 503
    assert [(record.name, record.levelno) for record in caplog.records] == [("ostiary.gateway", logging.ERROR)]
    issuer.body = issuer.bytes = None
    assert (await line.ask(THING, page.cookie)).status == 200
    assert await reasons(door) == [Reason.SESSION_UNREADABLE]


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
async def test_bytes_that_are_no_answer_do_not_stop_who_tells_of_use(
    tmp_path: Path, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ostiary.gateway.identify.cookie.TOLD_EVERY", 0)
    monkeypatch.setattr(worker, "USED_SECONDS", 0.01)

    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        assert (await line.ask(THING, page.cookie)).status == 200
        issuer.bytes = head
        await until(lambda: issuer.asked[-1][0] == endpoints.WORKER_SEEN)
        told = len(issuer.asked)
        assert (await line.ask(THING, page.cookie)).status == 200
        await until(lambda: len(issuer.asked) > told)


async def test_an_issuer_that_cannot_say_lets_nobody_in(tmp_path: Path) -> None:
    """Whatever stands in its answer."""
    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        issuer.status = 500
        assert (await line.ask(THING, page.cookie)).status == 503
        issuer.status = 200
        assert (await line.ask(THING, page.cookie)).status == 200
        assert await reasons(door) == [Reason.SESSION_UNREADABLE]


async def test_a_token_of_another_client_lets_nobody_in(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        token = door.token(client_id="back").rpartition(" ")[2]
        issuer.body = orjson.dumps({"access_token": token, "ends_at": int(time.time()) + 60})
        assert (await line.ask(THING, page.cookie)).status == 401
        issuer.body = None
        assert (await line.ask(THING, page.cookie)).status == 200


async def test_a_token_that_is_past_when_it_comes_is_asked_for_once(tmp_path: Path) -> None:
    """Clocks that differ: no request goes round in circles."""

    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        issuer.lives = -5
        assert (await line.ask(THING, page.cookie)).status == 401
        assert issuer.questions == 1
        issuer.lives = 600
        assert (await line.ask(THING, page.cookie)).status == 200


async def test_an_issuer_that_is_away_or_slow_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SECONDS", 0.3)
    monkeypatch.setattr(connection, "SECONDS", 0.3)

    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        line = await door.connect()
        assert (await line.ask(THING, page.cookie)).status == 503
        issuer.may_answer.set()
        assert (await line.ask(THING, page.cookie)).status == 200
        assert await reasons(door) == [Reason.SESSION_UNREADABLE]


async def test_who_waits_for_a_turn_waits_no_longer_than_who_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the issuer is asked no more at once than it may be."""
    monkeypatch.setattr(sessions, "SECONDS", 0.3)
    monkeypatch.setattr(sessions, "AT_ONCE", 1)

    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        pages = [page, Page(door), Page(door)]
        lines = [await door.connect() for _ in pages]
        for line, own in zip(lines, pages, strict=True):
            await line.send(request(THING, own.cookie))
        assert [(await line.answer()).status for line in lines] == [503] * 3
        assert issuer.questions == 1
        issuer.may_answer.set()
        for line, own in zip(lines, pages, strict=True):
            await line.send(request(THING, own.cookie))
        assert [(await line.answer()).status for line in lines] == [200] * 3
        assert issuer.questions == 4


async def test_an_issuer_that_is_not_waited_for_any_more_learns_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SECONDS", 0.1)
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        assert await reader.read() == b""
        left.set()

    async with world(tmp_path, answering(OK), **WEB) as door:
        with closing(await listen_as_issuer(tmp_path, serve)):
            assert (await (await door.connect()).ask(THING, Page(door).cookie)).status == 503
            await left.wait()


async def test_without_an_issuer_cookies_are_refused_and_tokens_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Which is no error of the worker."""
    async with world(tmp_path, answering(OK), **WEB) as door:
        line, page = await door.connect(), Page(door)
        assert (await line.ask(THING, page.cookie)).status == 503
        assert (await line.ask(THING, door.token())).status == 200
        assert not caplog.records


async def test_a_client_that_leaves_while_it_waits_harms_nobody_and_is_not_served(tmp_path: Path) -> None:
    heads: list[bytes] = []

    async with doors(tmp_path, serve=answering(OK, heads)) as (door, issuer, page):
        issuer.may_answer.clear()
        gone, stays = await door.connect(), await door.connect()
        await gone.send(request(THING, page.cookie))
        await stays.send(request(THING, page.cookie))
        await until(lambda: issuer.questions == 1)
        gone.close()
        await until(lambda: len(door.worker.connections) == 1)
        issuer.may_answer.set()
        assert (await stays.answer()).status == 200
        assert len(heads) == 1


@pytest.mark.parametrize("fields", [(), ("Connection: close",)], ids=["stays", "leaves"])
async def test_what_nobody_expected_of_who_waited_is_refused_and_its_text_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fields: tuple[str, ...]
) -> None:
    def broken(*_: Any) -> NoReturn:
        raise RuntimeError(page.cookie)

    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        line, other = await door.connect(), await door.connect()
        await line.send(request(THING, page.cookie, *fields))
        await until(lambda: issuer.questions == 1)
        with monkeypatch.context() as patch:
            patch.setattr(Gateway, "decide", broken)
            issuer.may_answer.set()
            answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (500, "close")
        assert await line.ended()
        assert "RuntimeError" in caplog.text
        assert page.cookie not in caplog.text + answer.body.decode()
        assert await reasons(door) == [Reason.UNEXPECTED]
        assert (await other.ask(THING, page.cookie)).status == 200


@pytest.mark.parametrize("status", [200, 401])
async def test_who_was_told_that_it_took_too_long_is_not_answered_again(
    tmp_path: Path, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next request gets its own answer, and the service one request."""
    monkeypatch.setattr(connection, "SECONDS", 0.0)
    heads: list[bytes] = []

    async with doors(tmp_path, serve=answering(OK, heads)) as (door, issuer, page):
        issuer.may_answer.clear()
        issuer.status = status
        line = await door.connect()
        assert (await line.ask(THING, page.cookie)).status == 503
        issuer.may_answer.set()
        other = Page(door)
        monkeypatch.setattr(connection, "SECONDS", 60.0)
        await (await door.connect()).ask(THING, other.cookie)
        served = len(heads)
        assert (await line.ask("GET /nowhere")).status == 404
        assert len(heads) == served == (status == 200)


async def test_who_asks_late_in_its_idle_time_is_waited_for_as_long_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection, which is idle as long, is closed meanwhile."""
    monkeypatch.setattr(clockwork, "TICK", 0.02)

    async with doors(tmp_path, timeouts={"idle": "300ms"}) as (door, issuer, page):
        line, idle = await door.connect(), await door.connect()
        for one in (line, idle):
            assert (await one.ask("GET /nowhere")).status == 404
        issuer.may_answer.clear()
        await line.send(request(THING, page.cookie))
        assert await idle.ended()
        issuer.may_answer.set()
        assert (await line.answer()).status == 200


async def test_a_worker_that_drains_answers_who_waits(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        line = await door.connect()
        await line.send(request(THING, page.cookie))
        await until(lambda: issuer.questions == 1)
        draining = asyncio.create_task(door.drain())
        await asyncio.sleep(0.05)
        issuer.may_answer.set()
        answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (200, "close")
        await draining


async def test_sessions_that_are_used_are_told_to_the_issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ostiary.gateway.identify.cookie.TOLD_EVERY", 0)

    async with doors(tmp_path) as (door, issuer, page):
        line = await door.connect()
        assert (await line.ask(THING, page.cookie)).status == 200
        await door.drain()
        value = page.cookie.partition("=")[2]
        assert issuer.asked[-1] == (endpoints.WORKER_SEEN, f"front {value}".encode())


async def test_however_many_are_used_no_message_grows_and_all_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A longer one than the issuer takes would tell it nothing."""
    monkeypatch.setattr("ostiary.gateway.identify.cookie.TOLD_EVERY", 0)
    monkeypatch.setattr(sessions, "MOST_TOLD", 2)

    async with doors(tmp_path) as (door, issuer, page):
        pages = [page, *(Page(door) for _ in range(4))]
        for own in pages:
            assert (await (await door.connect()).ask(THING, own.cookie)).status == 200
        await door.drain()
        told = [body.split(b"\n") for path, body in issuer.asked if path == endpoints.WORKER_SEEN]
        assert [len(lines) for lines in told] == [2, 2, 1]
        cookies = {b"front " + own.cookie.partition("=")[2].encode() for own in pages}
        assert {line for lines in told for line in lines} == cookies


@pytest.mark.parametrize("away", [True, False])
async def test_a_worker_that_drains_waits_in_vain_for_no_issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    """One that was left, or one that says nothing."""
    monkeypatch.setattr("ostiary.gateway.identify.cookie.TOLD_EVERY", 0)
    monkeypatch.setattr(sessions, "SECONDS", 0.3)

    async with doors(tmp_path) as (door, issuer, page):
        assert (await (await door.connect()).ask(THING, page.cookie)).status == 200
        issuer.may_answer.clear()
        if away:
            issuer.socket.close()
        await door.drain()


async def test_nobody_outside_asks_what_workers_ask(tmp_path: Path) -> None:
    async with doors(tmp_path) as (door, issuer, page):
        paths = (endpoints.WORKER_SESSION, endpoints.WORKER_SEEN, "/session/../worker/session", "//worker/session")
        for path in paths:
            line = await door.connect()
            try:
                status = (await line.ask(f"POST {path}", *page.own, body=b"x")).status
            except h11.RemoteProtocolError:
                status = 0
            assert status in (400, 404)
            line.close()
        assert not issuer.asked
        line = await door.connect()
        await line.ask(f"GET {endpoints.SESSION}")
        assert [path for path, _ in issuer.asked] == [endpoints.SESSION]


async def test_nobody_is_told_before_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a request would be answered while its connection still reads it."""
    monkeypatch.setattr(sessions, "MOST_WAITING", 0)
    told: list[Refusal | None] = []
    nobody = cast("Door", None)
    sessions.Sessions(nobody, Uplink("/nowhere")).load(Cookie(b"", FRONT, b""), told.append)
    assert told == []
    await until(lambda: bool(told))
    assert [type(each) for each in told] == [ServiceUnavailable]


async def test_more_cookies_than_may_be_asked_for_at_once_are_refused_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests with one cookie wait together, so they count once."""
    monkeypatch.setattr(sessions, "MOST_WAITING", 1)
    async with doors(tmp_path) as (door, issuer, page):
        issuer.may_answer.clear()
        waits, together, refused = [await door.connect() for _ in range(3)]
        for line in (waits, together):
            await line.send(request(THING, page.cookie))
        await until(lambda: issuer.questions == 1)
        assert (await refused.ask(THING, Page(door).cookie)).status == 503
        issuer.may_answer.set()
        assert [(await line.answer()).status for line in (waits, together)] == [200, 200]
        assert (await refused.ask(THING, Page(door).cookie)).status == 200
        assert await reasons(door) == [Reason.SESSION_UNREADABLE]
