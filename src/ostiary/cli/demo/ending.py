"""How the demo is ended: by Ctrl-C, SIGTERM or the end of its terminal, at a moment when no child can be missed."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(Exception):
    """A signal asked for the end."""


class Ending:
    """Signals are only noted; what takes long looks here between its steps. So none comes between the start of a child
    and the note that it has to be stopped."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def require_going_on(self) -> None:
        """Raises Ended."""
        if self._asked.is_set():
            raise Ended

    def wait(self, seconds: float) -> None:
        """Raises Ended as soon as a signal comes."""
        self._asked.wait(seconds)
        self.require_going_on()

    def note(self, number: int, frame: FrameType | None) -> None:
        """A signal handler."""
        self._asked.set()


@contextmanager
def noted_signals() -> Iterator[Ending]:
    """Handlers in place while it lasts."""
    ending = Ending()
    before = {number: signal.signal(number, ending.note) for number in _SIGNALS}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
