"""Ostiary as the benchmark runs it."""

from bench.peers.gateway import Job, Running


class Ostiary:
    """One gateway worker."""

    name = "ostiary"
    checks = True

    def version(self) -> str:
        raise NotImplementedError

    def start(self, job: Job) -> Running:
        raise NotImplementedError
