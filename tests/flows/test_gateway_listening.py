"""Sockets that take connections: through what can go wrong with one, and until they are closed."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import pytest

from gateway_world import until
from ostiary.server.gateway import listening
from ostiary.server.gateway.listening import Listening

FULL: Final = OSError(errno.EMFILE, "no descriptors left")


class Faulty(socket.socket):
    """Connections fail with these errors before one is taken."""

    faults: list[OSError] = []  # noqa: RUF012  # one list for all, which each test sets
    accepts = 0

    def accept(self) -> tuple[socket.socket, Any]:
        Faulty.accepts += 1
        if Faulty.faults:
            raise Faulty.faults.pop()
        return super().accept()


@pytest.fixture(autouse=True)
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening.socket, "socket", Faulty)
    Faulty.faults, Faulty.accepts = [], 0


class Taken(asyncio.Protocol):
    """Says so."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(b"taken")


@asynccontextmanager
async def listener() -> AsyncIterator[Listening]:
    """It must not make the loop complain."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    one = Listening(Taken, lambda: None, lambda *_: None)
    await one.open("127.0.0.1", 0)
    try:
        yield one
    finally:
        one.close()
    assert not complaints


async def taken(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = await reader.readexactly(5)
    writer.transport.abort()
    return said


@pytest.mark.parametrize(
    ("fault", "breath"),
    [(FULL, 0.02), (OSError(errno.ENOMEM, "no memory"), 0.02), (ConnectionAbortedError(), 600.0)],
    ids=["no descriptors", "no memory", "who left before"],
)
async def test_who_comes_when_one_could_not_be_taken_is_taken_later(
    fault: OSError, breath: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who left before it was taken holds nobody up."""
    monkeypatch.setattr(listening, "BREATH_SECONDS", breath)

    async with listener() as one:
        Faulty.faults = [fault] * 3
        assert await taken(one.port) == b"taken"
        assert not Faulty.faults


@pytest.mark.parametrize("full", [True, False])
async def test_who_cannot_be_taken_is_not_tried_again_at_once(full: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BREATH_SECONDS", 600.0)

    async with listener() as one:
        Faulty.faults = [FULL] * 1000 * full
        with socket.create_connection(("127.0.0.1", one.port)) as client:
            client.setblocking(False)
            await until(lambda: Faulty.accepts > 0)
            for _ in range(100):
                await asyncio.sleep(0)
            assert Faulty.accepts == (1 if full else 2)


async def test_what_is_closed_while_it_could_take_nobody_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its place is free for the next one."""
    monkeypatch.setattr(listening, "BREATH_SECONDS", 0.02)

    async with listener() as one:
        Faulty.faults = [FULL]
        with socket.create_connection(("127.0.0.1", one.port)):
            await until(lambda: Faulty.accepts > 0)
            one.close()
            async with listener() as other:
                assert await taken(other.port) == b"taken"
                await asyncio.sleep(0.05)
                assert await taken(other.port) == b"taken"
