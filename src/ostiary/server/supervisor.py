"""Keeps the children alive and under one contract. It opens no port itself, so nobody outside can talk to it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from ostiary.contract.model import Contract
from ostiary.server.channel import Adopt, Listener, Prepare, Prepared, Setup, Unfit
from ostiary.server.children import FIRST_WAIT, Child, ChildDied, Inheritance, next_wait

DRAIN_SECONDS = 30.0
"""How long requests that run at SIGTERM may take."""


class CannotServe(Exception):
    """A child could not prepare for the contract; the old one stays in force."""


class Supervisor:
    """The issuer and the gateway workers of one machine."""

    def __init__(self, setup: Setup, workers: int, inherits: Inheritance, say: Callable[[str], None]) -> None:
        self.setup = setup
        self._say = say
        roles = [("issuer", 0), *(("gateway", number) for number in range(workers))]
        self.children = [Child(role, n, lambda n=n: self._setup_of(n), inherits) for role, n in roles]  # type: ignore[misc]  # mypy cannot see the type of a default
        self._keepers: list[asyncio.Task[None]] = []
        self._changing = asyncio.Lock()

    def _setup_of(self, number: int) -> Setup:
        return replace(self.setup, number=number)

    @property
    def ready(self) -> bool:
        return all(child.ready for child in self.children)

    async def spawn(self) -> None:
        """Start the processes; they wait for `begin`."""
        await asyncio.gather(*(child.spawn() for child in self.children))

    async def begin(self) -> None:
        """Return when all serve. Raises ChildDied where one ends before that: then none is left."""
        try:
            await asyncio.gather(*(child.begin() for child in self.children))
        except ChildDied:
            await self.stop(0)
            raise
        self._keepers = [asyncio.create_task(self._keep(child)) for child in self.children]

    async def adopt(self, contract: Contract, listeners: tuple[Listener, ...] | None = None) -> None:
        """Swap the contract everywhere: all prepare, then all adopt. `listeners`: with these files; None: with those of
        before. Raises CannotServe; then nothing has changed.

        A child that dies in between is started with the contract that came out of it.
        """
        async with self._changing:
            answers = await asyncio.gather(*(child.ask(Prepare(contract, listeners)) for child in self.children))
            for answer in answers:
                if isinstance(answer, Unfit):
                    raise CannotServe(answer.why)
            self.setup = replace(self.setup, contract=contract, listeners=listeners or self.setup.listeners)
            for child, answer in zip(self.children, answers, strict=True):
                if isinstance(answer, Prepared):
                    child.tell(Adopt())

    async def stop(self, seconds: float = DRAIN_SECONDS) -> None:
        """Gateway workers drain first, since their requests may still need the issuer."""
        for keeper in self._keepers:
            keeper.cancel()
        await _stop_all([child for child in self.children if child.role == "gateway"], seconds)
        await _stop_all([child for child in self.children if child.role != "gateway"], seconds)

    async def _keep(self, child: Child) -> None:
        wait = FIRST_WAIT
        while True:
            began = time.monotonic()
            code = await child.ended()
            wait = next_wait(wait, time.monotonic() - began)
            self._say(f"{child.role} {child.number} ended with {code}; started again in {wait:.1f} s")
            await asyncio.sleep(wait)
            await self._start_again(child)

    async def _start_again(self, child: Child) -> None:
        child.close()
        async with self._changing:
            await child.spawn()
            with suppress(ChildDied):
                await child.begin()


async def _stop_all(children: Sequence[Child], seconds: float) -> None:
    await asyncio.gather(*(child.stop(seconds) for child in children))
