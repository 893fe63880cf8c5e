"""What each kind of client costs at the gateway: `python -m bench.kinds [--quick] [--json FILE]`.

One gateway, one route, one answer, one rate of arrivals; only what the client brings differs. Beside each kind stands
the signature check that it cannot avoid, measured at the same pace. Every request of a kind that proves itself
carries its own proof. At saturation the kinds are compared too, but not each at the same load: the fastest keeps the
upstream awake, and the slower ones pay for waking it with every request.
"""

import argparse
import contextlib
import hmac
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from bench import arrivals, client, load, report, stage
from bench.kinds_clients import (
    API_KEY,
    BEARER,
    BEARER_BY_TLS,
    BOUND,
    COOKIE,
    CROWD,
    DPOP,
    ED25519,
    HMAC,
    Clients,
    request,
)
from bench.kinds_door import started
from bench.measure import Figure, cpu_us, machine, median, percentile
from bench.origin import SMALL, Origin
from bench.peers.gateway import Door
from ostiary import __version__

FIRST_SEEN = 300
"""Requests before the ones that count: by then the door knows everybody's token and key."""
CONNECTIONS = 16
ENDING = SMALL.encode()
GROWN_UP = 8.0
"""Seconds until a door takes signatures: none that could have been used before it began."""
STARTING, LEAST_US = 0.25, 15
"""Of the load at saturation, seconds until it is watched. What a request takes beside half of its check, at least."""
TIMES = {API_KEY: 1.2, COOKIE: 1.2, BOUND: 1.2}
TIMES_AND_ONE = {DPOP: 1.5, ED25519: 1.5, HMAC: 1.5}
"""The goals: times a bearer request; times a bearer request, and one verification."""
BASES = {BOUND: BEARER_BY_TLS}
"""The bearer request that a kind is held against where it is not `BEARER`: by TLS, as certificates are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`count`: requests of each kind in one of the `rounds` at the common rate; `saturated`: rounds of so many
    `seconds` as fast as they are answered."""

    rounds: int
    count: int
    saturated: int
    seconds: float


QUICK = Plan(rounds=3, count=2400, saturated=1, seconds=0.4)
FULL = Plan(rounds=15, count=4000, saturated=5, seconds=1.0)
RATE = 3000
"""Requests per second, of every kind: half of what the slowest can have."""


def main() -> None:
    """Run the benchmark, print its table, write its JSON."""
    arguments = parse()
    facts = machine()
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        upstream, job = stage.build(stack, place, [])
        clients = stack.enter_context(started(job))
        time.sleep(GROWN_UP)
        plan = QUICK if arguments.quick else FULL
        found, checks = at_one_rate(clients, upstream, plan)
        most = saturated(clients, upstream, place, plan, checks)
    result = {
        "benchmark": "kinds",
        "quick": arguments.quick,
        "machine": facts,
        "versions": {"ostiary": __version__},
        "figures": {name: median(all_).as_json() for name, all_ in found.items()},
        "verification_us": {name: round(us, 1) for name, us in checks.items()},
        "ratios": ratios(found, checks),
        "saturated": {name: median(all_).as_json() for name, all_ in most.items()},
        "ratios_saturated": ratios(most, checks),
    }
    show(result)
    report.write(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.kinds")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, ratios, the version and the machine")
    return parser.parse_args()


def at_one_rate(clients: Clients, upstream: Origin, plan: Plan) -> tuple[dict[str, list[Figure]], dict[str, float]]:
    """The kinds in turn, each at the same rate; and the check that each cannot avoid, the median of the rounds."""
    found: dict[str, list[Figure]] = {name: [] for name in clients.makers()}
    checks: dict[str, list[float]] = {name: [] for name in TIMES_AND_ONE}
    for _ in range(plan.rounds):
        for name, us in verifications(upstream).items():
            checks[name].append(us)
        for name, make in clients.makers().items():
            requests = list(map(make, range(plan.count)))
            found[name].append(arriving(clients.door_of(name), requests))
    return found, {name: statistics.median(all_) for name, all_ in checks.items()}


def arriving(door: Door, requests: Sequence[bytes]) -> Figure:
    """CPU per request and latencies while all of them arrive."""
    begin, rest = requests[:FIRST_SEEN], requests[FIRST_SEEN:]
    with arrivals.warm(door.port, begin, RATE, ENDING) as lines:
        used = cpu_us(door.measured())
        took = [each * 1e6 for each in arrivals.arrive(lines, rest, RATE, ENDING)]
        used = cpu_us(door.measured()) - used
    return Figure(used / len(rest), RATE, percentile(took, 50), percentile(took, 99))


def saturated(
    clients: Clients, upstream: Origin, place: Path, plan: Plan, checks: Mapping[str, float]
) -> dict[str, list[Figure]]:
    """The kinds in turn, the door saturated; each proof is sent once, so there are more than are sent in the time."""
    lasts = (plan.seconds + load.WARM_UP + STARTING) * 1e6
    found: dict[str, list[Figure]] = {name: [] for name in clients.makers()}
    for _ in range(plan.saturated):
        for name, make in clients.makers().items():
            count = int(lasts / (LEAST_US + checks[name] / 2)) if name in TIMES_AND_ONE else CROWD
            file = load.write(place / "kind.requests", map(make, range(count)))
            what = load.Load(file, CONNECTIONS, plan.seconds)
            found[name].append(load.saturate("http", clients.door_of(name), what, upstream))
    return found


def verifications(upstream: Origin) -> dict[str, float]:
    """CPU of the one check that a kind cannot avoid, in microseconds, and as the door has to make it: at the same pace,
    with a request to the upstream between two of them. In a loop, where nothing else is in the caches, it is less."""
    key, message, kind = ec.generate_private_key(ec.SECP256R1()), b"x" * 400, ec.ECDSA(hashes.SHA256())
    public, signature = key.public_key(), key.sign(message, kind)
    other = ed25519.Ed25519PrivateKey.generate()
    own, signed = other.public_key(), other.sign(message)
    with client.connected(upstream.port, 1) as lines:
        return {
            DPOP: among_requests(lines, lambda: public.verify(signature, message, kind)),
            ED25519: among_requests(lines, lambda: own.verify(signed, message)),
            HMAC: among_requests(
                lines, lambda: hmac.compare_digest(hmac.digest(b"k" * 32, message, "sha256"), bytes(32))
            ),
        }


def among_requests(lines: list[client.Line], work: Callable[[], object], count: int = 500) -> float:
    used, between = 0, [request(0)]
    for _ in range(count):
        time.sleep(1 / RATE)
        client.fire(lines, between)
        start = time.thread_time_ns()
        work()
        used += time.thread_time_ns() - start
    return used / count / 1000


def ratios(found: Mapping[str, list[Figure]], checks: Mapping[str, float]) -> dict[str, float]:
    """Over a bearer request of the same round; of kinds that verify each time, without that one verification."""
    told = {}
    for name in (*TIMES, *TIMES_AND_ONE):
        pairs = zip(found[name], found[BASES.get(name, BEARER)], strict=True)
        told[f"{name}_over_bearer"] = round(
            statistics.median((one.cpu_us - checks.get(name, 0)) / base.cpu_us for one, base in pairs), 3
        )
    return told


def show(result: Mapping[str, Any]) -> None:
    report.heading(dict(result))
    report.table("a GET with one scope and two limits, every kind at the same rate", result["figures"])
    report.table("the same, as fast as it is answered", result["saturated"])
    print(f"\none verification, us: {result['verification_us']}")
    print(f"at saturation: {result['ratios_saturated']}")
    for name, ratio in result["ratios"].items():
        kind = name.removesuffix("_over_bearer")
        goal, said = (
            (TIMES_AND_ONE[kind], ", its verification taken off") if kind in TIMES_AND_ONE else (TIMES[kind], "")
        )
        print(f"{name}: {ratio}{said}{report.verdict(ratio, goal)}")


if __name__ == "__main__":
    main()
