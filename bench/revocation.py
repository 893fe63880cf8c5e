"""From a revocation to the last worker that refuses: `python -m bench.revocation [--quick] [--json FILE]`.

Four gateway workers, and for each kept-alive connections that ask without a pause. The clock starts when the store has
acknowledged the revocation, and stops when every connection was refused.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import ostiary_contract, ostiary_state, processes, stage, tokens
from bench.client import LENGTH
from bench.measure import machine
from bench.ostiary import up, write
from bench.peers.gateway import Limits
from bench.report import heading, table
from bench.report import write as write_json
from bench.tokens import LIFETIME, Signer
from ostiary import __version__
from ostiary.model.feed import ClientRevoked, FeedEvent, SessionEnded, SubjectChanged, TokenRevoked
from ostiary.model.ids import ClientId, SessionId, Subject, TokenId
from ostiary.model.plan import Plan
from ostiary.server.place import Place, find_place
from ostiary.store.interface import Store
from ostiary.store.opening import open_store

Way = Callable[[str, str, str, int], FeedEvent]
"""Makes the event that revokes a token of this client, subject and name."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

WORKERS = 4
CONNECTIONS = 24
PAUSE = 0.002
"""Between two requests of a connection, in seconds: what the figures are good to."""
OK, REFUSED = b"HTTP/1.1 200", b"HTTP/1.1 401"


def main() -> None:
    """Run the benchmark, print its table, write its JSON."""
    arguments = parse()
    rounds = 5 if arguments.quick else 20
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        port, signer, found = started(stack, place)
        figures = asyncio.run(measure(port, signer, found, rounds))
    result = {
        "benchmark": "revocation",
        "quick": arguments.quick,
        "machine": machine(),
        "versions": {"ostiary": __version__},
        "figures": figures,
    }
    heading(result)
    table(f"seconds until all of {WORKERS} workers refuse", figures)
    write_json(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.revocation")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, the version and the machine")
    return parser.parse_args()


def started(stack: contextlib.ExitStack, place: Path) -> tuple[int, Signer, Place]:
    """A door that believes the signer, until the stack ends."""
    _, built = stage.build(stack, place, [])
    job = dataclasses.replace(built, limits=Limits(person=1_000_000, client=1_000_000, seconds=1))
    port, admin = processes.free_ports(2)
    folder = place / "door"
    contract = write(folder, {**ostiary_contract.gateway(job, port, admin, tls=False), "workers": WORKERS})
    signer = ostiary_state.seed_gateway(contract, folder / "state", job.signer, [])
    stack.enter_context(processes.running(up(folder, contract, port, admin)))
    return port, signer, find_place(contract, folder / "state")


async def measure(port: int, signer: Signer, found: Place, rounds: int) -> dict[str, dict[str, float]]:
    """Each way to revoke, so many times."""
    store = await open_store(found.store, found.master_key().derive("audit"))
    figures = {}
    for name, event in WAYS.items():
        took = [await once(store, port, signer, event, number) for number in range(rounds)]
        figures[name] = {"median": round(statistics.median(took), 3), "most": round(max(took), 3)}
    await store.close()
    return figures


async def once(store: Store, port: int, signer: Signer, event: Way, number: int) -> float:
    """Revoke one token in this way; seconds until the last connection is refused."""
    name = f"{event.__name__}-{number}"
    (person,) = tokens.people(1, number)
    client, subject = f"client-{number % 23 + 1}", f"{person.subject}-{name}"
    mine = dataclasses.replace(person, subject=subject)
    token = signer.token(mine, name, client_id=client, iat=int(time.time()) - 60)
    request = tokens.request(mine.path("orders"), token)
    asking = [await connected(port, request) for _ in range(CONNECTIONS)]
    await store.commit(Plan(feed=(event(client, subject, name, int(time.time())),)))
    began = time.monotonic()
    await asyncio.gather(*(until_refused(*connection, request) for connection in asking))
    return time.monotonic() - began


async def connected(port: int, request: bytes) -> Connection:
    """A connection whose first request was let in."""
    connection = await asyncio.open_connection("127.0.0.1", port)
    if await ask(*connection, request) != OK:
        raise RuntimeError("the token was refused before it was revoked")
    return connection


async def until_refused(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    answer = OK
    while answer != REFUSED:
        answer = await ask(reader, writer, request)
        await asyncio.sleep(PAUSE)
    writer.close()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """The start of the answer's status line. A request that was under way when its token died has no answer."""
    writer.write(request)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return REFUSED
    length = LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head[: len(OK)]


def of_token(client: str, subject: str, name: str, now: int) -> FeedEvent:
    return TokenRevoked(TokenId(name), now + LIFETIME)


def of_session(client: str, subject: str, name: str, now: int) -> FeedEvent:
    return SessionEnded(SessionId(f"s-{name}"), now + LIFETIME)


def of_client(client: str, subject: str, name: str, now: int) -> FeedEvent:
    """A client of a round of its own: this comes last, and there are more clients than rounds."""
    return ClientRevoked(ClientId(client), now + LIFETIME)


def of_person(client: str, subject: str, name: str, now: int) -> FeedEvent:
    return SubjectChanged(Subject(subject), now, now + LIFETIME)


WAYS: dict[str, Way] = {"token": of_token, "session": of_session, "person": of_person, "client": of_client}

if __name__ == "__main__":
    main()
