"""One gateway worker in this process, on a real socket and a real store, before an origin that a test writes.

The origin speaks raw HTTP/1.1 and so does the client; h11 reads what comes back, because nobody here wrote it.
"""

import asyncio
import gc
import json
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import h11
import uvloop

from ostiary.audit.encode import decode
from ostiary.contract.model import Contract
from ostiary.contract.read import load
from ostiary.keys import jwt
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.master import MasterKey
from ostiary.keys.records import KeyUse
from ostiary.keys.ring import first_keys, new_key
from ostiary.keys.session_cookie import PURPOSE
from ostiary.model.events import Event
from ostiary.model.events.gateway import GatewayRefused
from ostiary.model.ids import Secret
from ostiary.model.reasons import Reason
from ostiary.server.channel import Listener, Setup
from ostiary.server.gateway.worker import GatewayWorker
from ostiary.server.memory import SHARED_BYTES, make_shared
from ostiary.server.streams import Streams
from ostiary.store.interface import Store
from ostiary.store.opening import open_store
from secrets_seen import secret

T = TypeVar("T")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

AUTHORITY: Final = "door.example"
ORIGIN: Final = f"https://{AUTHORITY}"
AUDIENCE: Final = "https://api.example"
SECONDS: Final = 60.0
"""In which anything has to have happened."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """On the loop that production uses."""
    return uvloop.run(asyncio.wait_for(work, SECONDS))


class NoSecrets:
    """A source with one value, but for old secrets, each of which is another."""

    def read(self, name: str) -> Secret:
        return Secret(old_secret(name) if name.startswith("OLD_") else "k" * 43)


def old_secret(name: str) -> str:
    """What `${env:NAME}` leads to where the name begins with `OLD_`."""
    return (name.lower().replace("_", "-") * 44)[:44]


def contract(service: int, *, files: Mapping[str, bytes] | None = None, **changes: Any) -> Contract:
    """Public and guarded routes to the one service; `changes` replace what stands at the top of the file, and `files`
    lie beside it."""
    file = {
        "origin": ORIGIN,
        "insecure_plain_http": {"value": True, "because": "the tests look at what is inside TLS"},
        "master_key": "${env:MASTER}",
        "state": "/var/lib/ostiary",
        "services": {"api": {"url": f"http://127.0.0.1:{service}", "audience": AUDIENCE}},
        "scopes": {"things": "See things"},
        "roles": {"customer": ["things"]},
        "clients": {
            "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]}
        },
        "routes": ROUTES,
    } | changes
    beside = files or {}
    return load(json.dumps(file).encode(), "ostiary.yaml", {"env": NoSecrets()}, lambda name: beside.get(name, b""))


ROUTES: Final = [
    {"on": "GET /public/{x}", "to": "api", "public": True},
    {"on": "POST /public/{x}", "to": "api", "public": True, "bounds": {"body": "32MiB"}},
    {"on": "POST /small", "to": "api", "public": True, "bounds": {"body": "1KiB"}},
    {"on": "GET /socket", "to": "api", "public": True, "upgrade": "websocket"},
    {"on": "GET /things/{user}", "to": "api", "scope": "things", "owner": "user"},
    {"on": "POST /things", "to": "api", "scope": "things", "owner": "body.owner"},
]


@dataclass(slots=True)
class Answer:
    """What a client got. `fields`: names in lower case; `interim`: statuses below 200 that came before."""

    status: int
    fields: Mapping[str, str]
    body: bytes
    interim: list[int]


@dataclass(slots=True)
class Line:
    """One connection to the door."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _parser: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))

    async def ask(self, head: str, *fields: str, body: bytes = b"") -> Answer:
        """`head` as `GET /path`."""
        await self.send(request(head, *fields, body=body))
        return await self.answer(head.partition(" ")[0])

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, method: str = "GET") -> Answer:
        """The whole next answer. Raises h11.RemoteProtocolError where it is cut or malformed."""
        head = await self.head(method)
        while type(event := await self._next()) is h11.Data:
            head.body += event.data
        assert type(event) is h11.EndOfMessage
        return head

    async def head(self, method: str = "GET") -> Answer:
        """The next answer without its body."""
        if self._parser.our_state is h11.DONE and self._parser.their_state is h11.DONE:
            self._parser.start_next_cycle()
        elif self._parser.our_state is not h11.IDLE:
            raise AssertionError(self._parser.states)
        self._parser.send(h11.Request(method=method, target="/", headers=[("host", AUTHORITY)]))
        self._parser.send(h11.EndOfMessage())
        interim = []
        while type(event := await self._next()) is h11.InformationalResponse:
            interim.append(event.status_code)
        assert type(event) is h11.Response, event
        fields = {name.decode(): value.decode() for name, value in event.headers}
        return Answer(event.status_code, fields, b"", interim)

    async def part(self) -> bytes:
        """The next bytes of a body."""
        event = await self._next()
        return bytes(event.data) if type(event) is h11.Data else b""

    async def _next(self) -> object:
        while (event := self._parser.next_event()) is h11.NEED_DATA:
            self._parser.receive_data(await self.reader.read(65536))
        return event

    async def ended(self) -> bool:
        """Whether the door closes, or has; reads what is left."""
        with suppress(ConnectionError):
            await self.reader.read()
        return True

    def close(self) -> None:
        self.writer.close()


def request(head: str, *fields: str, body: bytes = b"") -> bytes:
    """A request with its Host, and Content-Length where it has a body."""
    lines = [f"{head} HTTP/1.1", f"Host: {AUTHORITY}", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class World:
    """A running worker."""

    setup: Setup
    """Which another worker of the same machine would get too."""

    def __init__(
        self, worker: GatewayWorker, store: Store, key: SigningPrivateKey, service: int, memory: Mapping[str, int]
    ) -> None:
        self.worker = worker
        self.store = store
        self.service = service
        self.memory = memory
        self.web_key = b""
        """By which the worker knows its cookies."""
        self._key = key
        self._lines: list[Line] = []
        self._drained = False

    async def drain(self) -> None:
        """Once."""
        if not self._drained:
            self._drained = True
            await self.worker.drain()

    async def connect(self, buffer: int | None = None, port: int | None = None) -> Line:
        """`port`: of another listener than the first. `buffer`: bytes that the kernel keeps on each side for a client
        that does not read, who is read only as far as the test asks."""
        connection = socket.socket()
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port or self.worker.port))
        except ConnectionError:
            connection.close()
            raise
        line = Line(*await asyncio.open_connection(sock=connection, limit=buffer or 65536))
        if buffer is not None:
            await asyncio.sleep(0.05)
            for one in self.worker.connections:
                one.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        return self.track(line)

    def track(self, line: Line) -> Line:
        """It is closed at the end."""
        self._lines.append(line)
        return line

    def token(self, subject: str = "ada", **claims: Any) -> str:
        """The Authorization field of a token that the issuer could have made."""
        now = int(time.time())
        said = {
            "iss": ORIGIN,
            "aud": AUDIENCE,
            "sub": subject,
            "client_id": "site",
            "iat": now,
            "exp": now + 600,
            "jti": secrets.token_urlsafe(8),
            "scope": "things",
            "roles": ["customer"],
        }
        return f"Authorization: Bearer {secret(jwt.sign(said | claims, self._key, 'at+jwt'))}"

    async def events(self, kind: type[T]) -> list[T]:
        """Those of this type on record, once there is one."""
        while not (found := [event for event in await self.recorded() if isinstance(event, kind)]):  # noqa: ASYNC110  # a store tells nobody when it was written
            await asyncio.sleep(0.01)
        return found

    async def recorded(self) -> list[Event]:
        """All that is on record by now."""
        return [decode(record.body) async for record in self.store.records()]

    def close(self) -> None:
        for line in self._lines:
            line.close()


@asynccontextmanager
async def world(
    folder: Path, serve: Serve, listeners: tuple[Listener, ...] = (), **changes: Any
) -> AsyncIterator[World]:
    """A door before an origin that serves each connection with `serve`, and `listeners` beside it."""
    origin = await asyncio.start_server(_closing(serve), "127.0.0.1", 0)
    service = origin.sockets[0].getsockname()[1]
    made = contract(service, **changes)
    master, key = MasterKey(secrets.token_bytes(32)), SigningPrivateKey.generate()
    location = Secret(str(folder / "store.sqlite3"))
    store = await open_store(location, master.derive("audit"))
    keys = [(key, KeyUse.ISSUER), (SigningPrivateKey.generate(), KeyUse.GATEWAY)]
    new = [new_key(private, use, master, secrets.token_bytes(12)) for private, use in keys]
    await store.commit(first_keys(int(time.time()), new))
    memory = make_shared(SHARED_BYTES)
    issuer = str(folder / "issuer.sock")
    everywhere = (Listener("127.0.0.1", 0, None), *listeners)
    setup = Setup(0, made, master.to_text(), location, issuer, everywhere, memory)
    worker = GatewayWorker(setup)
    await worker.start()
    running = World(worker, store, key, service, memory)
    running.web_key = master.derive(PURPOSE)
    running.setup = setup
    try:
        yield running
    finally:
        running.close()
        await running.drain()
        await store.close()
        origin.close()
        for descriptor in memory.values():
            os.close(descriptor)


def _closing(serve: Serve) -> Serve:
    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the door left
        finally:
            writer.close()

    return served


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """The head of the next request at the origin; raises IncompleteReadError where there is none."""
    return await reader.readuntil(b"\r\n\r\n")


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of the next request at the origin."""
    head = await read_head(reader)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head, await reader.readexactly(int(line.split(b":")[1]))
    if b"transfer-encoding: chunked" in head.lower():
        return head, await _read_chunks(reader)
    return head, b""


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An origin that reads and says nothing."""
    await reader.read()


def answering(answer: bytes, heads: list[bytes] | None = None) -> Serve:
    """An origin that gives the same answer to everything. `heads`: where it puts those of its requests."""
    seen = [] if heads is None else heads

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append((await read_request(reader))[0])
            writer.write(answer)

    return serve


OK: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

QUICK: Final = {"first_byte": "1s", "headers": "1s", "body": "1s", "connect": "1s", "idle": "1s"}
"""Time-outs that a test can wait for."""


async def until(true: Callable[[], bool]) -> None:
    """For what tells nobody that it has happened."""
    while not true():  # noqa: ASYNC110  # nothing tells
        await asyncio.sleep(0.005)


def tasks(name: str) -> int:
    """How many of this coroutine are kept, done or not."""
    made = (each for each in gc.get_objects() if isinstance(each, asyncio.Task))
    return sum(getattr(each.get_coro(), "__qualname__", None) == name for each in made)


async def reasons(door: World) -> list[Reason]:
    """Why requests were refused, as recorded."""
    return [event.reason for event in await door.events(GatewayRefused)]


@dataclass(slots=True)
class IssuerSocket:
    """In place of the issuer's process."""

    server: asyncio.AbstractServer
    connections: list[Streams]
    """Of workers, one each."""

    def close(self) -> None:
        """It is gone."""
        self.server.close()
        for one in self.connections:
            one.close()


async def listen_as_issuer(
    folder: Path, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]
) -> IssuerSocket:
    """Each stream of a worker is served like a connection."""
    connections: list[Streams] = []

    def connected() -> Streams:
        connections.append(Streams(lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), serve)))
        return connections[-1]

    server = await asyncio.get_running_loop().create_unix_server(connected, folder / "issuer.sock")
    return IssuerSocket(server, connections)
