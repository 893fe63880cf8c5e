"""A gateway worker whose door is plain HTTP, with one listener more that asks for client certificates over real TLS."""

import asyncio
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import h11

from client_certificates import Authority, Issued
from gateway_world import AUTHORITY as DOOR
from gateway_world import OK, Answer, Line, Serve, World, answering, contract, world
from ostiary.contract.model import TlsFiles
from ostiary.keys.certificate import thumbprint_of
from ostiary.keys.devca import development_tls
from ostiary.model.events.gateway import GatewayRefused
from ostiary.model.ids import GatewayName
from ostiary.model.reasons import Reason
from ostiary.server.channel import CertificatesTaken, Listener

OWN: Final = "own.example"
"""The authority of the listener's origin."""
ROUTES: Final = [
    {"on": "GET /public/{x}", "to": "api", "public": True},
    {"on": "GET /things", "to": "api", "scope": "things"},
    {"on": "GET /bound", "to": "api", "scope": "things", "bound": "mtls"},
    {"on": "GET /inside", "to": "api", "scope": "things", "expose": "internal"},
]
CLIENTS: Final[Mapping[str, Any]] = {
    "ledger": {"kind": "service", "scopes": ["things"], "certificate": {"dns": "ledger.example"}},
    "robot": {"kind": "service", "scopes": ["things"], "secret": "${env:S}"},
}


_SERVE: Final = answering(OK)


class Refused(Exception):
    """The handshake, or what followed it at once, failed."""


@dataclass
class Mutual:
    """The worker, and how a client comes to its listener."""

    world: World
    ca: bytes
    folder: Path

    def context(self, shown: Issued | None) -> ssl.SSLContext:
        """Of a client that trusts the door."""
        made = ssl.create_default_context(cadata=self.ca.decode())
        if shown is not None:
            made.load_cert_chain(*shown.written(self.folder / "client", secrets.token_hex(4)))
        return made

    async def connect(self, shown: Issued | None) -> Line:
        """Raises Refused."""
        port = self.world.worker.ports[1]
        try:
            streams = await asyncio.open_connection("127.0.0.1", port, ssl=self.context(shown), server_hostname=OWN)
        except (ssl.SSLError, ConnectionError):
            raise Refused from None
        line = Line(*streams)
        self.world.track(line)
        return line

    async def ask(self, line: Line, head: str, *fields: str, host: str = OWN) -> Answer:
        """Raises Refused: with TLS 1.3 a client learns only now that its certificate was not taken."""
        method = head.partition(" ")[0]
        try:
            await line.send("\r\n".join([f"{head} HTTP/1.1", f"Host: {host}", *fields, "", ""]).encode())
            return await line.answer(method)
        except (ssl.SSLError, ConnectionError, h11.RemoteProtocolError):
            raise Refused from None

    async def once(self, shown: Issued | None, head: str, *fields: str) -> Answer:
        """On a connection of its own."""
        return await self.ask(await self.connect(shown), head, *fields)

    def token(self, shown: Issued | None, client: str = "ledger", **claims: Any) -> str:
        """Bound to the certificate; None: to nothing."""
        bound = {} if shown is None else {"cnf": {"x5t#S256": thumbprint_of(shown.der)}}
        return self.world.token(client, client_id=client, roles=[], **{**bound, **claims})


@asynccontextmanager
async def mutual(
    folder: Path,
    authority: Authority,
    *,
    required: bool = True,
    revoked: bytes | None = None,
    serve: Serve = _SERVE,
    **changes: Any,
) -> AsyncIterator[Mutual]:
    """`revoked`: the authority's list, in `clients.crl`; None: it has none. `changes`: as in `gateway_world`."""
    made = development_tls((DOOR, OWN), int(time.time()), secrets.token_bytes)
    (folder / "door.pem").write_bytes(made.certificate)
    (folder / "door.key").write_bytes(made.key)
    (folder / "clients.pem").write_bytes(authority.pem)
    lists = () if revoked is None else (str(folder / "clients.crl"),)
    if revoked is not None:
        (folder / "clients.crl").write_bytes(revoked)
    listener = Listener(
        host="127.0.0.1",
        port=0,
        tls=TlsFiles(str(folder / "door.pem"), str(folder / "door.key")),
        gateway=GatewayName("own"),
        taken=CertificatesTaken(str(folder / "clients.pem"), lists, required),
    )
    async with world(folder, serve, (listener,), **written(authority, **changes)) as running:
        yield Mutual(running, made.ca, folder)


def written(authority: Authority, **changes: Any) -> dict[str, Any]:
    """What stands in the contract."""
    own = {
        "listen": "127.0.0.1:9444",
        "origin": f"https://{OWN}",
        "tls": {"certificate": "door.pem", "key": "door.key"},
        "client_certificates": {"authorities": "clients.pem"},
    }
    files = {"clients.pem": authority.pem}
    whole = {"routes": ROUTES, "clients": CLIENTS, "gateways": {"own": own}, "files": files} | changes
    whole["gateways"] = {"own": own | changes.get("own", {})}
    whole.pop("own", None)
    return whole


def adopt(running: World, authority: Authority, **changes: Any) -> None:
    """Put a changed contract in force."""
    running.worker.prepare(contract(running.service, **written(authority, **changes)))()


async def refused(door: Mutual, answer: Answer) -> tuple[int, Reason]:
    """Status, and why it was as recorded."""
    while not (found := [each for each in await events(door) if each.ref == answer.fields["x-request-id"]]):  # noqa: ASYNC110  # as there
        await asyncio.sleep(0.01)
    return answer.status, found[0].reason


async def events(door: Mutual) -> list[GatewayRefused]:
    return await door.world.events(GatewayRefused)
