"""Passwords are checked in threads, a few at a time: each check takes a tenth of a second of two cores and 64 MiB."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from ostiary.model.errors import TemporarilyUnavailable
from ostiary.model.ids import Secret
from ostiary.model.reasons import Reason
from ostiary.people.passwords import PasswordWrong, require_password

AT_ONCE: Final = 2
MOST_WAITING: Final = 64


class Passwords:
    """Of one process."""

    def __init__(self) -> None:
        self._turns: Final = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of those who may check now, so that failures are counted before the next look at them. Raises
        TemporarilyUnavailable where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise TemporarilyUnavailable(Reason.SIGN_IN_BUSY)
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    async def right(self, password: Secret, hash: str) -> bool:
        """Whether the password has this hash."""
        try:
            await asyncio.to_thread(require_password, password, hash)
        except PasswordWrong:
            return False
        return True
