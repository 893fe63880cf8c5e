"""What a gateway worker remembers, and whether it slows it: `python -m bench.memory [--quick] [--json FILE]`.

Two Ostiary gateways run side by side: one with ten live limit buckets and ten revocations, one with
100,000 of each. Both get the same load; their memory and their CPU per request are compared.
"""

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import client, load, origin, report, stage, tokens
from bench.measure import Figure, machine, median, memory_kib
from bench.ostiary import Ostiary
from bench.peers.gateway import Job, Limits, Running

LITTLE, MUCH = 10, 100_000
LASTING = Limits(person=1_000_000, client=1_000_000, seconds=600_000_000)
"""One request fills a bucket for ten minutes, and no request is refused."""
CHUNK = 5_000


class Forgotten(RuntimeError):
    """A gateway does not remember what it is measured for."""


def main() -> None:
    """Run the benchmark, print its table, write its JSON."""
    arguments = parse()
    facts, gateway = machine(), Ostiary()
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        upstream, job = stage.build(stack, place, [])
        gateways = {str(size): stack.enter_context(filled(gateway, job, size)) for size in (LITTLE, MUCH)}
        found = rounds(gateways, upstream, place, 3 if arguments.quick else 9)
        sizes = {size: worker_memory(one) for size, one in gateways.items()}
    result = {
        "benchmark": "memory",
        "quick": arguments.quick,
        "machine": facts,
        "versions": {gateway.name: gateway.version()},
        "figures": {size: {**sizes[size], **median(all_).as_json()} for size, all_ in found.items()},
        "ratios": {"cpu": ratio(found)},
    }
    report.memory(result)
    report.write(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.memory")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, ratios, the version and the machine")
    return parser.parse_args()


@contextlib.contextmanager
def filled(gateway: Ostiary, job: Job, size: int) -> Iterator[Running]:
    """A gateway that refuses `size` token ids and has a live bucket for each of `size` people."""
    with stage.started(gateway, job, revoked=tokens.revoked_ids(size), limits=LASTING) as running:
        for first in range(0, size, CHUNK):
            visit(running, tokens.people(min(CHUNK, size - first), first))
        (one,) = tokens.people(1)
        refused = tokens.request(one.path("orders"), running.signer.token(one, tokens.revoked_ids(size)[-1]))
        if client.ask(running.plain.port, refused).status != 401:
            raise Forgotten(f"one of {size} revocations")
        yield running


def visit(running: Running, crowd: list[tokens.Person]) -> None:
    """One accepted request of each person."""
    requests = [tokens.request(one.path("orders"), running.signer.token(one, f"j-{one.subject}")) for one in crowd]
    load.once_each(running.plain.port, requests, 16, running.plain.measured)


def rounds(gateways: dict[str, Running], upstream: origin.Origin, place: Path, count: int) -> dict[str, list[Figure]]:
    """The same load of ten people on each gateway, in turn."""
    found: dict[str, list[Figure]] = {size: [] for size in gateways}
    for _ in range(count):
        for size, one in gateways.items():
            file = load.write(place / f"{size}.requests", tokens.remembered(one.signer, "orders", LITTLE))
            what = load.Load(file, 16, 1.0)
            found[size].append(load.saturate("http", one.plain, what, upstream))
    return found


def worker_memory(running: Running) -> dict[str, int]:
    """Memory of the largest worker."""
    return max((memory_kib(pid) for pid in running.plain.measured()), key=lambda sizes: sizes["rss_kib"])


def ratio(found: dict[str, list[Figure]]) -> float:
    """CPU per request with much over that with little: the median of the rounds' ratios."""
    pairs = zip(found[str(MUCH)], found[str(LITTLE)], strict=True)
    return round(statistics.median(much.cpu_us / little.cpu_us for much, little in pairs), 3)


if __name__ == "__main__":
    main()
