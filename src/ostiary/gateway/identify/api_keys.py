"""The API keys of all partners, in memory: as the store has them, and when they were used here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ostiary.keys.api_key import ApiKey
from ostiary.model.ids import ApiKeyId, TokenHash


@dataclass(slots=True)
class ApiKeys:
    """`by_hash` is replaced as a whole when keys change."""

    by_hash: Mapping[TokenHash, ApiKey] = field(default_factory=dict)
    used: dict[ApiKeyId, float] = field(default_factory=dict)
    """Since this was written last: seconds since the epoch."""

    def adopt(self, keys: Iterable[ApiKey]) -> None:
        """These are the store's keys now; those that were revoked prove nothing."""
        self.by_hash = {key.hash: key for key in keys if key.revoked_at is None}

    def take_used(self) -> Mapping[ApiKeyId, float]:
        """What was used since the last time."""
        used = dict(self.used)
        self.used.clear()
        return used
