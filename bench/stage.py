"""Where gateways are measured: one upstream, one certificate, one issuer, a folder for each program."""

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import origin, processes, tokens
from bench.peers import tls
from bench.peers.gateway import Gateway, Job, Limits, Running
from bench.tokens import Signer


def build(stack: contextlib.ExitStack, place: Path, revoked: list[str]) -> tuple[origin.Origin, Job]:
    """Start the upstream, which ends with the stack, and say what every gateway has to do."""
    upstream = origin.start(place)
    stack.enter_context(processes.running(upstream.program))
    signer = Signer(f"https://{tokens.HOST}", "https://api.example")
    return upstream, Job(place, upstream.port, tls.create(place), signer, revoked, Limits())


@contextlib.contextmanager
def started(gateway: Gateway, job: Job, **other: Any) -> Iterator[Running]:
    """The gateway in a folder of its own, its job changed by `other`, ended when the block ends."""
    place = Path(tempfile.mkdtemp(prefix=f"{gateway.name}-", dir=job.place))
    running = gateway.start(dataclasses.replace(job, place=place, **other))
    try:
        yield running
    finally:
        running.stop()
