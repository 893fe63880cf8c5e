"""`ostiary up`: everything of one machine, from the contract to the last drained request."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from ostiary import __version__
from ostiary.contract.mistakes import ContractBroken
from ostiary.contract.pins import PinsUnfit
from ostiary.contract.places import Address
from ostiary.keys.master import MasterKey
from ostiary.model.events.program import ContractChanged, InsecureSetting, Started
from ostiary.model.feed import AdminClientsChanged
from ostiary.model.plan import Plan
from ostiary.server import admin
from ostiary.server.admin_api import AdminApi
from ostiary.server.admission import Admission, find_admission
from ostiary.server.app_configurations import pin_served, publish
from ostiary.server.channel import Setup
from ostiary.server.children import Inheritance, child_environment
from ostiary.server.chores import again
from ostiary.server.control import Control
from ostiary.server.development import CA_FILE
from ostiary.server.health import pages
from ostiary.server.memory import SHARED_BYTES, make_shared
from ostiary.server.place import Place, TlsUnusable, find_place, require_free
from ostiary.server.proofs import begin_proofs
from ostiary.server.reloading import kept, need_restart
from ostiary.server.rotation import make_first_keys, require_our_keys, rotate_due
from ostiary.server.supervisor import CannotServe, Supervisor
from ostiary.store.interface import Store, StoreUnavailable
from ostiary.store.opening import open_store

FOLLOW_SECONDS: Final = 0.2
"""How often the feed is heard for clients of the admin API."""
CARE_SECONDS: Final = 60.0
"""How often what is past is forgotten and keys that are due are rotated."""


class Up:
    """One `ostiary up`. `store` is there while it runs."""

    store: Store
    _admission: Admission

    def __init__(self, place: Place, say: Callable[[str], None]) -> None:
        self._place = place
        self._say = say
        self._heard = 0
        self._recorded = place.contract.digest
        """Of the contract that the log says is in force."""
        self._admitting = asyncio.Lock()
        self._master = place.master_key()
        self._served = pin_served(place)
        self._memory = make_shared(SHARED_BYTES)
        if not begin_proofs(self._memory["proofs"], time.time()):
            say("this system has no robust mutexes; used proofs are looked up under its file locks, which takes longer")
        self._supervisor = Supervisor(self._setup(), place.workers, self._inheritance(), say)

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
        self.store = await open_store(self._place.store, self._key().derive("audit"))
        stack.push_async_callback(self.store.close)
        await make_first_keys(self.store, self._key())
        await require_our_keys(self.store, self._key())
        self._admission = await self._admitted(self._place)
        self._supervisor.setup = replace(self._supervisor.setup, contract=self._admission.whole)
        await self.store.commit(_started(self._place))
        await self._publish()
        await self._supervisor.begin()
        await self._listen(stack)
        self._tell()

    def _tell(self) -> None:
        """Where everything is."""
        place, admin_at = self._place, self._place.deployment.admin
        self._say(f"health and metrics on http://{admin_at.host or '*'}:{admin_at.port}")
        if place.deployment.tls is None and not place.deployment.plain_http:
            self._say(f"a certificate of this machine's own; who trusts it: {place.state.path / 'tls' / CA_FILE}")
        gateways, only = place.contract.gateways, place.deployment.only
        for name in gateways if only is None else (only,):
            self._say(f"gateway {name} on {gateways[name].origin}")
        if only is None:
            self._say(f"ready on {place.contract.origin}")

    async def _listen(self, stack: AsyncExitStack) -> None:
        address = self._place.deployment.admin
        served = pages(self._supervisor, self._memory)
        api = AdminApi(self.store, lambda: self._admission, self._take_clients, secrets.token_bytes)
        opened = api.answer if self._place.deployment.admin_api else None
        listener = await admin.listen(address.host, address.port, served, opened)
        stack.push_async_callback(self._write_counted, api)
        stack.callback(listener.close)
        self._api = api
        control = Control(self._place.state.control_socket, {"reload": self._reload})
        await control.start()
        stack.push_async_callback(control.stop)

    async def reload(self) -> None:
        """Take the contract's file anew, and say what came of it."""
        answer = await self._reload()
        for mistake in answer.get("mistakes", ()):
            self._say("{file}:{line}:{column}: {says} {mend}".format(**mistake))
        self._say(answer.get("error") or "the contract is in force")

    async def _reload(self) -> Mapping[str, Any]:
        """In force as a whole, or not at all. The answer has `contract` where it is, also beside an error."""
        try:
            return await self._swap()
        except ContractBroken as broken:
            return {"error": "the contract is broken; the old one stays in force", "mistakes": told(broken)}
        except (CannotServe, StoreUnavailable, TlsUnusable, OSError) as error:
            return {"error": f"the old contract stays in force: {error}", "mistakes": []}

    async def _swap(self) -> Mapping[str, Any]:
        new = await asyncio.to_thread(find_place, self._place.file, self._place.state.path)
        fixed, old = need_restart(new.deployment, self._place.deployment), self._place.contract.digest
        new = replace(new, deployment=kept(new.deployment, self._place.deployment))
        async with self._admitting:
            admission = await self._admitted(new)
            await self._supervisor.adopt(admission.whole, await asyncio.to_thread(lambda: new.listeners))
            self._place, self._admission = new, admission
        failed = await self._made_known()
        return {"contract": new.contract.digest, "previous": old, "need_restart": fixed, **failed}

    async def _made_known(self) -> Mapping[str, Any]:
        """What failed of it, if something did: by then the new contract is in force, whatever the store does."""
        place, failing = self._place, "recording it"
        try:
            await self.store.commit(_changed(place, self._recorded))
            self._recorded = place.contract.digest
            failing = "publishing what apps fetch"
            await self._publish()
        except StoreUnavailable as error:
            return {"error": f"the new contract is in force, but {failing} failed: {error}", "mistakes": []}
        return {}

    async def _admitted(self, place: Place, before: Admission | None = None) -> Admission:
        """Raises ContractBroken, StoreUnavailable."""
        return await find_admission(place.draft, place.contract, self.store, before)

    async def _take_clients(self) -> None:
        """Put the clients of the admin API in force as the store has them; what keeps that from being is said, and
        tried again with the next change. Raises StoreUnavailable."""
        async with self._admitting:
            if await self.store.admin_clients() == self._admission.clients:
                return
            try:
                admission = await self._admitted(self._place, self._admission)
                await self._supervisor.adopt(admission.whole)
            except (ContractBroken, CannotServe) as error:
                self._say(f"the clients of the admin API stay as they were: {error}")
                return
            self._admission = admission
        await self._publish()

    async def _publish(self) -> None:
        """What apps fetch; where that would do harm it is said, and they keep what they have. Raises
        StoreUnavailable."""
        if self._place.deployment.only is not None:
            return
        try:
            await publish(self.store, self._admission.whole, self._served, self._key())
        except PinsUnfit as unfit:
            self._say(f"what apps fetch stays as it was: {unfit}")

    async def _write_counted(self, api: AdminApi) -> None:
        with suppress(StoreUnavailable):
            await api.write_counted(closing=True)

    async def _follow(self) -> None:
        """Hear of clients that were made at other machines, and write what the admin API only counted."""
        await self._api.write_counted(closing=False)
        events = await self.store.feed_since(self._heard)
        if any(isinstance(each.event, AdminClientsChanged) for each in events):
            await self._take_clients()
        self._heard = events[-1].position if events else self._heard

    async def _care(self) -> None:
        await rotate_due(self.store, self._key(), self._place.contract)
        await self.store.forget(int(time.time()))

    def _key(self) -> MasterKey:
        return MasterKey.from_text(self._master)

    def _setup(self) -> Setup:
        place = self._place
        return Setup(
            number=0,
            contract=place.contract,
            master_key=self._master,
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


def told(broken: ContractBroken) -> list[dict[str, Any]]:
    """Mistakes as JSON."""
    names = ("file", "line", "column", "severity", "code", "says", "mend")
    return [{name: getattr(mistake, name) for name in names} for mistake in broken.mistakes]


def _started(place: Place) -> Plan:
    now = time.time()
    return Plan(events=(Started(at=now, contract=place.contract.digest, version=__version__), *_insecure(place, now)))


def _changed(place: Place, previous: str) -> Plan:
    now = time.time()
    changed = ContractChanged(at=now, contract=place.contract.digest, previous=previous)
    return Plan(events=(changed, *_insecure(place, now)))


def _insecure(place: Place, now: float) -> tuple[InsecureSetting, ...]:
    return tuple(InsecureSetting(at=now, setting=use.setting, because=use.because) for use in place.contract.insecure)
