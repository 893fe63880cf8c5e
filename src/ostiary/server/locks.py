"""Locks that processes share; one that was held by a process that died is free again.

The mutexes of POSIX threads, made for several processes and robust (pthread_mutexattr_setrobust(3)): taking one that
nobody holds is one instruction and no system call. Where a system has none, locks of the kernel's on a file, which
takes two (fcntl(2)).
"""

import ctypes
import errno
import fcntl
import mmap
import os
from typing import Final

LOCK_BYTES: Final = 64
"""More than a mutex takes on any machine, and a cache line, so that two locks do not slow each other down."""
_SHARED: Final = 1
_ROBUST: Final = 1
_ERROR_CHECK: Final = 2
"""PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST and PTHREAD_MUTEX_ERRORCHECK on Linux, with glibc and with musl. By the
last one, whoever takes a lock that it holds is told so, and does not wait for itself."""

_POSIX: Final = ctypes.PyDLL(None)
"""Called without letting go of the interpreter: what is done under a lock takes a microsecond."""
_Attributes: Final = ctypes.c_char * 64


class RobustMutex:
    """Held in a `with` block. Raises OSError where it cannot be taken."""

    __slots__ = ("_at", "_lock", "_memory", "_unlock")

    def __init__(self, memory: mmap.mmap, offset: int) -> None:
        self._memory: Final = ctypes.c_char.from_buffer(memory, offset)
        self._at: Final = ctypes.addressof(self._memory)
        self._lock: Final = _on_address("pthread_mutex_lock")
        self._unlock: Final = _on_address("pthread_mutex_unlock")

    def __enter__(self) -> None:
        failed = self._lock(self._at)
        if failed:
            self._recover(failed)

    def __exit__(self, *failed: object) -> None:
        self._unlock(self._at)

    def _recover(self, failed: int) -> None:
        """Whoever held it died; what it guards has to be good at every moment."""
        if failed != errno.EOWNERDEAD:
            raise OSError(failed, os.strerror(failed))
        _require(_on_address("pthread_mutex_consistent")(self._at))


class KernelLock:
    """The byte of this number of a file, held in a `with` block. Raises OSError where it cannot be taken."""

    __slots__ = ("_descriptor", "_number")

    def __init__(self, descriptor: int, number: int) -> None:
        self._descriptor: Final = descriptor
        self._number: Final = number

    def __enter__(self) -> None:
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, self._number)

    def __exit__(self, *failed: object) -> None:
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, self._number)


def make_mutexes(memory: mmap.mmap, offset: int, count: int) -> bool:
    """Once, before any process opens one of them. False where this system has no robust ones; then none are made.

    Raises OSError.
    """
    attributes = _Attributes()
    try:
        _require(_POSIX.pthread_mutexattr_init(attributes))
        _require(_POSIX.pthread_mutexattr_setpshared(attributes, _SHARED))
        _require(_POSIX.pthread_mutexattr_setrobust(attributes, _ROBUST))
        _require(_POSIX.pthread_mutexattr_settype(attributes, _ERROR_CHECK))
        for number in range(count):
            mutex = (ctypes.c_char * LOCK_BYTES).from_buffer(memory, offset + number * LOCK_BYTES)
            _require(_POSIX.pthread_mutex_init(mutex, attributes))
    except AttributeError:
        return False
    except OSError as failed:
        if failed.errno in (errno.ENOTSUP, errno.ENOSYS):
            return False
        raise
    return True


def open_locks(descriptor: int, memory: mmap.mmap, offset: int, count: int) -> tuple[RobustMutex | KernelLock, ...]:
    """The mutexes that were made in this memory, which is of this descriptor; the kernel's locks where none were."""
    if any(memory[offset : offset + count * LOCK_BYTES]):
        return tuple(RobustMutex(memory, offset + number * LOCK_BYTES) for number in range(count))
    return tuple(KernelLock(descriptor, number) for number in range(count))


def _on_address(name: str) -> "ctypes._NamedFuncPointer":
    function = _POSIX[name]
    function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_int
    return function


def _require(failed: int) -> None:
    if failed:
        raise OSError(failed, os.strerror(failed))
