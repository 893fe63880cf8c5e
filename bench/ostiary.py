"""Ostiary as the benchmark runs it."""

from pathlib import Path

from bench.peers.gateway import Job, Running
from bench.peers.issuer import Running as IssuerRunning


class Ostiary:
    """One gateway worker."""

    name = "ostiary"
    checks = True

    def version(self) -> str:
        raise NotImplementedError

    def start(self, job: Job) -> Running:
        raise NotImplementedError


class OstiaryIssuer:
    """All processes of one `ostiary up`."""

    name = "ostiary"

    def version(self) -> str:
        raise NotImplementedError

    def start(self, place: Path) -> IssuerRunning:
        raise NotImplementedError
