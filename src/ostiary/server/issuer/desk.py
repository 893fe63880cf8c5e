"""What every endpoint of the issuer needs of the world: the contract, the store, keys, clock and randomness."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ostiary.audit.flood import RefusalLedger
from ostiary.contract.model import ClientRule, Contract, FetchRule
from ostiary.contract.registered import RegisteredClient, with_registered
from ostiary.issuer.app_configuration import configuration_key
from ostiary.issuer.registry import Registry, read_contract
from ostiary.keys.dpop import Proofs
from ostiary.keys.hashing import pseudonym
from ostiary.keys.jwt import unverified_kid
from ostiary.keys.master import MasterKey
from ostiary.keys.session_cookie import PURPOSE
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.server.fetch import Fetcher, Resolve, resolve
from ostiary.server.issuer.client_keys import ClientKeys
from ostiary.server.issuer.documents import Documents, documents
from ostiary.server.issuer.keys import IssuerKeys
from ostiary.server.issuer.passwords import Passwords
from ostiary.server.issuer.turns import Turns
from ostiary.store.interface import Store


@frozen
class Reading:
    """One contract with all that follows from it; replaced as a whole, so that no request sees half of two."""

    registry: Registry
    documents: Documents


def reading(contract: Contract) -> Reading:
    """Raises what is wrong with the contract."""
    registry = read_contract(contract)
    return Reading(registry, documents(contract))


class Desk:
    """The issuer of one process. `clock`: seconds since the epoch."""

    def __init__(
        self,
        contract: Contract,
        store: Store,
        master: MasterKey,
        keys: IssuerKeys,
        proofs: Proofs,
        clock: Callable[[], float],
        fresh: Fresh,
        resolve: Resolve = resolve,
    ) -> None:
        self.store: Final = store
        self.keys: Final = keys
        self.proofs: Final = proofs
        self.clock: Final = clock
        self.fresh: Final = fresh
        self.refusals: Final = RefusalLedger(clock())
        self.refresh_key: Final = master.derive("refresh")
        self.form_key: Final = master.derive("forms")
        self.pseudonym_key: Final = master.derive("pseudonym")
        self.device_key: Final = master.derive("device")
        self.challenge_key: Final = master.derive("statement challenges")
        self.configuration_key: Final = configuration_key(master)
        self.web_key: Final = master.derive(PURPOSE)
        self.web_sealing: Final = MasterKey(master.derive("web session tokens"))
        self.web_turns: Final = Turns()
        self.passwords: Final = Passwords()
        self.devices: Final = Turns()
        self.statements: Final = Turns()
        self._contract = contract
        self._registered: Sequence[RegisteredClient] = ()
        self._hearing: Final = asyncio.Lock()
        self._resolve: Final = resolve
        self._fetcher = Fetcher(FetchRule(), resolve)
        self.client_keys: Final = ClientKeys()
        self._take(reading(contract))

    def _take(self, read: Reading) -> None:
        self.registry, self.documents = read.registry, read.documents

    @property
    def registered(self) -> Sequence[RegisteredClient]:
        """The clients that registered themselves."""
        return self._registered

    def prepare(self, contract: Contract) -> Callable[[], None]:
        """Read a contract; what it returns puts it in force and cannot fail. Raises what is wrong with it."""
        known = self._registered
        ready = reading(with_registered(contract, known))

        def adopt() -> None:
            self._contract = contract
            same = known is self._registered
            self._take(ready if same else reading(with_registered(contract, self._registered)))
            self._take_keys()

        return adopt

    @property
    def fetcher(self) -> Fetcher:
        """Under the contract in force."""
        opened = self._contract.registration
        rule = FetchRule() if opened is None else opened.fetch
        if self._fetcher.rule != rule:
            self._fetcher = Fetcher(rule, self._resolve)
        return self._fetcher

    async def freshen_keys(self, client: ClientRule, signed: str, now: float) -> None:
        """Fetch the keys of a client that keeps them elsewhere, where it is time to before a JWT of it is judged."""
        if client.jwks_uri is not None:
            kid = unverified_kid(signed)
            if await self.client_keys.freshen(client.id, client.jwks_uri, kid, self.fetcher, now):
                self._take_keys()

    def _take_keys(self) -> None:
        """The registry knows keys that were fetched as it knows those of the contract."""
        registry = self.registry
        clients = registry.contract.clients.values()
        own = {client.id: registry.keys[client.id] for client in clients if client.jwks is not None}
        keys = {**own, **self.client_keys.usable(clients, self.clock())}
        self.registry = replace(registry, keys=keys)

    async def hear_registered(self) -> None:
        """Read the clients that registered themselves anew; the last to read is the last to adopt. Raises
        StoreUnavailable."""
        async with self._hearing:
            self._registered = tuple(await self.store.registered_clients())
            self._take(reading(with_registered(self._contract, self._registered)))
            self._take_keys()

    def pseudonym(self, value: str) -> str:
        """What stands for an address or a login in events."""
        return pseudonym(self.pseudonym_key, value)
