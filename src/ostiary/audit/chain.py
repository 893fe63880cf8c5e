"""Each record vouches for the one before it; the head vouches for the last.

`hash = SHA-256(previous || position as 8 bytes, big-endian || body)`, and before the first record 32 zero bytes.
The head's seal needs a key that is not in the store: whoever can write the store cannot end the log elsewhere.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from ostiary.audit.records import Head, Record

BEFORE_FIRST: Final = bytes(32)


def extend(head: Head | None, bodies: Sequence[bytes], key: bytes) -> tuple[list[Record], Head]:
    """Return the records that continue the log, and its new head. Raise ValueError where there is nothing to add."""
    if not bodies:
        raise ValueError("a log is extended by one record or more")
    position, previous = (head.position, head.hash) if head else (0, BEFORE_FIRST)
    records = []
    for body in bodies:
        position += 1
        records.append(Record(position, body, previous, record_hash(previous, position, body)))
        previous = records[-1].hash
    return records, Head(position, previous, seal(key, position, previous))


def record_hash(previous: bytes, position: int, body: bytes) -> bytes:
    return hashlib.sha256(previous + position.to_bytes(8, "big") + body).digest()


def seal(key: bytes, position: int, hash: bytes) -> bytes:
    """HMAC-SHA256 over where the log ends."""
    return hmac.digest(key, position.to_bytes(8, "big") + hash, "sha256")
