"""The two programs that the demo runs beside itself: the shop, and `ostiary up`."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Final

from ostiary.cli.demo.ending import Ending
from ostiary.cli.demo.folder import examples
from ostiary.cli.demo.front_door import FrontDoor

START_SECONDS: Final = 30.0
END_SECONDS: Final = 40.0
_LOOK_SECONDS: Final = 0.02


class ProgramFailed(Exception):
    """It ended, or did not become ready; the text has the end of what it said."""


class Program:
    """One child process in a process group of its own, so that a Ctrl-C at the terminal reaches only the demo, which
    then ends its children in order. What it prints goes to a file."""

    def __init__(self, argv: Sequence[str], log: Path, cwd: Path | None = None, inherit: Sequence[int] = ()) -> None:
        self._log = log
        with log.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603  # our own programs
                argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=cwd, pass_fds=inherit, process_group=0
            )

    def require_running(self) -> None:
        """Raises ProgramFailed."""
        if self._process.poll() is not None:
            raise ProgramFailed(f"ended with {self._process.returncode}: {self._last_words()}")

    def wait_until_answers(self, origin: str, path: str, ending: Ending) -> None:
        """Return when it answers 200. Raises ProgramFailed, Ended."""
        end = time.monotonic() + START_SECONDS
        while not _answers(origin, path):
            self.require_running()
            if time.monotonic() > end:
                raise ProgramFailed(f"not ready after {START_SECONDS:.0f} s: {self._last_words()}")
            ending.wait(_LOOK_SECONDS)

    def stop(self) -> None:
        """Let it finish what runs; return when it is gone."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:].strip()


def start_shop(listener: socket.socket, origin: str, ca_file: str, folder: Path) -> Program:
    """The example API on a socket that listens already."""
    listener.set_inheritable(True)
    argv = [sys.executable, "-m", "shop", "--fd", str(listener.fileno()), "--origin", origin, "--ca-file", ca_file]
    return Program(argv, folder / "shop.log", examples(), [listener.fileno()])


def start_door(contract: Path, folder: Path, workers: int) -> Program:
    """`ostiary up` on the demo's contract."""
    argv = [sys.executable, "-m", "ostiary", "up", "-c", str(contract), "--workers", str(workers)]
    return Program(argv, folder / "up.log")


def _answers(origin: str, path: str) -> bool:
    door = FrontDoor(origin)
    try:
        return door.get(path).status == 200
    except (OSError, HTTPException):
        return False
    finally:
        door.close()
