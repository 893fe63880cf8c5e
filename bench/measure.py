"""What a process used, what the machine is, and medians."""

import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def cpu_us(pids: Iterable[int]) -> float:
    """User and system time of the processes and all their threads so far, in microseconds.

    It is the clock behind utime + stime of /proc/PID/stat, read without rounding to 10 ms
    (clock_getcpuclockid(3): the clock of process PID is ~PID << 3 | 2).
    """
    return sum(time.clock_gettime_ns(~pid << 3 | 2) for pid in pids) / 1000


def memory_kib(pid: int) -> dict[str, int]:
    """Resident and proportional set size of a process, in KiB (proc(5), smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return {"rss_kib": sizes["Rss"], "pss_kib": sizes["Pss"]}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement of one program under one load; `cpu_us` is per request."""

    cpu_us: float
    per_second: float
    p50_us: float
    p99_us: float

    def as_json(self) -> dict[str, float]:
        return {
            "cpu_us": round(self.cpu_us, 2),
            "requests_per_second": round(self.per_second),
            "p50_us": round(self.p50_us),
            "p99_us": round(self.p99_us),
        }


def median(figures: Sequence[Figure]) -> Figure:
    """The median of each number by itself; the machine is shared and noisy."""
    return Figure(
        statistics.median(figure.cpu_us for figure in figures),
        statistics.median(figure.per_second for figure in figures),
        statistics.median(figure.p50_us for figure in figures),
        statistics.median(figure.p99_us for figure in figures),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def es256_verify_us(count: int = 1000) -> float:
    """CPU of one ES256 verification here and now: the yardstick for figures of other days and machines."""
    key, message, kind = ec.generate_private_key(ec.SECP256R1()), b"yardstick", ec.ECDSA(hashes.SHA256())
    signature, public, start = key.sign(message, kind), key.public_key(), time.process_time()
    for _ in range(count):
        public.verify(signature, message, kind)
    return (time.process_time() - start) / count * 1e6


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "es256_verify_us": round(es256_verify_us(), 1),
        "load_before": round(os.getloadavg()[0], 2),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }
