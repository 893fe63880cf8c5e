"""Health checks: who is asked and how, what counts as well, and what comes of it."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fetch_world import certified, context_of
from gateway_world import OK, World, answering, contract, read_head, read_request, silent, until, world
from ostiary.server.gateway import checkup, pool, worker

SICK = b"HTTP/1.1 500 Sick\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "CHECKUP_SECONDS", 0.02)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What becomes of the services."""
    found: list[bool] = []
    monkeypatch.setattr(pool.Pool, "judge", lambda self, *, healthy: found.append(healthy))
    return found


def adopt(door: World, url: str | None = None, **settings: Any) -> None:
    """A service at this URL, or at the origin."""
    service = {"url": url or f"http://127.0.0.1:{door.service}", "audience": "https://api.example"}
    door.worker.prepare(contract(door.service, services={"api": service | settings}))()


async def status(door: World) -> int:
    return (await (await door.connect()).ask("GET /public/a")).status


async def test_one_failed_check_makes_no_service_sick(tmp_path: Path, judged: list[bool]) -> None:
    sick = [True, False, True, True, False]

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(SICK if sick and sick.pop(0) else OK)

    async with world(tmp_path, origin) as door:
        adopt(door, health="/health")
        await until(lambda: len(judged) >= 3)
        assert judged[:3] == [True, False, True]


@pytest.mark.parametrize(
    ("answer", "well"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False),
        (b"HTTP/1.1 20", False),
        (None, False),
    ],
    ids=["200", "of HTTP/1.0", "204", "half a line", "nobody there"],
)
async def test_a_service_is_well_that_answers_its_check_with_200(
    tmp_path: Path, judged: list[bool], answer: bytes | None, well: bool
) -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *fields = (await read_head(reader)).decode().split("\r\n")
        assert first == "GET /below/health HTTP/1.1"
        assert set(fields) == {f"host: 127.0.0.1:{door.service}", "connection: close", ""}
        writer.write(answer or b"")

    async with world(tmp_path, origin) as door:
        adopt(door, f"http://127.0.0.1:{9 if answer is None else door.service}/below", health="/health")
        await until(lambda: bool(judged))
        assert judged[0] is well


async def test_a_service_that_says_nothing_is_sick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged: list[bool]
) -> None:
    monkeypatch.setattr(checkup, "WITHIN_SECONDS", 0.02)
    async with world(tmp_path, silent) as door:
        adopt(door, health="/health")
        await until(lambda: bool(judged))
        assert judged[0] is False


async def test_a_service_without_a_path_for_it_is_not_asked_how_it_is(tmp_path: Path) -> None:
    asked: list[bytes] = []
    async with world(tmp_path, answering(OK, asked)) as door:
        url = f"http://127.0.0.1:{door.service}"
        services = {"api": {"url": url}, "other": {"url": url, "health": "/health"}}
        routes = [{"on": f"GET /{name}", "to": name, "public": True} for name in services]
        door.worker.prepare(contract(door.service, services=services, routes=routes))()
        await until(lambda: len(asked) >= 3)
        assert {head.split()[1] for head in asked} == {b"/health"}


async def test_a_connection_ends_with_its_check(tmp_path: Path) -> None:
    """Though the service would keep it."""
    ended = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        assert await reader.read() == b""
        ended.set()

    async with world(tmp_path, origin) as door:
        adopt(door, health="/health")
        await ended.wait()


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_service_with_tls_is_asked_if_its_certificate_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    """By the check, and for a client; one without TLS is asked as it is."""
    tls = certified("localhost")
    (tmp_path / "ca.pem").write_bytes((tls if trusted else certified("elsewhere.example")).ca)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    judged: dict[pool.Pool, bool] = {}
    monkeypatch.setattr(pool.Pool, "judge", lambda self, *, healthy: judged.update({self: healthy}))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        writer.close()

    async with world(tmp_path, answering(OK)) as door:
        with closing(await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context_of(tls))) as server:
            url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
            services = {"api": {"url": url}, "plain": {"url": f"http://127.0.0.1:{door.service}"}}
            checked = {name: service | {"health": "/health"} for name, service in services.items()}
            routes = [{"on": f"GET /{name}", "to": name, "public": True} for name in services]
            door.worker.prepare(contract(door.service, services=checked, routes=routes))()
            await until(lambda: len(judged) == 2)
            assert sorted(judged.values()) == [trusted, True]
            answers = [await (await door.connect()).ask(f"GET /{name}") for name in services]
            assert [answer.status for answer in answers] == [200 if trusted else 502, 200]


@pytest.mark.parametrize("changed", [True, False])
async def test_what_a_service_said_of_itself_says_nothing_of_the_one_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: bool
) -> None:
    """Which nobody may ask how it is, so that it would be sick for ever."""
    monkeypatch.setattr(checkup, "FAILURES", 1)
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await read_head(reader)).startswith(b"GET /health"):
            asked.set()
            await may_answer.wait()
            writer.write(SICK)
            await reader.read()
            told.set()
        else:
            writer.write(OK)

    told = asyncio.Event()
    async with world(tmp_path, origin) as door:
        adopt(door, health="/health")
        await asked.wait()
        if changed:
            adopt(door)
        may_answer.set()
        await told.wait()
        assert await status(door) == (200 if changed else 503)
