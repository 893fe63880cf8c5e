"""The issuer's keys in memory: which one signs and what is published, worked out once for each change."""

from collections.abc import Sequence

from ostiary.keys import ring
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.keys.master import MasterKey
from ostiary.keys.records import KeyUse, SigningKey
from ostiary.model.frozen import frozen


@frozen
class Current:
    """What holds until `until`, in seconds since the epoch."""

    signing: SigningPrivateKey
    published: KeySet
    jwks: bytes
    gateway_jwks: bytes
    until: float


class IssuerKeys:
    """Follows the store's records: `adopt` brings new ones, and time does the rest."""

    def __init__(self, master: MasterKey, records: Sequence[SigningKey]) -> None:
        self._master = master
        self._records = records
        self._current: Current | None = None

    def adopt(self, records: Sequence[SigningKey]) -> None:
        """These are the store's keys now."""
        self._records, self._current = records, None

    def at(self, now: float) -> Current:
        """Raises NoSigningKey where the store has none, SealBroken where the master key is not the one of the store."""
        current = self._current
        if current is None or now >= current.until:
            current = self._current = self._work_out(int(now))
        return current

    def _work_out(self, now: int) -> Current:
        signing = ring.open_key(ring.signing_key(self._records, KeyUse.ISSUER, now), self._master)
        published = ring.published(self._records, KeyUse.ISSUER, now)
        gateway = ring.published(self._records, KeyUse.GATEWAY, now)
        return Current(
            signing,
            published,
            published.to_jwks().encode(),
            gateway.to_jwks().encode(),
            _next_change(self._records, now),
        )


def _next_change(records: Sequence[SigningKey], now: int) -> float:
    """When another key signs or one is dead, if nothing else happens."""
    times = [time for key in records for time in (key.signs_at, key.dies_at) if time is not None and time > now]
    return min(times, default=float("inf"))
