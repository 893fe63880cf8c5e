"""Proofs of possession, judged alike by all processes of a machine: one nonce key, one memory of what was used.

Both lie in the same shared memory, so that they begin and end together: after a start nothing is left of the proofs
that were used before it, and no nonce from before it is taken.
"""

import os
import secrets
import struct
from typing import Final

from ostiary.keys.dpop import Proofs
from ostiary.keys.nonces import Nonces
from ostiary.keys.replays import Replays
from ostiary.server.locks import LOCK_BYTES, make_mutexes, open_locks
from ostiary.server.memory import LOCKS_AT, NONCE_KEY_BYTES, PROOFS_AT, attach

_SINCE: Final = struct.Struct("=Q")
LOCKS: Final = (PROOFS_AT - LOCKS_AT) // LOCK_BYTES


def begin_proofs(descriptor: int, now: float) -> bool:
    """Draw the nonce key, once for all processes, and write when that was. False where locks are slow here; they hold
    as well. Raises OSError."""
    os.pwrite(descriptor, secrets.token_bytes(NONCE_KEY_BYTES) + _SINCE.pack(int(now)), 0)
    return make_mutexes(attach(descriptor), LOCKS_AT, LOCKS)


def open_proofs(descriptor: int) -> Proofs:
    """`descriptor`: of the shared memory `proofs`, once it has begun."""
    shared = attach(descriptor)
    memory = memoryview(shared)
    (since,) = _SINCE.unpack_from(memory, NONCE_KEY_BYTES)
    replays = Replays(memory[PROOFS_AT:], open_locks(descriptor, shared, LOCKS_AT, LOCKS), since)
    return Proofs(Nonces(bytes(memory[:NONCE_KEY_BYTES])), replays)
