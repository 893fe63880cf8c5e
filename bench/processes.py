"""Start a program on one CPU, wait until it answers, read what it used, end it."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SERVED_CPU = 0  # what is measured
LOAD_CPU = max(os.sched_getaffinity(0))  # the origin and the load; the same CPU where there is only one


class NotReady(RuntimeError):
    """A program ended, or did not listen in time; the text is the end of its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program of ours, in a process group of its own."""

    popen: subprocess.Popen[bytes]
    log: Path

    def pids(self) -> list[int]:
        """The process and all its descendants, as they are now."""
        return family(self.popen.pid)

    def wait_for(self, port: int, seconds: float = 20.0) -> None:
        """Return when `port` of the loopback accepts; raise NotReady when it does not in time."""
        self.wait_until(lambda: listens(port), seconds)

    def wait_until(self, ready: Callable[[], bool], seconds: float = 20.0) -> None:
        """Return when `ready` says so; raise NotReady when the program ends or the time is over."""
        end = time.monotonic() + seconds
        while not ready():
            if self.popen.poll() is not None or time.monotonic() > end:
                raise NotReady(self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.02)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """The whole group does nothing meanwhile."""
        os.killpg(self.popen.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.popen.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End the whole group: politely, then not."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.popen.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(5)


def start(argv: Sequence[object], log: Path, cpu: int, env: Mapping[str, str] | None = None) -> Program:
    """Start `argv` on `cpu`; both its outputs go to `log`."""
    with log.open("ab") as out:
        popen = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if env is None else {**os.environ, **env},
        )
    pin(popen.pid, cpu)
    return Program(popen, log)


def pin(pid: int, cpu: int) -> None:
    """Keep a process, its threads and what it starts later on one CPU."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {cpu})


@contextlib.contextmanager
def running(program: Program) -> Iterator[Program]:
    """The program, ended when the block ends."""
    try:
        yield program
    finally:
        program.stop()


def family(pid: int) -> list[int]:
    """`pid` and its descendants that are alive."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def listens(port: int) -> bool:
    """Whether the loopback accepts a connection at `port`."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens at now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
