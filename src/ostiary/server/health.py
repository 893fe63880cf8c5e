"""`/healthz`, `/readyz` and `/metrics`: how this machine's door is, for those who watch over it."""

import time
from collections.abc import Iterator, Mapping
from typing import Final

from ostiary.server import metrics
from ostiary.server.admin import Page, Pages
from ostiary.server.children import Child
from ostiary.server.gateway.published import Place
from ostiary.server.memory import attach
from ostiary.server.metrics import Process
from ostiary.server.supervisor import Supervisor

_EXPOSITION: Final = "text/plain; version=1.0.0; charset=utf-8"


def pages(supervisor: Supervisor, memory: Mapping[str, int]) -> Pages:
    """The pages of the admin listener."""
    health = _Health(supervisor, memory)
    return {b"/healthz": lambda: Page(200, b"ok\n"), b"/readyz": health.ready, b"/metrics": health.metrics}


class _Health:
    def __init__(self, supervisor: Supervisor, memory: Mapping[str, int]) -> None:
        self._supervisor: Final = supervisor
        self._shared: Final = attach(memory["metrics"])

    def ready(self) -> Page:
        """503 with a line for each process that does not serve, or serves on what it heard too long ago."""
        wrong = list(self._wrong())
        return Page(503, "".join(f"{line}\n" for line in wrong).encode()) if wrong else Page(200, b"ready\n")

    def metrics(self) -> Page:
        return Page(200, metrics.exposition(list(self._processes())), _EXPOSITION)

    def _wrong(self) -> Iterator[str]:
        bound = self._supervisor.setup.contract.feed_bound_seconds
        for process in self._processes():
            if not process.ready:
                yield f"{process.role} {process.number} is not ready"
            elif process.role == "gateway" and (process.feed_age is None or process.feed_age > bound):
                yield f"{process.role} {process.number} has not heard the feed for more than {bound} s"

    def _processes(self) -> Iterator[Process]:
        return map(self._process, self._supervisor.children)

    def _process(self, child: Child) -> Process:
        snapshot = Place(self._shared, child.number).read() if child.role == "gateway" else None
        age = None if snapshot is None else max(0.0, (time.monotonic_ns() - snapshot["heard_at"]) / 1e9)
        return Process(child.role, child.number, child.ready, child.starts, snapshot, age)
