"""How long strangers wait at half of what a gateway can do: an open loop, in windows, through it and straight upstream.

What is not measured is at rest meanwhile. What runs beside the benchmark cannot be: a thread that runs for two
milliseconds is in the way of one request in a hundred of its window, whichever program is measured. So each window
knows whether a thread from outside ran in it; percentiles are of the windows in which none did.
"""

import contextlib
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import arrivals, processes
from bench.measure import percentile

WINDOW = 0.25
"""Seconds. Whatever a program does again and again should be in each window, and a stall of the machine in few."""
STALL = 0.0005
"""Seconds of one thread in a window, from which on it was in the way."""
KEEPERS_OF_MEMORY = ("kdamond", "kcompactd", "kswapd", "khugepaged", "ksmd")
"""Kernel threads that run when they like. The others may run for what is measured, and are part of it."""


@dataclass(frozen=True, slots=True)
class Load:
    """`requests`: more than arrive in a window at `rate` per second; `ending`: of each answer."""

    requests: Sequence[bytes]
    rate: float
    ending: bytes


@dataclass(frozen=True, slots=True)
class Window:
    """Microseconds of each request. `quiet`: nothing but the benchmark ran."""

    took: list[float]
    quiet: bool


def measure(through: int, direct: int, load: Load, rounds: int, windows: int) -> dict[str, float]:
    """Latencies at port `through` and at port `direct`, so many windows of each, in turn. A percentile is the median of
    the quiet windows', or of all where there are none."""
    sides: dict[int, list[Window]] = {through: [], direct: []}
    for _ in range(rounds):
        for port, found in sides.items():
            found += look(port, load, windows)
    told: dict[str, float] = {"requests_per_second": round(load.rate)}
    for percent in (50, 99):
        with_it, without = (typical(found, percent) for found in sides.values())
        told |= {f"p{percent}_us": round(with_it), f"direct_p{percent}_us": round(without)}
        told[f"added_p{percent}_us"] = round(with_it - without)
    everything = [us for window in sides[through] for us in window.took]
    quiet = sum(window.quiet for window in sides[through])
    return told | {
        "p99_us_of_all": round(percentile(everything, 99)),
        "windows": len(sides[through]),
        "quiet": quiet,
    }


def look(port: int, load: Load, windows: int) -> list[Window]:
    """So many windows, one after the other, over the same lines."""
    count, found = int(load.rate * WINDOW), []
    with arrivals.warm(port, load.requests[: count // 2], load.rate, load.ending) as lines:
        for _ in range(windows):
            before = strangers()
            took = arrivals.arrive(lines, load.requests[:count], load.rate, load.ending)
            longest = max((ran - before.get(task, 0) for task, ran in strangers().items()), default=0)
            found.append(Window([seconds * 1e6 for seconds in took], longest < STALL * 1e9))
    return found


def typical(windows: Sequence[Window], percent: float) -> float:
    """The median of the windows' percentiles, in microseconds."""
    chosen = [window for window in windows if window.quiet] or windows
    return statistics.median(percentile(window.took, percent) for window in chosen)


def strangers() -> dict[Path, int]:
    """Nanoseconds on a CPU so far, of each thread that is no part of the benchmark (proc(5), schedstat)."""
    own, found = {str(pid) for pid in processes.family(os.getpid())}, {}
    for task in Path("/proc").glob("[0-9]*/task/*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if task.parts[2] not in own and not serves(task):
                found[task] = int((task / "schedstat").read_text().split()[0])
    return found


def serves(task: Path) -> bool:
    """Whether it is a thread of the kernel that may run for what is measured."""
    kernel = not (task / "cmdline").read_bytes()
    return kernel and not (task / "comm").read_text().startswith(KEEPERS_OF_MEMORY)
