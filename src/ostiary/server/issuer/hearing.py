"""The issuer hears the feed for one thing: that clients registered themselves, changed or went."""

from typing import Final

from ostiary.model.feed import RegisteredClientsChanged
from ostiary.server.issuer.desk import Desk


class Hearing:
    """`hear` at the start, and from then on again and again."""

    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk
        self._position = 0
        self._due = True

    async def hear(self) -> None:
        """Raises StoreUnavailable; then the next call goes on from there."""
        while events := await self._desk.store.feed_since(self._position):
            self._position = events[-1].position
            self._due = self._due or any(isinstance(each.event, RegisteredClientsChanged) for each in events)
        if self._due:
            await self._desk.hear_registered()
            self._due = False
