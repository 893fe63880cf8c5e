"""One child process: started, told things, started again when it dies."""

import asyncio
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from ostiary.model.frozen import frozen
from ostiary.server.channel import Drain, Message, Ready, Setup, pack, receive

SHORT_LIFE: Final = 10.0
"""A child that lived shorter, in seconds, waits twice as long as before until it is started again."""
FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 5.0
LONGEST_START: Final = 30.0


@frozen
class Inheritance:
    """What a child gets by being a child: open descriptors, and environment variables."""

    descriptors: tuple[int, ...]
    environment: Mapping[str, str]


class ChildDied(Exception):
    """It ended before it was ready."""


class Child:
    """`issuer`, or one gateway worker. `setup` is asked at every start, so that a new one has the newest contract."""

    def __init__(self, role: str, number: int, setup: Callable[[], Setup], inherits: Inheritance) -> None:
        self.role = role
        self.number = number
        self.ready = False
        self.starts = 0
        self._setup = setup
        self._inherits = inherits
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def spawn(self) -> None:
        """Start the process; its imports run while the supervisor does other things."""
        ours, theirs = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "ostiary.server.worker",
                self.role,
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(), *self._inherits.descriptors),
                env=dict(self._inherits.environment),
                stdin=asyncio.subprocess.DEVNULL,
                process_group=0,
            )
        finally:
            theirs.close()
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        self.starts += 1

    async def begin(self) -> None:
        """Hand over the setup, and return when the child serves. Raises ChildDied."""
        self.tell(self._setup())
        try:
            answer = await asyncio.wait_for(self._hear(), LONGEST_START)
        except TimeoutError:
            await self.stop(0)
            answer = None
        if not isinstance(answer, Ready):
            raise ChildDied(f"{self.role} {self.number} ended before it was ready")
        self.ready = True

    async def ask(self, message: Message) -> Message | None:
        """Tell, and wait for the answer; None where the child is gone."""
        async with self._turn:
            self.tell(message)
            return await self._hear()

    def tell(self, message: Message) -> None:
        if self._writer is not None:
            with suppress(ConnectionError):
                self._writer.write(pack(message))

    async def ended(self) -> int:
        """Wait for the end of the process; its exit code."""
        assert self._process is not None
        code = await self._process.wait()
        self.ready = False
        return code

    async def stop(self, seconds: float) -> None:
        """Let it finish what runs, for at most so long; then end it."""
        if self._process is None or self._process.returncode is not None:
            return
        self.tell(Drain())
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    async def _hear(self) -> Message | None:
        return await receive(self._reader) if self._reader is not None else None


def next_wait(wait: float, lived: float) -> float:
    """How long to wait, in seconds, before a child that lived so long is started again."""
    return FIRST_WAIT if lived >= SHORT_LIFE else min(wait * 2, LONGEST_WAIT)


def child_environment(ours: Mapping[str, str], seed: int) -> dict[str, str]:
    """What a child needs of our environment: never the secrets that the contract reads by `${env:NAME}`.

    All children hash alike, so that a hash of one is a hash of all.
    """
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONWARNINGS")
    return {name: ours[name] for name in kept if name in ours} | {"PYTHONHASHSEED": str(seed)}
