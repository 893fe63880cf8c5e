"""Memory that the supervisor and all its children share: it has no name, and is gone with the last of them."""

import mmap
import os
from collections.abc import Mapping
from typing import Final

NONCE_KEY_BYTES: Final = 32
LOCKS_AT: Final = 4096
PROOFS_AT: Final = 8192
"""Where the locks of the table of used proofs begin, behind the key of the nonces and the time of its beginning; and
where the table does."""
SHARED_BYTES: Final = {"limits": 4 << 20, "metrics": 1 << 30, "proofs": PROOFS_AT + (64 << 20)}
"""What `ostiary up` shares: a quarter of a million slots of limits, for each of up to 1024 workers a megabyte to write
its counts into, and four million used proofs, which are those of two minutes at 35,000 a second. Pages that nobody
writes take no memory."""


def make_shared(sizes: Mapping[str, int]) -> dict[str, int]:
    """A descriptor of zeroed memory for each name; `sizes` in bytes (memfd_create(2))."""
    made = {}
    for name, size in sizes.items():
        made[name] = os.memfd_create(f"ostiary-{name}", os.MFD_CLOEXEC)
        os.ftruncate(made[name], size)
    return made


def attach(descriptor: int) -> mmap.mmap:
    """The whole of it, for reading and writing."""
    return mmap.mmap(descriptor, os.fstat(descriptor).st_size)
