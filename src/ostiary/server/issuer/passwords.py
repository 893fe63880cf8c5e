"""Passwords are checked in threads, a few at a time: each check takes a tenth of a second of two cores and 64 MiB."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from ostiary.model.errors import TemporarilyUnavailable
from ostiary.model.ids import Secret
from ostiary.model.reasons import Reason
from ostiary.people.passwords import PasswordWrong, require_password
from ostiary.server.issuer.turns import Turns

AT_ONCE: Final = 2
MOST_WAITING: Final = 64
"""Tries that wait or are checked. The last of them waits for some 4 s."""


class Passwords:
    """Of the one issuer process."""

    def __init__(self) -> None:
        self._checking: Final = asyncio.Semaphore(AT_ONCE)
        self._accounts: Final = Turns()
        self._present = 0

    @asynccontextmanager
    async def turn(self, account: bytes) -> AsyncIterator[None]:
        """Tries for one account come one after another, so that each sees the failures before it, however many are sent
        at the same time. Raises TemporarilyUnavailable where too many wait."""
        if self._present >= MOST_WAITING:
            raise TemporarilyUnavailable(Reason.SIGN_IN_BUSY)
        self._present += 1
        try:
            async with self._accounts.of(account):
                yield
        finally:
            self._present -= 1

    async def right(self, password: Secret, hash: str) -> bool:
        """Whether the password has this hash."""
        async with self._checking:
            try:
                await asyncio.to_thread(require_password, password, hash)
            except PasswordWrong:
                return False
            return True
