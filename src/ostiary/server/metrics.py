"""The counts of all workers as Prometheus reads them; docs/metrics.md names each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ostiary.gateway.metrics import LATENCY_STEPS
from ostiary.model.frozen import frozen

Snapshot = Mapping[str, Any]
"""Of one worker, as it published it."""

SUMMED: Final = {
    "connections_total": ("connections", "Connections of clients that were accepted."),
    "upstream_connections_total": ("upstream_connections", "Connections to services that were opened."),
    "upstream_retries_total": ("upstream_retries", "Requests sent again, because a kept connection had been closed."),
    "records_lost_total": ("records_lost", "Records of the audit log that could not be kept until it was written."),
    "old_ways_total": ("old_ways", "Requests of legacy clients by their old ways, those that came too late too."),
    "limits_forgotten": ("limits_forgotten", "Limits of somebody forgotten early, because the table was full."),
}
_BOUNDS: Final = [*(str((1 << bits) / 1e6) for bits in range(LATENCY_STEPS - 1)), "+Inf"]
"""Upper bounds in seconds of what `RouteCounts.latency` counts."""


@frozen
class Process:
    """One child of the supervisor."""

    role: str
    number: int
    ready: bool
    starts: int
    snapshot: Snapshot | None
    feed_age: float | None
    """Seconds since it last heard the feed; None for the issuer."""


def exposition(processes: Sequence[Process]) -> bytes:
    """All metrics in the text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(list(_metrics(processes))))
    text: bytes = generate_latest(registry)
    return text


class _Found(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _metrics(processes: Sequence[Process]) -> Iterator[Metric]:
    snapshots = [process.snapshot for process in processes if process.snapshot is not None]
    yield from _of_routes(snapshots)
    yield _refusals(snapshots)
    for name, (short, says) in SUMMED.items():
        yield CounterMetricFamily(f"ostiary_{short}", says, value=sum(each[name] for each in snapshots))
    yield GaugeMetricFamily(
        "ostiary_open_connections",
        "Connections of clients that are open.",
        value=sum(each["connections"] for each in snapshots),
    )
    yield from _of_processes(processes)


def _of_routes(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    answers = CounterMetricFamily(
        "ostiary_answers", "Answers of services, by route and class of status.", labels=["route", "status"]
    )
    latency = HistogramMetricFamily(
        "ostiary_upstream_seconds", "From a request's head to the head of its answer.", labels=["route"]
    )
    for route in sorted({route for each in snapshots for route in each["routes"]}):
        found = [each["routes"][route] for each in snapshots if route in each["routes"]]
        for hundreds, count in enumerate(_sum([by_class for by_class, _, _ in found])):
            if count:
                answers.add_metric([route, f"{hundreds}xx"], count)
        buckets = list(zip(_BOUNDS, _running(_sum([steps for _, steps, _ in found])), strict=True))
        latency.add_metric([route], buckets, sum(nanoseconds for _, _, nanoseconds in found) / 1e9)
    yield answers
    yield latency


def _refusals(snapshots: Sequence[Snapshot]) -> Metric:
    refusals = CounterMetricFamily("ostiary_refusals", "Requests that were refused, by reason.", labels=["reason"])
    for reason in sorted({reason for each in snapshots for reason in each["refusals"]}):
        refusals.add_metric([reason], sum(each["refusals"].get(reason, 0) for each in snapshots))
    return refusals


def _of_processes(processes: Sequence[Process]) -> Iterator[Metric]:
    labels = ["role", "number"]
    ready = GaugeMetricFamily("ostiary_process_ready", "Whether the process serves.", labels=labels)
    starts = CounterMetricFamily("ostiary_process_starts", "How often the process was started.", labels=labels)
    age = GaugeMetricFamily("ostiary_feed_age_seconds", "Since a worker last heard the feed.", labels=["number"])
    cpu = CounterMetricFamily("ostiary_worker_cpu_seconds", "CPU time of a worker.", labels=["number"])
    revoked = GaugeMetricFamily("ostiary_revocations", "Revocations that a worker holds.", labels=["number"])
    remembered = GaugeMetricFamily(
        "ostiary_tokens_remembered", "Verified tokens that a worker holds.", labels=["number"]
    )
    for process in processes:
        names = [process.role, str(process.number)]
        ready.add_metric(names, process.ready)
        starts.add_metric(names, process.starts)
        if process.snapshot is not None and process.feed_age is not None:
            age.add_metric(names[1:], process.feed_age)
            cpu.add_metric(names[1:], process.snapshot["cpu_seconds"])
            revoked.add_metric(names[1:], process.snapshot["revocations"])
            remembered.add_metric(names[1:], process.snapshot["remembered"])
    yield from (ready, starts, age, cpu, revoked, remembered)


def _sum(lists: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*lists, strict=True)]


def _running(counts: Iterable[int]) -> Iterator[int]:
    total = 0
    for count in counts:
        total += count
        yield total
