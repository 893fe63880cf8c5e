"""Turns: of what has the same key, one comes after the other."""

import asyncio
from typing import Final
from weakref import WeakValueDictionary


class Turns:
    """Of the one issuer process."""

    def __init__(self) -> None:
        self._locks: Final = WeakValueDictionary[bytes, asyncio.Lock]()

    def of(self, key: bytes) -> asyncio.Lock:
        """To be held for as long as the turn takes; it is forgotten when nobody holds it or waits for it."""
        return self._locks.setdefault(key, asyncio.Lock())
