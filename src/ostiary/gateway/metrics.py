"""What a worker counts, in plain integers; docs/metrics.md names everything that is exported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ostiary.model.ids import RouteId
from ostiary.model.reasons import Reason

LATENCY_STEPS: Final = 26
"""Latencies are counted by the number of bits of their microseconds: up to 1 us, 2 us, 4 us, ... 33 s."""


@dataclass(slots=True, eq=False)
class RouteCounts:
    """Of one route. `by_class[n]`: answers with a status in the n-hundreds."""

    by_class: list[int] = field(default_factory=lambda: [0] * 6)
    latency: list[int] = field(default_factory=lambda: [0] * LATENCY_STEPS)
    """Of the upstream: from the request's head to the answer's."""
    latency_ns: int = 0

    def answered(self, status: int, nanoseconds: int) -> None:
        """One answer of the upstream."""
        self.by_class[status // 100] += 1
        step = (nanoseconds // 1000).bit_length()
        self.latency[step if step < LATENCY_STEPS else -1] += 1
        self.latency_ns += nanoseconds


@dataclass(slots=True, eq=False)
class Counts:
    """Of one worker, since it started."""

    routes: dict[RouteId, RouteCounts] = field(default_factory=dict)
    refusals: dict[Reason, int] = field(default_factory=dict)
    connections_total: int = 0
    connections: int = 0
    upstream_connections_total: int = 0
    upstream_retries_total: int = 0
    records_lost_total: int = 0
    old_ways_total: int = 0

    def of_route(self, route: RouteId) -> RouteCounts:
        """They live on when the contract changes."""
        return self.routes.setdefault(route, RouteCounts())

    def refused(self, reason: Reason) -> None:
        self.refusals[reason] = self.refusals.get(reason, 0) + 1

    def snapshot(self) -> Mapping[str, object]:
        """Everything that is not zero, ready for JSON."""
        return {
            "routes": {
                route: [counts.by_class, counts.latency, counts.latency_ns]
                for route, counts in self.routes.items()
                if any(counts.by_class)
            },
            "refusals": {reason.value: count for reason, count in self.refusals.items()},
            "connections": self.connections,
        } | {name: getattr(self, name) for name in TOTALS}

    @classmethod
    def restored(cls, snapshot: Mapping[str, Any]) -> "Counts":
        """Goes on from a snapshot; connections begin at none."""
        routes = {RouteId(route): RouteCounts(*counts) for route, counts in snapshot["routes"].items()}
        refusals = {Reason(value): count for value, count in snapshot["refusals"].items()}
        return cls(routes, refusals, **{name: snapshot[name] for name in TOTALS})


TOTALS: Final = (
    "connections_total",
    "upstream_connections_total",
    "upstream_retries_total",
    "records_lost_total",
    "old_ways_total",
)
