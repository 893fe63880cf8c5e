"""What a request costs at the gateway: `python -m bench.gateway [--quick] [--json FILE] [--only NAME ...]`.

nginx proxies without checks; HAProxy, Envoy and Ostiary proxy with the same checks to the same upstream.
Every gateway first has to prove its checks (bench/checks.py); then all run at the same time, one is
loaded at a time, and rounds go from one to the next so that a noisy minute hits all of them.
"""

import argparse
import contextlib
import ssl
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import checks, half_load, load, origin, report, stage, tokens
from bench.measure import Figure, machine, median
from bench.ostiary import Ostiary
from bench.peers.envoy import Envoy
from bench.peers.gateway import Gateway, Job, Running
from bench.peers.haproxy import HAProxy
from bench.peers.nginx import Nginx

GATEWAYS: list[Gateway] = [Nginx(), HAProxy(), Envoy(), Ostiary()]
REVOKED = 1000
CONNECTIONS = 16
ENDING = origin.SMALL.encode()


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of load."""

    scheme: str
    connections: int
    what: str

    def __str__(self) -> str:
        return f"{self.scheme}/{self.connections}/{'75B' if self.what == 'orders' else '64KiB'}"


CELLS = [Cell(s, c, w) for w in ("orders", "archive") for s in ("plain", "tls") for c in (16, 256)]
MAIN = CELLS[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to look: rounds and seconds of the main figure, windows of the open loop in such a round, rounds and
    seconds of the other figures; requests with new tokens."""

    main_rounds: int
    main_seconds: float
    half_windows: int
    rounds: int
    seconds: float
    fresh: int


AT_PEERS_RATE = "ostiary, as peers"

QUICK = Plan(main_rounds=3, main_seconds=0.5, half_windows=2, rounds=1, seconds=0.25, fresh=1000)
FULL = Plan(main_rounds=9, main_seconds=2.0, half_windows=8, rounds=3, seconds=1.5, fresh=4000)


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that runs: the plan, the upstream, the gateways by name, the files of requests."""

    plan: Plan
    origin: origin.Origin
    gateways: dict[str, Running]
    requests: dict[tuple[str, str], Path]

    def saturate(self, name: str, cell: Cell, seconds: float) -> Figure:
        """One measurement of one gateway."""
        one = self.gateways[name]
        scheme, door = ("http", one.plain) if cell.scheme == "plain" else ("https", one.tls)
        what = load.Load(self.requests[name, cell.what], cell.connections, seconds)
        return load.saturate(scheme, door, what, self.origin)


def main() -> None:
    """Run the benchmark, print its tables, write its JSON."""
    arguments = parse()
    chosen = [one for one in GATEWAYS if not arguments.only or one.name in arguments.only]
    facts = machine()
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        bench = prepare(stack, place, chosen, QUICK if arguments.quick else FULL)
        figures = {str(cell): rounds(bench, cell) for cell in CELLS}
        new = new_tokens(bench, [one.name for one in chosen if one.checks])
        half = at_half_load(bench, figures[str(MAIN)])
    result = {
        "benchmark": "gateway",
        "quick": arguments.quick,
        "machine": facts,
        "versions": {one.name: one.version() for one in chosen},
        "main": str(MAIN),
        "figures": {cell: {name: median(all_).as_json() for name, all_ in by.items()} for cell, by in figures.items()},
        "new_tokens": {name: median(all_).as_json() for name, all_ in new.items()},
        "half_load": half,
        "ratios": ratios(figures[str(MAIN)]),
        "ratios_by_load": {cell: ratios(by) for cell, by in figures.items()},
        "ratios_new_tokens": ratios(new),
    }
    report.gateway(result)
    report.write(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.gateway")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, ratios, versions and the machine")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in GATEWAYS], help="leave the others out")
    return parser.parse_args()


def prepare(stack: contextlib.ExitStack, place: Path, chosen: list[Gateway], plan: Plan) -> Bench:
    """Start the upstream, test every gateway's checks, start them all, write the requests to send."""
    upstream, job = stage.build(stack, place, tokens.revoked_ids(REVOKED))
    for one in chosen:
        if one.checks:
            test(one, job)
    gateways = {one.name: stack.enter_context(stage.started(one, job)) for one in chosen}
    requests = {
        (name, what): load.write(place / f"{name}-{what}.requests", tokens.remembered(running.signer, what))
        for name, running in gateways.items()
        for what in ("orders", "archive")
    }
    return Bench(plan, upstream, gateways, requests)


def test(gateway: Gateway, job: Job) -> None:
    """Raise checks.NotEnforced unless the gateway does the work it is measured for."""
    context = ssl.create_default_context(cafile=job.certificate.chain)
    with stage.started(gateway, job, limits=checks.LIMITS) as running:
        try:
            checks.enforce(running, job.revoked[REVOKED // 2], context)
        except checks.NotEnforced as why:
            raise checks.NotEnforced(f"{gateway.name}: {why}") from why


def rounds(bench: Bench, cell: Cell) -> dict[str, list[Figure]]:
    """Measure one kind of load, in turn, as often as the plan says."""
    plan = bench.plan
    count, seconds = (plan.main_rounds, plan.main_seconds) if cell == MAIN else (plan.rounds, plan.seconds)
    found: dict[str, list[Figure]] = {name: [] for name in bench.gateways}
    for _ in range(count):
        for name in bench.gateways:
            found[name].append(bench.saturate(name, cell, seconds))
    return found


def new_tokens(bench: Bench, names: list[str]) -> dict[str, list[Figure]]:
    """Every request brings a token that its gateway has never seen."""
    feeds = {name: tokens.fresh(bench.gateways[name].signer, name) for name in names}
    found: dict[str, list[Figure]] = {name: [] for name in names}
    for _ in range(bench.plan.main_rounds):
        for name in names:
            requests = [next(feeds[name]) for _ in range(bench.plan.fresh)]
            door = bench.gateways[name].plain
            found[name].append(load.once_each(door.port, requests, CONNECTIONS, door.measured)[0])
    return found


def at_half_load(bench: Bench, saturated: dict[str, list[Figure]]) -> dict[str, dict[str, float]]:
    """Open loop at half of what each gateway can do, and Ostiary's also at the most of its peers' with checks; the same
    rate straight to the upstream is subtracted."""
    rates = {name: median(all_).per_second / 2 for name, all_ in saturated.items()}
    found = {name: half(bench, name, rate) for name, rate in rates.items()}
    peers = [rates[one.name] for one in GATEWAYS if one.checks and one.name in rates and one.name != "ostiary"]
    if "ostiary" in rates and peers:
        found[AT_PEERS_RATE] = half(bench, "ostiary", max(peers))
    return found


def half(bench: Bench, name: str, rate: float) -> dict[str, float]:
    """Latencies at `rate` through one gateway and without it, the other programs at rest."""
    one, plan = bench.gateways[name], bench.plan
    seen = tokens.remembered(one.signer, "orders")
    asked = half_load.Load(seen * (int(rate * half_load.WINDOW) // len(seen) + 1), rate, ENDING)
    with contextlib.ExitStack() as rest:
        for other in bench.gateways.values():
            for program in other.programs[1 if other is one else 0 :]:
                rest.enter_context(program.paused())
        return half_load.measure(one.plain.port, bench.origin.port, asked, plan.main_rounds, plan.half_windows)


def ratios(found: dict[str, list[Figure]]) -> dict[str, float]:
    """Ostiary's CPU per request over each peer's: the median of the rounds' ratios, neighbours in time."""
    own = found.get("ostiary", [])
    return {
        f"ostiary_over_{name}": round(
            statistics.median(one.cpu_us / other.cpu_us for one, other in zip(own, others, strict=True)), 3
        )
        for name, others in found.items()
        if own and name != "ostiary"
    }


if __name__ == "__main__":
    main()
