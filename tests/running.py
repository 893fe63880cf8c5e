"""`ostiary up` as a process of its own, in a folder of its own, on free ports."""

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.server.development import CA_FILE
from secrets_seen import secret, watch

COMMAND = Path(sys.executable).parent / "ostiary"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
START_SECONDS = 60.0
PATIENCE_SECONDS = 60.0
"""For what comes in a moment on a machine with nothing else to do."""

Seen = TypeVar("Seen")


class Up:
    """One running program. `contract` is written as JSON, which is YAML; origin, admin and state are set here."""

    def __init__(self, folder: Path, contract: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port, self.admin_port = free_ports(2)
        self.origin = f"https://localhost:{self.port}"
        self.contract = folder / "ostiary.yaml"
        self.ca_file = folder / "state" / "tls" / CA_FILE
        self.log = watch(folder / "up.log")
        watch(folder / "state")
        self._environment = {name: secret(value) for name, value in (environment or {}).items()}
        self.write(contract)

    def write(self, contract: Mapping[str, Any]) -> None:
        fixed = {"origin": self.origin, "admin": f"127.0.0.1:{self.admin_port}", "state": "state"}
        self.contract.write_text(json.dumps({**contract, **fixed}, indent=1))

    def start(self, *arguments: str) -> "Up":
        """Return when it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(COMMAND), "up", "-c", str(self.contract), *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, **self._environment},
                start_new_session=True,
            )
        self.wait_ready()
        made = self.folder / "state.master-key"
        if made.exists():
            secret(made.read_text().strip())
        return self

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        end = time.monotonic() + seconds
        while self.ready() != 200:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"not ready: {self.log.read_text()[-4000:]}")
            time.sleep(0.02)

    def ready(self) -> int | None:
        """The status of `/readyz`; None where nobody answers."""
        try:
            return self.admin("/readyz")[0]
        except (OSError, HTTPException):
            return None

    def admin(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.admin_port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def door(self) -> FrontDoor:
        return FrontDoor(self.origin, self.ca_file)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """On a connection of its own."""
        door = self.door()
        try:
            return door.get(path, headers)
        finally:
            door.close()

    def command(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Another `ostiary` command on the same contract."""
        return subprocess.run(
            [str(COMMAND), *arguments, "-c", str(self.contract)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **self._environment},
            check=False,
        )

    def pids(self, role: str) -> list[int]:
        """Of the living children of this role, `issuer` or `gateway`."""
        return [pid for pid in children(self.process.pid) if _role(pid) == role]

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def until(look: Callable[[], Seen], enough: Callable[[Seen], object]) -> Seen:
    """Look again until it is enough, and return what was enough: asked once more, another worker might answer, which
    is not so far yet."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not enough(seen := look()):
        assert time.monotonic() < end, seen
        time.sleep(0.02)
    return seen


@contextmanager
def room_for(connections: int) -> Iterator[ExitStack]:
    """Closes what is entered into it. Skips the test where this process may not have so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < connections + 1000:
        pytest.skip(f"this machine allows {hard} open files for a process")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        yield stack


def free_ports(count: int) -> Sequence[int]:
    """Different ones, on loopback, that no outgoing connection takes before the program that they are for does."""
    first = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else 32768
    ports: set[int] = set()
    while len(ports) < count:
        with suppress(OSError), socket.create_server(("127.0.0.1", random.randrange(first // 2, first))) as probe:
            ports.add(probe.getsockname()[1])
    return tuple(ports)


def children(parent: int) -> list[int]:
    """The living child processes of one."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _role(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return words[3].decode() if len(words) > 3 and words[2] == b"ostiary.server.worker" else ""
