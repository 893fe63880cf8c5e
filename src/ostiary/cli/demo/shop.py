"""The demo's own upstream: the example shop, as a child process."""

import signal
import socket
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Final

from ostiary.cli.demo.ending import Ending
from ostiary.cli.demo.folder import Demo, examples
from ostiary.cli.demo.front_door import FrontDoor

END_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.02


class ShopEnded(Exception):
    """By itself; the text has the end of what it said."""


class Shop:
    """In a process group of its own, so that a Ctrl-C at the terminal reaches only the demo, which then ends it."""

    def __init__(self, listener: socket.socket, demo: Demo, log: Path) -> None:
        """`listener` listens already, so that nobody takes the port in between."""
        self._log, self._origin = log, demo.upstream
        with log.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                _argv(listener, demo),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=examples(),
                pass_fds=[listener.fileno()],
                process_group=0,
            )

    def require_running(self) -> None:
        """Raises ShopEnded."""
        if self._process.poll() is not None:
            said = self._log.read_text(errors="replace")[-2000:].strip()
            raise ShopEnded(f"the shop ended with {self._process.returncode}: {said}")

    def wait_ready(self, ending: Ending) -> None:
        """Raises ShopEnded, Ended."""
        while not self._answers():
            self.require_running()
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

    def _answers(self) -> bool:
        door = FrontDoor(self._origin)
        try:
            return door.get("/health").status == 200
        except (OSError, HTTPException):
            return False
        finally:
            door.close()


def _argv(listener: socket.socket, demo: Demo) -> list[str]:
    shop = [sys.executable, "-m", "shop", "--fd", str(listener.fileno())]
    return [*shop, "--origin", demo.origin, "--ca-file", demo.ca_file]
