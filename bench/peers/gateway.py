"""What every gateway in the benchmark is given, and what it gives back once it runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.peers.tls import Certificate
from bench.processes import Program
from bench.tokens import Signer

HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""The security headers that each gateway with checks adds to an answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests in so many seconds one person, and one client, may send; all of them may come at once."""

    person: int = 100_000_000
    client: int = 100_000_000
    seconds: int = 10


@dataclass(frozen=True, slots=True)
class Job:
    """The work: where to keep files, what to proxy to, whom to trust, whom to refuse."""

    place: Path
    origin: int
    certificate: Certificate
    signer: Signer
    revoked: list[str]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Door:
    """A port of a running gateway, and the processes whose CPU counts for what comes in there."""

    port: int
    measured: Callable[[], list[int]]


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that accepts requests.

    `plain` and `tls` are two ports of one program, or of two, `plain` of the first; `signer` is the issuer that the
    gateway believes; `metrics` is the port and path of its metrics, `record` says whether a record of requests was
    written.
    """

    programs: Sequence[Program]
    plain: Door
    tls: Door
    signer: Signer
    metrics: tuple[int, str] | None = None
    record: Callable[[], bool] | None = None

    def stop(self) -> None:
        """End all of it."""
        for program in self.programs:
            program.stop()


class Gateway(Protocol):
    """A gateway under test: its name, whether it checks anything, and how it starts."""

    name: str
    checks: bool

    def version(self) -> str:
        """The version as the program itself tells it."""

    def start(self, job: Job) -> Running:
        """Start it on processes.SERVED_CPU with one worker."""
