"""What a worker counts, where the admin listener can read it: in shared memory, one place for each worker.

The writer is alone in its place, and readers take no lock: the length is zero while it writes, and a checksum tells a
torn read. A worker that is started again goes on from what the one before it had counted.
"""

import mmap
import struct
import zlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

PLACE_BYTES: Final = 1 << 20
_HEAD: Final = struct.Struct("=II")
"""Length and CRC-32 of what follows."""


class Place:
    """One worker's place."""

    def __init__(self, memory: mmap.mmap, number: int) -> None:
        self._memory: Final = memory
        self._at: Final = number * PLACE_BYTES

    def write(self, told: Mapping[str, object]) -> bool:
        """Replace what stands there; False where it is too large, and then nothing has changed."""
        text = orjson.dumps(told)
        if len(text) > PLACE_BYTES - _HEAD.size:
            return False
        at, start = self._at, self._at + _HEAD.size
        self._memory[at:start] = _HEAD.pack(0, 0)
        self._memory[start : start + len(text)] = text
        self._memory[at:start] = _HEAD.pack(len(text), zlib.crc32(text))
        return True

    def read(self) -> Mapping[str, Any] | None:
        """None where nothing was written yet, or the writer is at work."""
        start = self._at + _HEAD.size
        length, check = _HEAD.unpack(self._memory[self._at : start])
        text = self._memory[start : start + length]
        if length == 0 or zlib.crc32(text) != check:
            return None
        found: Mapping[str, Any] = orjson.loads(text)
        return found
