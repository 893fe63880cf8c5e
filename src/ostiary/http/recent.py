"""What was made of some bytes, for the bytes seen lately: clients and services say the same things again and again."""

from typing import Final, Generic, TypeVar

V = TypeVar("V")

LONGEST: Final = 4096
"""Bytes of a key; a longer one is not kept."""


class Recent(Generic[V]):
    """Two generations: what is asked for stays, and when the young one is full the old one goes.

    A look-up that hits costs one look-up in a dict, whatever the key's length; there is nothing to sort or to link.
    """

    __slots__ = ("_most", "_old", "_size", "young")

    def __init__(self, most: int) -> None:
        """`most`: bytes of the keys of one generation."""
        self._most: Final = most
        self._size = 0
        self._old: dict[bytes, V] = {}
        self.young: Final[dict[bytes, V]] = {}
        """Always the same dict, for those who look here first without a call."""

    def get(self, key: bytes) -> V | None:
        found = self.young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.add(key, found)
        return found

    def add(self, key: bytes, value: V) -> None:
        if len(key) > LONGEST:
            return
        if self._size > self._most:
            self._old, self._size = self.young.copy(), 0
            self.young.clear()
        self.young[key] = value
        self._size += len(key)
