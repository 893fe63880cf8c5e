"""Proofs of possession, judged alike by all processes of a machine: one nonce key, one memory of what was used.

Both lie in the same shared memory, so that they begin and end together: after a start nothing is left of the proofs
that were used before it, and no nonce from before it is taken.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from ostiary.keys.dpop import Proofs
from ostiary.keys.nonces import Nonces
from ostiary.keys.replays import Replays
from ostiary.server.memory import NONCE_KEY_BYTES, PROOFS_AT, attach


def begin_proofs(descriptor: int) -> None:
    """Draw the nonce key, once for all processes."""
    os.pwrite(descriptor, secrets.token_bytes(NONCE_KEY_BYTES), 0)


def open_proofs(descriptor: int) -> Proofs:
    """`descriptor`: of the shared memory `proofs`."""
    memory = memoryview(attach(descriptor))

    @contextmanager
    def held(block: int) -> Iterator[None]:
        """A lock of the kernel's, which goes with a process that dies (fcntl(2))."""
        fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, block)
        try:
            yield
        finally:
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, block)

    return Proofs(Nonces(bytes(memory[:NONCE_KEY_BYTES])), Replays(memory[PROOFS_AT:], held))
