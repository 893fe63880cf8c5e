"""Saturation: wrk sends as fast as it is answered, and a window in its middle is measured."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import client, processes
from bench.measure import Figure, cpu_us, percentile
from bench.origin import Origin
from bench.peers.gateway import Door

SCRIPT = Path(__file__).parent / "load.lua"
WARM_UP = 0.25  # seconds before the window: connections, handshakes, first sight of each token
MOST_CONNECTING = 20.0  # seconds


class Refused(RuntimeError):
    """Something under load was not answered with success: the figure would be worth nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk sends and for how long it is watched."""

    requests: Path
    connections: int
    seconds: float


def write(file: Path, requests: Iterable[bytes]) -> Path:
    """The requests in a file as load.lua reads it."""
    file.write_bytes(b"".join(one + b"\0\n" for one in requests))
    return file


def saturate(scheme: str, door: Door, load: Load, origin: Origin) -> Figure:
    """CPU per request and requests per second of a window, latencies of the whole run."""
    url, pids = f"{scheme}://localhost:{door.port}", door.measured
    argv = ["wrk", "-t1", f"-c{load.connections}", "-d600s", "--timeout", "60s", "-s", SCRIPT, url, "--", load.requests]
    with subprocess.Popen([str(word) for word in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as wrk:
        try:
            processes.pin(wrk.pid, processes.LOAD_CPU)
            connect(origin, load.connections)
            time.sleep(WARM_UP)
            before = sample(pids, origin)
            time.sleep(load.seconds)
            after = sample(pids, origin)
        finally:
            wrk.send_signal(signal.SIGINT)
        output = wrk.communicate(timeout=20)[0].decode()
    seconds, used, served = (late - early for early, late in zip(before, after, strict=True))
    told = result(output)
    return Figure(used / max(served, 1), served / seconds, told["p50_us"], told["p99_us"])


def connect(origin: Origin, connections: int) -> None:
    """Return when as many requests were served as there are connections: by then most are open."""
    served, end = origin.count() + connections, time.monotonic() + MOST_CONNECTING
    while origin.count() < served and time.monotonic() < end:
        time.sleep(0.01)


def sample(pids: Callable[[], Iterable[int]], origin: Origin) -> tuple[float, float, int]:
    """Clock, CPU time and the origin's count of one moment; the clocks are read on both sides of the count."""
    known = list(pids())
    clock, used = time.perf_counter(), cpu_us(known)
    count = origin.count()
    return (clock + time.perf_counter()) / 2, (used + cpu_us(known)) / 2, count


def result(output: str) -> dict[str, float]:
    """What the script printed last; raise Refused when any answer was not a success."""
    told: dict[str, float] = json.loads(output.strip().splitlines()[-1])
    if told["errors"] or not told["requests"]:
        raise Refused(output[-1000:])
    return told


def once_each(
    port: int, requests: Sequence[bytes], connections: int, pids: Callable[[], Iterable[int]]
) -> tuple[Figure, list[client.Answer]]:
    """A fixed list of requests, as fast as they are answered; raise Refused unless all are."""
    with client.connected(port, connections) as lines:
        known = list(pids())
        used, clock = cpu_us(known), time.perf_counter()
        answers = client.fire(lines, requests)
        used, clock = cpu_us(known) - used, time.perf_counter() - clock
    expect_success(answers)
    late = [answer.seconds * 1e6 for answer in answers]
    figure = Figure(used / len(answers), len(answers) / clock, percentile(late, 50), percentile(late, 99))
    return figure, answers


def expect_success(answers: Iterable[client.Answer]) -> None:
    """Raise Refused with the first answer that is not a success."""
    for answer in answers:
        if answer.status // 100 not in (2, 3):
            raise Refused(f"{answer.head!r} {answer.body[:500]!r}")
