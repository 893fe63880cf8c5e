"""Tells the admin listener what this worker counts and how it is, twice a second."""

import time
from collections.abc import Sequence
from typing import Final

from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.metrics import Counts
from ostiary.server.gateway.published import Place


class Reporter:
    """`trusts`: those in force, one for each listener; given before the first report."""

    trusts: Sequence[Trust]

    def __init__(self, place: Place, counts: Counts, table: Table) -> None:
        self._place: Final = place
        self._counts: Final = counts
        self._table: Final = table

    async def report(self) -> None:
        """Where a contract has so many routes that their counts have no place, the sums still do."""
        told = {**self._counts.snapshot(), **self._state()}
        if not self._place.write(told):
            self._place.write(told | {"routes": {}})

    def _state(self) -> dict[str, object]:
        trusts = self.trusts
        return {
            "heard_at": trusts[0].revocations.heard_at,
            "revocations": len(trusts[0].revocations),
            "remembered": sum(len(trust.remembered) for trust in trusts),
            "limits_forgotten": self._table.evicted,
            "cpu_seconds": time.process_time(),
        }
