"""Each record vouches for the one before it; the head vouches for the last.

`hash = SHA-256(previous || position as 8 bytes, big-endian || body)`, and before the first record 32 zero bytes.
The head's seal needs a key that is not in the store: whoever can write the store cannot end the log elsewhere. So
that nobody has it sealed for them, a head whose own seal does not hold is continued and never sealed again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ostiary.audit.records import Head, Record

BEFORE_FIRST: Final = bytes(32)
UNSEALED: Final = b""
"""In place of a seal, for good."""


def extend(head: Head | None, bodies: Sequence[bytes], key: bytes) -> tuple[list[Record], Head]:
    """Return the records that continue the log, and its new head, sealed if the one before was. Raise ValueError where
    there is nothing to add."""
    if not bodies:
        raise ValueError("a log is extended by one record or more")
    position, previous = (head.position, head.hash) if head else (0, BEFORE_FIRST)
    records = []
    for body in bodies:
        position += 1
        records.append(Record(position, body, previous, record_hash(previous, position, body)))
        previous = records[-1].hash
    kept = head is None or is_sealed(head, key)
    return records, Head(position, previous, seal(key, position, previous) if kept else UNSEALED)


class Sealer:
    """Extends the log for one process, and remembers where it ended: a log that was put back since is not sealed
    again."""

    def __init__(self, key: bytes) -> None:
        self._key: Final = key
        self._seen: Head | None = None

    def extend(self, head: Head | None, bodies: Sequence[bytes]) -> tuple[list[Record], Head]:
        """As the function. `head`: where the stored log ends, held until what this returns is stored."""
        records, new = extend(head, bodies, self._key)
        if self._was_put_back(head):
            return records, replace(new, seal=UNSEALED)
        self._seen = head
        return records, new

    def _was_put_back(self, head: Head | None) -> bool:
        seen = self._seen
        if seen is None or head is None:
            return seen is not None
        return head.position < seen.position or (head.position == seen.position and head.hash != seen.hash)


def record_hash(previous: bytes, position: int, body: bytes) -> bytes:
    return hashlib.sha256(previous + position.to_bytes(8, "big") + body).digest()


def is_sealed(head: Head, key: bytes) -> bool:
    """Whether a holder of the key said that the log ends here."""
    return hmac.compare_digest(head.seal, seal(key, head.position, head.hash))


def seal(key: bytes, position: int, hash: bytes) -> bytes:
    """HMAC-SHA256 over where the log ends."""
    return hmac.digest(key, position.to_bytes(8, "big") + hash, "sha256")
