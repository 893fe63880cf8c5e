"""Sockets that take connections: through what can go wrong with one, and until they are closed."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import pytest

from gateway_world import tasks, until
from ostiary.contract.places import Address
from ostiary.server.gateway import listening
from ostiary.server.gateway.listening import Listening
from ostiary.server.place import AddressTaken, require_free

FULL: Final = OSError(errno.EMFILE, "no descriptors left")


class Faulty(socket.socket):
    """Connections fail with these errors before one is taken."""

    faults: list[OSError] = []  # noqa: RUF012  # one list for all, which each test sets
    accepts = 0
    made: list[socket.socket] = []  # noqa: RUF012  # as above

    def __init__(self, *family: Any, **kind: Any) -> None:
        super().__init__(*family, **kind)
        Faulty.made.append(self)

    def accept(self) -> tuple[socket.socket, Any]:
        Faulty.accepts += 1
        if Faulty.faults:
            raise Faulty.faults.pop()
        return super().accept()


@pytest.fixture(autouse=True)
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening.socket, "socket", Faulty)
    Faulty.faults, Faulty.accepts, Faulty.made = [], 0, []


class Taken(asyncio.Protocol):
    """Says so."""

    after: list[int] = []  # noqa: RUF012  # as above
    """How many had been accepted when each was taken."""
    lost = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Taken.after.append(Faulty.accepts)
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(b"taken")

    def connection_lost(self, error: Exception | None) -> None:
        Taken.lost += 1


@asynccontextmanager
async def listener(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Listening]:
    """It must not make the loop complain."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    one = Listening(Taken, lambda: None, lambda *_: None)
    await one.open(host, port)
    try:
        yield one
    finally:
        one.close()
    assert not complaints


async def taken(port: int, host: str = "127.0.0.1") -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
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


async def test_who_has_come_is_served_before_all_others_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_AT_A_TIME", 2)
    monkeypatch.setattr(Taken, "after", [])
    monkeypatch.setattr(Taken, "lost", 0)

    async with listener() as one:
        clients = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(40)]
        await until(lambda: len(Taken.after) == len(clients))
        for client in clients:
            client.close()
        await until(lambda: Taken.lost == len(clients))
    assert Taken.after[0] < len(clients)


async def test_a_connection_that_has_come_is_forgotten_when_it_is_gone() -> None:
    async with listener() as one:
        for _ in range(3):
            assert await taken(one.port) == b"taken"
        await until(lambda: tasks("Listening._arrive") == 0)


# where


async def test_who_was_there_before_is_not_waited_for() -> None:
    """Until the machine has forgotten its connections, which takes a minute. Who still listens is another matter."""
    with socket.socket() as before:
        before.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        before.bind(("127.0.0.1", 0))
        before.listen()
        port = before.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            before.accept()[0].close()
            assert client.recv(1) == b""
        with pytest.raises(OSError, match="in use"):
            await Listening(Taken, lambda: None, lambda *_: None).open("127.0.0.1", port)
    async with listener(port=port) as one:
        assert await taken(one.port) == b"taken"


async def test_who_listens_at_ipv6_takes_nobody_by_ipv4() -> None:
    async with listener("::") as one:
        assert await taken(one.port, "::1") == b"taken"
        with pytest.raises(ConnectionRefusedError):
            await taken(one.port)


@pytest.mark.parametrize("free", [True, False])
def test_a_name_is_listened_at_with_all_its_addresses_or_with_none(monkeypatch: pytest.MonkeyPatch, free: bool) -> None:
    """On the loop that asks this process for them."""
    hosts = ("127.0.0.1", "127.0.0.2")
    told = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, *__: [(*told, (host, port)) for host in hosts])

    async def work(port: int) -> None:
        one, Faulty.made = Listening(Taken, lambda: None, lambda *_: None), []
        if free:
            await one.open("door.example", port)
            assert [await taken(port, host) for host in hosts] == [b"taken"] * 2
            one.close()
            return
        with pytest.raises(OSError, match="in use"):
            await one.open("door.example", port)
        assert [each.fileno() for each in Faulty.made] == [-1, -1]

    with socket.socket() as other:
        other.bind((hosts[1], 0))
        port = other.getsockname()[1]
        if free:
            other.close()
        asyncio.run(work(port))


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_no_address_is_shared_with_a_stranger_who_would_share_it(family: int, host: str) -> None:
    with socket.create_server((host, 0), family=family, reuse_port=True) as there:
        address = Address(host, there.getsockname()[1])
        with pytest.raises(AddressTaken):
            require_free(address, "`listen`")
    require_free(address, "`listen`")
