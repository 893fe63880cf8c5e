"""A set of names in few bytes: 16 for each, where a Python set of them takes eighty.

A name stands as its 64-bit hash, keyed by the process's hash seed. Two names with one hash would count as one, with a
chance of one in 10^14 where a hundred thousand are held.
"""

from collections.abc import Hashable
from struct import Struct
from typing import Final

_ENTRY: Final = Struct("=Qq")
_HASH: Final = Struct("=Q")
_BUCKETS: Final = 1 << 12


class Fingerprints:
    """Each is held until a time of its own, in seconds since the epoch."""

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: Final = [b""] * _BUCKETS

    def __len__(self) -> int:
        return sum(map(len, self._buckets)) // _ENTRY.size

    def __contains__(self, name: Hashable) -> bool:
        fingerprint = hash(name) & _MASK
        return _find(self._buckets[fingerprint % _BUCKETS], fingerprint) >= 0

    def add(self, name: Hashable, until: int) -> None:
        """Hold the name; one that is held already, until the later of both times."""
        fingerprint = hash(name) & _MASK
        bucket = self._buckets[fingerprint % _BUCKETS]
        at = _find(bucket, fingerprint)
        if at >= 0:
            until = max(until, _ENTRY.unpack_from(bucket, at)[1])
            bucket = bucket[:at] + bucket[at + _ENTRY.size :]
        self._buckets[fingerprint % _BUCKETS] = bucket + _ENTRY.pack(fingerprint, until)

    def forget(self, now: float) -> None:
        """Let go of those whose time has come."""
        for index, bucket in enumerate(self._buckets):
            held = [entry for entry in _ENTRY.iter_unpack(bucket) if entry[1] > now]
            if len(held) * _ENTRY.size < len(bucket):
                self._buckets[index] = b"".join(_ENTRY.pack(*entry) for entry in held)


def _find(bucket: bytes, fingerprint: int) -> int:
    """Where its entry begins, or -1. The same bytes may stand across two entries, too."""
    spelled = _HASH.pack(fingerprint)
    at = bucket.find(spelled)
    while at % _ENTRY.size and at > 0:
        at = bucket.find(spelled, at + 1)
    return at


_MASK: Final = (1 << 64) - 1
