"""Follows the feed, so that what this worker believes stays true (docs/adr/0003)."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from ostiary.contract.registered import RegisteredClient
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.old_uses import CountOldUse, OldUses
from ostiary.gateway.revocation import Revocations
from ostiary.keys.api_key import TouchApiKey
from ostiary.model.plan import Plan
from ostiary.server.gateway.keys import GatewayKeys
from ostiary.store.interface import Store, StoreUnavailable


class Follower:
    """Applies the feed to the revocations and all keys; `changed` is called after what may end running streams,
    `registered` with the clients that registered themselves, at first and when these change."""

    def __init__(
        self,
        store: Store,
        keys: GatewayKeys,
        api_keys: ApiKeys,
        old_uses: OldUses,
        revocations: Revocations,
        changed: Callable[[], None],
        registered: Callable[[Sequence[RegisteredClient]], None],
    ) -> None:
        self._store: Final = store
        self._keys: Final = keys
        self._api_keys: Final = api_keys
        self._api_keys_version = -1
        self._old_uses: Final = old_uses
        self._revocations: Final = revocations
        self._changed: Final = changed
        self._registered: Final = registered
        self._clients_version = -1
        self._trusts: Sequence[Trust] = ()
        self._keys_version = revocations.keys_version

    def serve(self, trusts: Sequence[Trust]) -> None:
        """Keep these true from now on."""
        self._trusts = trusts

    async def poll(self) -> None:
        """Hear the feed once. Raises StoreUnavailable, NoSigningKey, SealBroken."""
        revocations = self._revocations
        before = revocations.position
        asked_at = await self._catch_up()
        if revocations.keys_version != self._keys_version:
            version = revocations.keys_version
            self._keys.adopt(await self._store.signing_keys())
            self._keys_version = version
            self._adopt_keys()
        elif self._keys.change_due(time.time()):
            self._adopt_keys()
        if revocations.api_keys_version != self._api_keys_version:
            read = revocations.api_keys_version
            self._api_keys.adopt(await self._store.api_keys())
            self._api_keys_version = read
        if revocations.clients_version != self._clients_version:
            read = revocations.clients_version
            self._registered(await self._store.registered_clients())
            self._clients_version = read
        revocations.heard_at = asked_at
        if revocations.position != before:
            self._changed()

    async def _catch_up(self) -> int:
        """Page by page; when the last one was asked for, in monotonic nanoseconds."""
        while True:
            asked_at = time.monotonic_ns()
            events = await self._store.feed_since(self._revocations.position)
            if not events:
                return asked_at
            self._revocations.apply(events)

    async def forget(self) -> None:
        """What can refuse no living token any more."""
        self._revocations.forget(time.time())

    async def write_used(self) -> None:
        """What the store is told of uses."""
        await self._write_used_keys()
        await self._write_old_uses()

    async def _write_old_uses(self) -> None:
        """How often old ways were used; a store that is away learns of it later."""
        uses = self._old_uses.take()
        if uses:
            try:
                await self._store.commit(Plan(tuple(map(CountOldUse, uses))))
            except StoreUnavailable:
                self._old_uses.give_back(uses)

    async def _write_used_keys(self) -> None:
        """When API keys were used last; a store that is away learns of the next use."""
        used = self._api_keys.take_used()
        if used:
            with suppress(StoreUnavailable):
                await self._store.commit(Plan(tuple(TouchApiKey(id, int(at)) for id, at in used.items())))

    def _adopt_keys(self) -> None:
        for trust in self._trusts:
            trust.keys = self._keys.published
            trust.remembered.clear()
