"""Servers of strangers, on loopback: each answers one script, and counts who came."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import Final

from ostiary.contract.model import FetchRule
from ostiary.keys.devca import DevelopmentTls, development_tls
from ostiary.server.fetch import Fetcher
from ostiary.server.gateway.tls import server_context

HOST: Final = "files.book.example"
JSON: Final = frozenset({"application/json"})
MOST: Final = 1000
LOOPBACK: Final = ip_network("127.0.0.0/8")
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@cache
def certified(*hosts: str) -> DevelopmentTls:
    return development_tls(hosts or (HOST,), int(time.time()), token_bytes)


def context_of(tls: DevelopmentTls) -> ssl.SSLContext:
    with TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "c.pem", Path(folder) / "k.pem"
        certificate.write_bytes(tls.certificate)
        key.write_bytes(tls.key)
        return server_context(str(certificate), str(key))


def says(head: str, body: bytes = b"") -> Script:
    """An answer as it stands, and the end."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return script


def gives(body: bytes, kind: str = "application/json", more: str = "") -> Script:
    return says(f"HTTP/1.1 200 OK\ncontent-type: {kind}\ncontent-length: {len(body)}{more}", body)


@dataclass
class Stranger:
    """`seen`: the heads of the requests that came. `script` may be changed."""

    script: Script
    tls: DevelopmentTls = field(default_factory=certified)
    port: int = 0
    seen: list[bytes] = field(default_factory=list)
    connections: int = 0

    def uri(self, path: str = "/file", host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"

    @property
    def rule(self) -> FetchRule:
        """With which it can be reached."""
        return FetchRule((LOOPBACK,), frozenset({self.port}), self.tls.ca.decode())

    def fetcher(self, *answers: Sequence[str], seconds: float = 5.0, **changes: object) -> Fetcher:
        """`answers`: what the name resolves to, one after the other; the last one from then on."""
        return Fetcher(replace(self.rule, **changes), resolving(*answers), seconds)  # type: ignore[arg-type]  # a test's own fields

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.seen.append(await reader.readuntil(b"\r\n\r\n"))
            await self.script(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked is gone
        finally:
            writer.close()


@asynccontextmanager
async def stranger(
    script: Script, tls: DevelopmentTls | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Stranger]:
    made = Stranger(script, tls or certified())
    server = await asyncio.start_server(made._serve, host, 0, ssl=context_of(made.tls))
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def resolving(*answers: Sequence[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    left = list(answers) or [["127.0.0.1"]]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def by_name(names: Mapping[str, Sequence[str]]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        if host not in names:
            raise OSError(host)
        return names[host]

    return resolve
