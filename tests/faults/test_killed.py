"""`kill -9` under load: nothing that was acknowledged is lost, and everything serves again without help."""

import json
import os
import signal
import threading
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from running import until

from .conftest import Door

# Python leaves a socket open that is reset between connect and handshake (`SSLSocket._create`)
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed <ssl.SSLSocket:ResourceWarning",
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning",
)


class Load:
    """Tokens taken, and used, from several threads until stopped; remembers every `jti` that was acknowledged."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._going = True
        self.acknowledged: list[str] = []
        self.passed = 0
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while self._going:
            with suppress(OSError, HTTPException):
                answer = self._door.ask_token()
                if answer.status == 200:
                    token = str(answer.json()["access_token"])
                    self.acknowledged.append(jti(token))
                    self.passed += self._door.things(token).status == 200

    def until(self, count: int) -> None:
        """Wait until so many more tokens were used."""
        wanted = self.passed + count
        until(lambda: self.passed, lambda passed: passed >= wanted)

    def stop(self) -> None:
        self._going = False
        for thread in self._threads:
            thread.join()


def jti(token: str) -> str:
    from ostiary.keys import base64url

    return str(json.loads(base64url.decode(token.split(".")[1].encode()))["jti"])


def recorded(door: Door) -> set[str]:
    shown = door.command("audit", "show", "--json")
    assert shown.returncode == 0, shown.stderr
    lines = [json.loads(line) for line in shown.stdout.splitlines() if line.strip()]
    return {line["token"] for line in lines if line.get("type") == "tokens_issued"}


@pytest.mark.parametrize("role", ["issuer", "gateway"])
def test_a_killed_child_is_started_again_and_no_acknowledged_token_is_missing(door: Door, role: str) -> None:
    load = Load(door)
    try:
        load.until(10)
        for pid in door.pids(role):
            os.kill(pid, signal.SIGKILL)
        load.until(20)
        door.wait_ready()
    finally:
        load.stop()
    assert set(load.acknowledged) <= recorded(door)
    assert door.command("audit", "verify").returncode == 0


def test_after_a_killed_supervisor_its_children_leave_and_a_new_one_starts(door: Door) -> None:
    load = Load(door)
    try:
        load.until(10)
        left = [*door.pids("issuer"), *door.pids("gateway")]
        door.process.kill()
        door.process.wait()
    finally:
        load.stop()
    until(lambda: [pid for pid in left if alive(pid)], lambda living: not living)
    door.start()
    assert door.things(door.token()).status == 200
    assert set(load.acknowledged) <= recorded(door)
    assert door.command("audit", "verify").returncode == 0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
