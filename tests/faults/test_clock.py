"""The clock of the machine is set: forwards, back, and to before the program began. Time that counts passes anyway."""

from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from running import until

from .conftest import Door, Origin
from .test_killed import jti, recorded

HOURS = 3600
SHIFTED = """\
import time
from pathlib import Path

_true, _by = time.time, Path(__file__).with_name("by")
time.time = lambda: _true() + float(_by.read_text())
"""
"""What Python runs before the program, in each of its processes."""


class Clock:
    """Of programs that are started with `folder` in PYTHONPATH."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "sitecustomize.py").write_text(SHIFTED)
        self.set(0)

    def set(self, seconds: float) -> None:
        """So far from the true time, from now on."""
        written = self.folder / "new"
        written.write_text(str(seconds))
        written.replace(self.folder / "by")


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(tmp_path / "clock")
    monkeypatch.setenv("PYTHONPATH", str(clock.folder))
    return clock


@pytest.fixture
def clocked(clock: Clock, tmp_path: Path, origin: Origin) -> Iterator[Door]:
    door = Door(tmp_path / "door", origin)
    door.start()
    yield door
    door.stop()


def statuses(door: Door, token: str) -> set[int | None]:
    """What both workers say: each connection goes to the one or the other. None: a revocation cut it short."""
    return {status(door, token) for _ in range(12)}


def status(door: Door, token: str) -> int | None:
    try:
        return door.things(token).status
    except (HTTPException, ConnectionError):
        return None


def test_tokens_are_issued_and_let_in_after_every_step(clock: Clock, clocked: Door) -> None:
    tokens = []
    for step in (0, 2 * HOURS, 0, -2 * HOURS, -10 * 365 * 24 * HOURS, 0):
        clock.set(step)
        tokens.append(clocked.token())
        assert statuses(clocked, tokens[-1]) == {200}
        assert clocked.ready() == 200
    assert {jti(token) for token in tokens} <= recorded(clocked)
    assert clocked.command("audit", "verify").returncode == 0


def test_a_token_is_good_by_the_clock_that_is_set(clock: Clock, clocked: Door) -> None:
    early = clocked.token()
    assert statuses(clocked, early) == {200}
    clock.set(2 * HOURS)
    assert statuses(clocked, early) == {401}, "past its end"
    late = clocked.token()
    assert statuses(clocked, late) == {200}
    clock.set(0)
    assert statuses(clocked, early) == {200}


@pytest.mark.parametrize("step", [2 * HOURS, -2 * HOURS])
def test_what_is_revoked_after_a_step_is_refused(clock: Clock, clocked: Door, step: int) -> None:
    clock.set(step)
    token = clocked.token()
    assert statuses(clocked, token) == {200}
    assert clocked.command("revoke", "token", jti(token)).returncode == 0
    until(lambda: statuses(clocked, token), lambda said: said == {401})
    assert statuses(clocked, clocked.token()) == {200}


def test_requests_are_recorded_after_a_step_back(clock: Clock, clocked: Door) -> None:
    clock.set(-2 * HOURS)
    reference = clocked.get("/things").json()["ref"]
    until(lambda: clocked.command("explain", "ref", reference).returncode, lambda code: code == 0)
