"""`ostiary up`: everything of one machine, from the contract to the last drained request."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from ostiary.contract.places import Address
from ostiary.model.feed import AdminClientsChanged
from ostiary.server import admin
from ostiary.server.admin_api import AdminApi
from ostiary.server.channel import Setup
from ostiary.server.children import Inheritance, child_environment
from ostiary.server.chores import again
from ostiary.server.control import Control
from ostiary.server.development import CA_FILE
from ostiary.server.health import pages
from ostiary.server.in_force import InForce
from ostiary.server.memory import SHARED_BYTES, make_shared
from ostiary.server.place import Place, require_free
from ostiary.server.proofs import begin_proofs
from ostiary.server.rotation import make_first_keys, require_our_keys, rotate_due
from ostiary.server.supervisor import Supervisor
from ostiary.store.interface import Store, StoreUnavailable
from ostiary.store.opening import open_store

FOLLOW_SECONDS: Final = 0.2
"""How often the feed is heard for clients of the admin API."""
CARE_SECONDS: Final = 60.0
"""How often what is past is forgotten and keys that are due are rotated."""


class Up:
    """One `ostiary up`. `store` is there while it runs."""

    store: Store

    def __init__(self, place: Place, say: Callable[[str], None]) -> None:
        self._place = place
        self._say = say
        self._heard = 0
        self._master = place.master_key()
        self._memory = make_shared(SHARED_BYTES)
        if not begin_proofs(self._memory["proofs"], time.time()):
            say("this system has no robust mutexes; used proofs are looked up under its file locks, which takes longer")
        self._supervisor = Supervisor(self._setup(), place.workers, self._inheritance(), say)
        self._in_force = InForce(place, self._supervisor, self._master, say)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Up"]:
        """Requests are served inside; on the way out everything is drained."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._supervisor.stop)
            await self._start(stack)
            chores = again(CARE_SECONDS, self._care), again(FOLLOW_SECONDS, self._follow)
            running = [asyncio.create_task(chore) for chore in chores]
            try:
                yield self
            finally:
                self._say("draining")
                for chore in running:
                    chore.cancel()

    async def _start(self, stack: AsyncExitStack) -> None:
        await self._supervisor.spawn()
        self.store = await open_store(self._place.store, self._master.derive("audit"))
        stack.push_async_callback(self.store.close)
        await make_first_keys(self.store, self._master)
        await require_our_keys(self.store, self._master)
        whole = await self._in_force.admit(self.store)
        self._supervisor.setup = replace(self._supervisor.setup, contract=whole)
        await self._in_force.record_start()
        await self._supervisor.begin()
        await self._listen(stack)
        self._tell()

    def _tell(self) -> None:
        """Where everything is."""
        place, admin_at = self._place, self._place.deployment.admin
        self._say(f"health and metrics on http://{admin_at.host or '*'}:{admin_at.port}")
        if place.deployment.tls is None and not place.deployment.plain_http:
            self._say(f"the certificate is this machine's own; let browsers trust {place.state.path / 'tls' / CA_FILE}")
        gateways, only = place.contract.gateways, place.deployment.only
        for name in gateways if only is None else (only,):
            self._say(f"gateway {name} on {gateways[name].origin}")
        if only is None:
            self._say(f"ready on {place.contract.origin}")

    async def _listen(self, stack: AsyncExitStack) -> None:
        address = self._place.deployment.admin
        served = pages(self._supervisor, self._memory)
        api = AdminApi(self.store, lambda: self._in_force.admission, self._in_force.take_clients, secrets.token_bytes)
        opened = api.answer if self._place.deployment.admin_api else None
        listener = await admin.listen(address.host, address.port, served, opened)
        stack.push_async_callback(self._write_counted, api)
        stack.callback(listener.close)
        self._api = api
        control = Control(self._place.state.control_socket, {"reload": self._in_force.reload})
        await control.start()
        stack.push_async_callback(control.stop)

    async def reload(self) -> None:
        """Take the contract's file anew, and say what came of it."""
        answer = await self._in_force.reload()
        for mistake in answer.get("mistakes", ()):
            self._say("{file}:{line}:{column}: {says} {mend}".format(**mistake))
        self._say(answer.get("error") or "the contract is in force")

    async def _write_counted(self, api: AdminApi) -> None:
        with suppress(StoreUnavailable):
            await api.write_counted(closing=True)

    async def _follow(self) -> None:
        """Hear of clients that were made at other machines, and write what the admin API only counted."""
        await self._api.write_counted(closing=False)
        events = await self.store.feed_since(self._heard)
        if any(isinstance(each.event, AdminClientsChanged) for each in events):
            await self._in_force.take_clients()
        self._heard = events[-1].position if events else self._heard

    async def _care(self) -> None:
        await rotate_due(self.store, self._master, self._in_force.place.contract)
        await self.store.forget(int(time.time()))

    def _setup(self) -> Setup:
        place = self._place
        return Setup(
            number=0,
            contract=place.contract,
            master_key=self._master.to_text(),
            store=place.store,
            issuer_socket=str(place.state.issuer_socket),
            listeners=place.listeners,
            memory=self._memory,
        )

    def _inheritance(self) -> Inheritance:
        environment = child_environment(os.environ, secrets.randbelow(2**32))
        return Inheritance(tuple(self._memory.values()), environment)


async def up(place: Place, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP reloads. Raises as `running` does."""
    loop, stop, reloads = asyncio.get_running_loop(), asyncio.Event(), set[asyncio.Task[None]]()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(place, say) as made:
        loop.add_signal_handler(signal.SIGHUP, lambda: reloads.add(loop.create_task(made.reload())))
        await stop.wait()


@asynccontextmanager
async def running(place: Place, say: Callable[[str], None]) -> AsyncIterator[Up]:
    """The place's door is open inside. Raises StateUnusable, AddressTaken, StoreUnavailable, ChildDied."""
    place.state.make()
    held = place.state.occupy()
    try:
        for listener in place.listeners:
            what = "`listen`" if listener.gateway is None else f"`gateways.{listener.gateway}.listen`"
            require_free(Address(listener.host, listener.port), what)
        require_free(place.deployment.admin, "`admin`")
        async with Up(place, say).running() as made:
            yield made
    finally:
        os.close(held)
