"""Which contract is in force, and how another takes its place: its file anew, or the clients of the admin API."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ostiary import __version__
from ostiary.contract.mistakes import ContractBroken
from ostiary.contract.model import Contract
from ostiary.contract.pins import PinsUnfit
from ostiary.keys.master import MasterKey
from ostiary.model.events.program import ContractChanged, InsecureSetting, Started
from ostiary.model.plan import Plan
from ostiary.server.admission import Admission, find_admission
from ostiary.server.app_configurations import pin_served, publish
from ostiary.server.place import Place, TlsUnusable, find_place
from ostiary.server.reloading import kept, need_restart
from ostiary.server.supervisor import CannotServe, Supervisor
from ostiary.store.interface import Store, StoreUnavailable


class InForce:
    """`place` and `admission` change together, once every process has taken what they say. `admission` is there from
    `admit` on."""

    admission: Admission
    _store: Store

    def __init__(self, place: Place, supervisor: Supervisor, master: MasterKey, say: Callable[[str], None]) -> None:
        """Raises TlsUnusable."""
        self.place = place
        self._supervisor = supervisor
        self._master = master
        self._say = say
        self._served = pin_served(place)
        self._recorded = place.contract.digest
        """Of the contract that the log says is in force."""
        self._admitting = asyncio.Lock()

    async def admit(self, store: Store) -> Contract:
        """The first contract, with the clients that the store has. Raises ContractBroken, StoreUnavailable."""
        self._store = store
        self.admission = await self._admitted(self.place)
        return self.admission.whole

    async def record_start(self) -> None:
        """Raises StoreUnavailable."""
        await self._store.commit(_started(self.place))
        await self._publish()

    async def reload(self) -> Mapping[str, Any]:
        """Take the contract's file anew, as a whole or not at all. The answer has `contract` where it is in force, also
        beside an error."""
        try:
            return await self._swap()
        except ContractBroken as broken:
            return {"error": "the contract is broken; the old one stays in force", "mistakes": _told(broken)}
        except (CannotServe, StoreUnavailable, TlsUnusable, OSError) as error:
            return {"error": f"the old contract stays in force: {error}", "mistakes": []}

    async def _swap(self) -> Mapping[str, Any]:
        new = await asyncio.to_thread(find_place, self.place.file, self.place.state.path)
        fixed, old = need_restart(new.deployment, self.place.deployment), self.place.contract.digest
        new = replace(new, deployment=kept(new.deployment, self.place.deployment))
        async with self._admitting:
            admission = await self._admitted(new)
            await self._supervisor.adopt(admission.whole, await asyncio.to_thread(lambda: new.listeners))
            self.place, self.admission = new, admission
        failed = await self._made_known()
        return {"contract": new.contract.digest, "previous": old, "need_restart": fixed, **failed}

    async def _made_known(self) -> Mapping[str, Any]:
        """What failed of it, if something did: by then the new contract is in force, whatever the store does."""
        place, failing = self.place, "recording it"
        try:
            await self._store.commit(_changed(place, self._recorded))
            self._recorded = place.contract.digest
            failing = "publishing what apps fetch"
            await self._publish()
        except StoreUnavailable as error:
            return {"error": f"the new contract is in force, but {failing} failed: {error}", "mistakes": []}
        return {}

    async def take_clients(self) -> None:
        """Put the clients of the admin API in force as the store has them; what keeps that from being is said, and
        tried again with the next change. Raises StoreUnavailable."""
        async with self._admitting:
            if await self._store.admin_clients() == self.admission.clients:
                return
            try:
                admission = await self._admitted(self.place, self.admission)
                await self._supervisor.adopt(admission.whole)
            except (ContractBroken, CannotServe) as error:
                self._say(f"the clients of the admin API stay as they were: {error}")
                return
            self.admission = admission
        await self._publish()

    async def _admitted(self, place: Place, before: Admission | None = None) -> Admission:
        """Raises ContractBroken, StoreUnavailable."""
        return await find_admission(place.draft, place.contract, self._store, before)

    async def _publish(self) -> None:
        """What apps fetch; where that would do harm it is said, and they keep what they have. Raises
        StoreUnavailable."""
        if self.place.deployment.only is not None:
            return
        try:
            await publish(self._store, self.admission.whole, self._served, self._master)
        except PinsUnfit as unfit:
            self._say(f"what apps fetch stays as it was: {unfit}")


def _told(broken: ContractBroken) -> list[dict[str, Any]]:
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
