"""How far a limit is off when workers race: `python -m bench.limits [--quick] [--json FILE]`.

Processes without a pause count requests of the same person on one limit in the shared table, the worst that can happen.
What they let in is compared with what the limit allows: its burst, and its rate for as long as they ran.
"""

import argparse
import multiprocessing
import os
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measure import machine
from bench.report import heading, table, write
from ostiary import __version__
from ostiary.contract.model import Limit, LimitBy, Rate
from ostiary.gateway.limits import SECOND, SLOT_BYTES, Table, bucket, charge
from ostiary.server.memory import attach, make_shared

RATES = (100, 10_000)
"""Requests for each second; the burst is as large."""
SLOTS = 1024
WHO = "person race"


def main() -> None:
    """Run the benchmark, print its table, write its JSON."""
    arguments = parse()
    seconds = 2.0 if arguments.quick else 10.0
    workers = len(os.sched_getaffinity(0))
    result = {
        "benchmark": "limits",
        "quick": arguments.quick,
        "machine": machine(),
        "versions": {"ostiary": __version__},
        "figures": {f"{rate}/s": race(rate, workers, seconds) for rate in RATES},
    }
    heading(result)
    table(f"{workers} workers race for {seconds} s", result["figures"])
    write(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.limits")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, the version and the machine")
    return parser.parse_args()


def race(rate: int, workers: int, seconds: float) -> dict[str, float]:
    """Let all workers count at once; what came of it."""
    descriptor = make_shared({"limits": SLOTS * SLOT_BYTES})["limits"]
    starts = time.monotonic_ns() + SECOND
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        told = [(descriptor, rate, starts, int(seconds * SECOND))] * workers
        counted = pool.starmap(spend, told, chunksize=1)
    os.close(descriptor)
    return figures(rate, seconds, counted)


def spend(descriptor: int, rate: int, starts: int, lasts: int) -> tuple[int, int]:
    """Count until the time is over: requests let in, requests asked."""
    counting = Table(memoryview(attach(descriptor)))
    limit = bucket(Limit("race", LimitBy.PERSON, Rate(rate, 1, rate)), "bench")
    let_in = asked = 0
    while (now := time.monotonic_ns()) < starts:
        pass
    while now < starts + lasts:
        _, reached = counting.spend([charge(limit, WHO)], now)
        let_in, asked = let_in + (reached is None), asked + 1
        now = time.monotonic_ns()
    return let_in, asked


def figures(rate: int, seconds: float, counted: Sequence[tuple[int, int]]) -> dict[str, float]:
    let_in, asked = (sum(column) for column in zip(*counted, strict=True))
    allowed = int(rate + rate * seconds)
    over = let_in - allowed
    return {"asked": asked, "allowed": allowed, "let_in": let_in, "over_percent": round(100 * over / allowed, 3)}


if __name__ == "__main__":
    main()
