"""The keys of a gateway worker: those that tokens are verified with, and the one that signs identities."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from ostiary.gateway.identity import TYPE
from ostiary.keys import jwt, ring
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.keys.master import MasterKey
from ostiary.keys.records import KeyUse, SigningKey


class GatewayKeys:
    """Follows the store's records, and time."""

    def __init__(self, master: MasterKey, records: Sequence[SigningKey]) -> None:
        """Raises NoSigningKey, SealBroken."""
        self._master: Final = master
        self._records = records
        self._work_out(int(time.time()))

    def adopt(self, records: Sequence[SigningKey]) -> None:
        """These are the store's keys now. Raises NoSigningKey, SealBroken; then the old ones stay."""
        before, self._records = self._records, records
        try:
            self._work_out(int(time.time()))
        except (ring.NoSigningKey, ValueError):
            self._records = before
            raise

    def change_due(self, now: float) -> bool:
        """Whether another key signs, or one is dead, since the last look. Then `published` has changed."""
        if now < self._until:
            return False
        self._work_out(int(now))
        return True

    def sign(self, claims: Mapping[str, object]) -> str:
        """An identity for an upstream."""
        return jwt.sign(claims, self._signing, TYPE)

    def _work_out(self, now: int) -> None:
        self._signing: SigningPrivateKey = ring.open_key(
            ring.signing_key(self._records, KeyUse.GATEWAY, now), self._master
        )
        self.published: KeySet = ring.published(self._records, KeyUse.ISSUER, now)
        times = [at for key in self._records for at in (key.signs_at, key.dies_at) if at is not None and at > now]
        self._until = min(times, default=float("inf"))
