"""How often legacy clients come by their old ways: counted here by day, and kept in the store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ostiary.contract.model import OldWay
from ostiary.gateway.metrics import Counts
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId
from ostiary.model.plan import Write

DAY: Final = 86400


@frozen
class OldUse:
    """Of one client and way on one day. `day`: its first moment (UTC), in seconds since the epoch."""

    client: ClientId
    way: OldWay
    day: int
    count: int
    used_at: int
    """The last use."""


@frozen
class CountOldUse(Write):
    """As many more on that day."""

    use: OldUse


@dataclass(slots=True)
class OldUses:
    """Since they were written last; as many keys as the contract has ways, for each day. `totals` counts on."""

    totals: Counts = field(default_factory=Counts)
    _counts: dict[tuple[ClientId, OldWay, int], tuple[int, int]] = field(default_factory=dict)

    def count(self, client: ClientId, way: OldWay, now: int) -> None:
        """One request more."""
        self.totals.old_ways_total += 1
        key = client, way, now - now % DAY
        self._counts[key] = (self._counts.get(key, (0, 0))[0] + 1, now)

    def take(self) -> Sequence[OldUse]:
        """What was counted since the last time."""
        taken = [OldUse(*key, *counted) for key, counted in self._counts.items()]
        self._counts.clear()
        return taken

    def give_back(self, uses: Sequence[OldUse]) -> None:
        """They could not be written, so that they are still to be."""
        for use in uses:
            key = use.client, use.way, use.day
            count, used_at = self._counts.get(key, (0, 0))
            self._counts[key] = count + use.count, max(used_at, use.used_at)
