"""One gateway worker: everything of it wired together, started, changed and drained."""

import asyncio
import resource
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from ostiary.contract.model import Contract
from ostiary.contract.registered import RegisteredClient, with_registered
from ostiary.gateway.certificates import own_of
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.metrics import Counts
from ostiary.gateway.old_uses import OldUses
from ostiary.gateway.revocation import Revocations
from ostiary.keys.master import MasterKey
from ostiary.keys.session_cookie import PURPOSE
from ostiary.server.channel import Listener, Setup
from ostiary.server.chores import again
from ostiary.server.gateway.checkup import Checkup
from ostiary.server.gateway.clockwork import Clockwork
from ostiary.server.gateway.connection import ClientConnection
from ostiary.server.gateway.door import Door
from ostiary.server.gateway.entrance import Entrance, Tls
from ostiary.server.gateway.follower import Follower
from ostiary.server.gateway.keys import GatewayKeys
from ostiary.server.gateway.listening import Listening
from ostiary.server.gateway.published import Place
from ostiary.server.gateway.recorder import Recorder
from ostiary.server.gateway.reporter import Reporter
from ostiary.server.memory import attach
from ostiary.server.proofs import open_proofs
from ostiary.store.opening import open_store

POLL_SECONDS: Final = 0.2
"""Between two looks at the feed."""
USED_SECONDS: Final = 5.0
"""After which the store, and the issuer for its sessions, is told what was used."""
FORGET_SECONDS: Final = 60.0
REPORT_SECONDS: Final = 0.5
CHECKUP_SECONDS: Final = 2.0
LISTS_SECONDS: Final = 2.0
"""Between two looks for new revocation lists."""
DRAIN_SECONDS: Final = 20.0
GRACE_SECONDS: Final = 1.0
"""After Drain a connection that waits for its next request may still send one for so long."""


class GatewayGone(Exception):
    """A listener would be open without rules; the text says which."""


class GatewayWorker:
    """A `Service` of `server.child`."""

    def __init__(self, setup: Setup) -> None:
        self._setup: Final = setup
        self._master: Final = MasterKey.from_text(setup.master_key)
        place = Place(attach(setup.memory["metrics"]), setup.number)
        before = place.read()
        self._counts: Final = Counts() if before is None else Counts.restored(before)
        self._revocations: Final = Revocations()
        self._table: Final = Table(memoryview(attach(setup.memory["limits"])))
        self._api_keys: Final = ApiKeys()
        self._old_uses: Final = OldUses(self._counts)
        self._proofs: Final = open_proofs(setup.memory["proofs"])
        self._web_key: Final = self._master.derive(PURPOSE)
        self._contract: Contract | None = None
        self._registered: Sequence[RegisteredClient] = ()
        self._reporter: Final = Reporter(place, self._counts, self._table)

    async def start(self) -> None:
        """Raises StoreUnavailable, NoSigningKey, SealBroken, OSError."""
        setup, master = self._setup, self._master
        _allow_many_connections()
        self._store = await open_store(setup.store, master.derive("audit"))
        self._keys = GatewayKeys(master, await self._store.signing_keys())
        prefix = secrets.token_hex(4)
        recorder = Recorder(self._store, prefix, master.derive("pseudonym"), self._counts)
        self._clockwork = Clockwork(asyncio.get_running_loop())
        self.entrances = [Entrance(listener) for listener in setup.listeners]
        self._door = Door(prefix, setup.issuer_socket, recorder, self._clockwork, self._counts)
        self._follower = Follower(
            self._store,
            self._keys,
            self._api_keys,
            self._old_uses,
            self._revocations,
            self._door.recheck,
            self._adopt_registered,
        )
        await self._follower.poll()
        self.prepare(setup.contract)()
        self._recording = asyncio.create_task(recorder.run(lambda: self._door.contract.audit_bound_seconds))
        self._listening = [await self._listen(entrance) for entrance in self.entrances]
        self.ports: list[int] = [listening.port for listening in self._listening]
        """Where it listens, in the order of the listeners, in case it was told port 0."""
        await self._reporter.report()
        self._tasks = [
            asyncio.create_task(chore)
            for chore in (
                again(POLL_SECONDS, self._follower.poll),
                again(FORGET_SECONDS, self._follower.forget),
                again(USED_SECONDS, self._follower.write_used),
                again(REPORT_SECONDS, self._reporter.report),
                again(CHECKUP_SECONDS, Checkup(self._door).look),
                again(USED_SECONDS, self._door.sessions.tell_used),
                *(again(LISTS_SECONDS, partial(entrance.look, self._door.recheck)) for entrance in self.entrances),
            )
        ]

    @property
    def port(self) -> int:
        """Of the first listener."""
        return self.ports[0]

    @property
    def connections(self) -> Sequence[asyncio.Transport]:
        """Of clients."""
        return [each.transport for each in self._door.connections]

    def prepare(self, contract: Contract, listeners: Sequence[Listener] | None = None) -> Callable[[], None]:
        """Raises what is wrong with the contract, or with the files of the listeners. None: these stay as they are."""
        return self._prepared(contract, [self._tls_of(entrance, listeners) for entrance in self.entrances])

    def _tls_of(self, entrance: Entrance, listeners: Sequence[Listener] | None) -> Tls:
        """Raises OSError and CertificateInvalid."""
        name = entrance.listener.gateway
        anew = next((each for each in listeners or () if each.gateway == name), None)
        return entrance.tls if anew is None else Tls.read(anew)

    def _prepared(self, contract: Contract, tls: Sequence[Tls]) -> Callable[[], None]:
        known = self._registered
        whole = with_registered(contract, known)
        gateways = [self._gateway_at(*each, whole) for each in zip(self.entrances, tls, strict=True)]
        trusts, own = [gateway.trust for gateway in gateways], own_of(contract.clients.values())

        def adopt() -> None:
            if known is not self._registered:
                self._prepared(contract, tls)()
                return
            self._contract = contract
            for trust in trusts:
                trust.keys = self._keys.published
            self._follower.serve(trusts)
            self._reporter.trusts = trusts
            self._door.adopt(whole, trusts[0])
            for entrance, gateway, shown in zip(self.entrances, gateways, tls, strict=True):
                entrance.adopt(gateway, shown, own)
            self._door.recheck()

        return adopt

    def _adopt_registered(self, clients: Sequence[RegisteredClient]) -> None:
        """From now on these are let in beside the contract's: rules are compiled anew, since they hold what clients
        there are."""
        self._registered = tuple(clients)
        if self._contract is not None:
            self.prepare(self._contract)()

    def _gateway_at(self, entrance: Entrance, tls: Tls, contract: Contract) -> Gateway:
        """Raises GatewayGone where the contract has the listener no more."""
        name = entrance.listener.gateway
        if name is not None and name not in contract.gateways:
            raise GatewayGone(f"the contract has no gateway {name} any more: that needs a restart")
        rule = None if name is None else contract.gateways[name]
        keys, memory = self._keys.published, (self._revocations, self._proofs, self._api_keys)
        trust = (
            Trust.of(contract, keys, *memory, self._web_key, self._old_uses)
            if rule is None
            else Trust.of(contract, keys, *memory, None, self._old_uses, rule.origin)
        )
        facts = Facts(trust, self._table, self._keys.sign, self._counts, tls.trusted)
        return Gateway(contract, facts, listener=rule)

    async def drain(self) -> None:
        """Finish what runs, write what happened, close the store."""
        for listening in self._listening:
            listening.close()
        self._door.drain()
        await self._until_empty(GRACE_SECONDS)
        self._door.close_idle()
        await self._until_empty(DRAIN_SECONDS)
        self._door.abort()
        for task in self._tasks:
            task.cancel()
        await self._door.sessions.tell_used()
        self._door.uplink.close()
        await self._follower.write_used()
        self._door.recorder.close()
        await self._recording
        self._clockwork.stop()
        await self._store.close()

    async def _listen(self, entrance: Entrance) -> Listening:
        """Raises OSError."""
        recorder, listener = self._door.recorder, entrance.listener
        listening = Listening(
            lambda: ClientConnection(self._door, entrance),
            lambda: entrance.tls.context,
            lambda reason, address: recorder.no_handshake(reason, listener.gateway, address),
        )
        await listening.open(listener.host, listener.port)
        return listening

    async def _until_empty(self, seconds: float) -> None:
        """Return when no client is connected any more, or the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._door.empty.wait(), seconds)


def _allow_many_connections() -> None:
    """As many descriptors as this account may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
