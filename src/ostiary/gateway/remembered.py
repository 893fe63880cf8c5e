"""Credentials that were verified, remembered so that each is verified once. Bounded in bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ostiary.contract.model import LimitBy
from ostiary.gateway.decision import Check, Cookie
from ostiary.gateway.limits import Bucket, Charges
from ostiary.gateway.peer import Network
from ostiary.model.ids import ClientId, RouteId, ServiceName, Subject, TenantId, TokenId
from ostiary.model.principal import Principal

MOST_ENTRIES: Final = 20_000
MOST_BYTES: Final = 6 * 1024 * 1024
_OVERHEAD: Final = 1700
"""About what an entry takes beside the credential itself and the identities made for it, in bytes."""


@dataclass(slots=True, eq=False)
class Seen:
    """A verified credential and what requests with it need. Times are seconds since the epoch."""

    principal: Principal
    token: TokenId
    expires_at: int
    audiences: frozenset[str]
    who: tuple[ClientId, Subject | None, TenantId | None]
    """For the record: one object for all requests of the credential."""
    counted_as: Mapping[LimitBy, str]
    """What limits count together. Without a person or tenant that is the client."""
    networks: tuple[Network, ...]
    limits: tuple[Bucket, ...]
    """Of the client, on every route."""
    otherwise: tuple[Bucket, ...]
    """Of its kind, where neither the client nor the route has one."""
    origins: frozenset[bytes] | None
    """Where its scripts may run; None: the client's kind has no scripts of other origins."""
    claims: Mapping[str, object] = field(repr=False)
    prove: Check | None = None
    """What each request has to show beside the credential; None: nothing, it is good for who holds it."""
    cookie: Cookie | None = None
    """It is loaded anew where it has expired; None: it is refused then."""
    says: bytes = b""
    """What every answer to it says, as lines."""
    version: int = -1
    """Of the revocations that it was checked against."""
    used: bool = True
    charges: dict[RouteId, Charges] = field(default_factory=dict, repr=False)
    """What its requests spend on each route, where no limit counts by address."""
    identities: dict[ServiceName, tuple[float, bytes]] = field(default_factory=dict, repr=False)
    """For each service until when the identity field that was made for it is used, and the field's line."""


class Remembered:
    """From a credential's bytes to what is known of it. The one that was not used for longest goes first (clock)."""

    __slots__ = ("_bytes", "_entries", "_most_bytes", "get")

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._entries: Final[dict[bytes, Seen]] = {}
        self.get = self._entries.get
        self._bytes = 0
        self._most_bytes = most_bytes

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, credential: bytes, seen: Seen) -> None:
        """Remember; forget others where there is no room."""
        self._entries[credential] = seen
        self._bytes += _size(credential)
        while self._bytes > self._most_bytes:
            self._evict()

    def drop(self, credential: bytes) -> None:
        if self._entries.pop(credential, None) is not None:
            self._bytes -= _size(credential)

    def clear(self) -> None:
        """Everything is verified anew: a key may be gone."""
        self._entries.clear()
        self._bytes = 0

    def _evict(self) -> None:
        credential = next(iter(self._entries))
        seen = self._entries.pop(credential)
        if seen.used:
            seen.used = False
            self._entries[credential] = seen
        else:
            self._bytes -= _size(credential)


def _size(credential: bytes) -> int:
    return 2 * len(credential) + _OVERHEAD
