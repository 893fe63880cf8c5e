"""Proofs of possession, judged alike by all processes of a machine: one nonce key, one memory of what was used.

Both lie in the same shared memory, so that they begin and end together: after a start nothing is left of the proofs
that were used before it, and no nonce from before it is taken.
"""

import fcntl
import os
import secrets
import struct
from functools import partial
from typing import Final

from ostiary.keys.dpop import Proofs
from ostiary.keys.nonces import Nonces
from ostiary.keys.replays import Replays
from ostiary.server.memory import NONCE_KEY_BYTES, PROOFS_AT, attach

_SINCE: Final = struct.Struct("=Q")


class _Held:
    """A lock of the kernel's on a block, which goes with a process that dies (fcntl(2))."""

    __slots__ = ("_block", "_descriptor")

    def __init__(self, descriptor: int, block: int) -> None:
        self._descriptor = descriptor
        self._block = block

    def __enter__(self) -> None:
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, self._block)

    def __exit__(self, *failed: object) -> None:
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, self._block)


def begin_proofs(descriptor: int, now: float) -> None:
    """Draw the nonce key, once for all processes, and write when that was."""
    os.pwrite(descriptor, secrets.token_bytes(NONCE_KEY_BYTES) + _SINCE.pack(int(now)), 0)


def open_proofs(descriptor: int) -> Proofs:
    """`descriptor`: of the shared memory `proofs`."""
    memory = memoryview(attach(descriptor))
    (since,) = _SINCE.unpack_from(memory, NONCE_KEY_BYTES)
    return Proofs(
        Nonces(bytes(memory[:NONCE_KEY_BYTES])), Replays(memory[PROOFS_AT:], partial(_Held, descriptor), since)
    )
