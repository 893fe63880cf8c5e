"""Fetches the keys of clients that keep them elsewhere, and remembers them."""

from collections.abc import Iterable
from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.issuer.fetched_keys import MOST_BYTES, TYPES, FetchedKeys, after_fetch, must_fetch, read_keys
from ostiary.keys.keyset import KeySet
from ostiary.model.ids import ClientId
from ostiary.server.fetch import Fetcher, FetchFailed
from ostiary.server.issuer.turns import Turns


class ClientKeys:
    """Of the one issuer process."""

    def __init__(self) -> None:
        self._kept: Final[dict[ClientId, FetchedKeys]] = {}
        self._turns: Final = Turns()

    async def freshen(self, client: ClientId, uri: str, kid: str | None, fetcher: Fetcher, now: float) -> bool:
        """Fetch where it is time to; whoever comes meanwhile waits for the same answer. Whether something changed."""
        if not must_fetch(self._kept.get(client), uri, kid, now):
            return self.drop_if_over(client, uri, now)
        async with self._turns.of(client.encode()):
            before = self._kept.get(client)
            if not must_fetch(before, uri, kid, now):
                return False
            self._kept[client] = after_fetch(before, uri, await fetched_keys(uri, fetcher), now)
        return True

    def drop_if_over(self, client: ClientId, uri: str, now: float) -> bool:
        """Whether keys that were good are so no more."""
        kept = self._kept.get(client)
        if kept is None or kept.keys is None or kept.usable(uri, now) is not None:
            return False
        self._kept[client] = FetchedKeys(uri, kept.tried_at)
        return True

    def usable(self, clients: Iterable[ClientRule], now: float) -> dict[ClientId, KeySet]:
        """Those of these clients; what is kept of others goes."""
        living = {client.id: client.jwks_uri for client in clients if client.jwks_uri is not None}
        for gone in self._kept.keys() - living.keys():
            del self._kept[gone]
        found = ((id, self._kept[id].usable(uri, now)) for id, uri in living.items() if id in self._kept)
        return {id: keys for id, keys in found if keys is not None}


async def fetched_keys(uri: str, fetcher: Fetcher) -> tuple[KeySet, str] | None:
    """The keys that are there and how long they are good; None where there are none that can be used."""
    try:
        came = await fetcher.get(uri, TYPES, MOST_BYTES)
    except FetchFailed:
        return None
    keys = read_keys(came.body)
    return None if keys is None else (keys, came.cache_control)
