"""Tells the admin listener what this worker counts and how it is, twice a second."""

import asyncio
import time
from typing import Final

from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.metrics import Counts
from ostiary.server.gateway.published import Place

REPORT_SECONDS: Final = 0.5


class Reporter:
    """`trust` is the one in force."""

    def __init__(self, place: Place, counts: Counts, table: Table) -> None:
        self._place: Final = place
        self._counts: Final = counts
        self._table: Final = table
        self.trust: Trust | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.report()
            await asyncio.sleep(REPORT_SECONDS)

    def report(self) -> None:
        """Where a contract has so many routes that their counts have no place, the sums still do."""
        told = {**self._counts.snapshot(), **self._state()}
        if not self._place.write(told):
            self._place.write(told | {"routes": {}})

    def _state(self) -> dict[str, object]:
        trust = self.trust
        return {
            "heard_at": 0 if trust is None else trust.revocations.heard_at,
            "revocations": 0 if trust is None else len(trust.revocations),
            "remembered": 0 if trust is None else len(trust.remembered),
            "limits_forgotten": self._table.evicted,
            "cpu_seconds": time.process_time(),
        }
