"""The state directory: one `ostiary up` at a time, readable by its owner alone."""

import fcntl
import os
from pathlib import Path
from typing import Final

SOCKET_PATH_BYTES: Final = 107
"""The longest path of a Unix socket on Linux (unix(7))."""


class StateUnusable(Exception):
    """The directory cannot be used; the text says why and what to do."""


class StateDirectory:
    """Where a running Ostiary keeps what outlives it, and meets the commands that steer it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def store(self) -> Path:
        return self.path / "ostiary.sqlite3"

    @property
    def issuer_socket(self) -> Path:
        return self.path / "issuer.sock"

    @property
    def control_socket(self) -> Path:
        return self.path / "control.sock"

    def has_store(self) -> bool:
        """Whether a file of SQLite is in it. Raises StateUnusable where this user may not look."""
        try:
            self.store.stat()  # of Python 3.14 and later, `exists` tells no error
        except (FileNotFoundError, NotADirectoryError):
            return False
        except PermissionError:
            raise self.foreign() from None
        return True

    def foreign(self) -> StateUnusable:
        """It is not this user's."""
        return StateUnusable(
            f"{self.path} belongs to another user; please run this as that one, or name another folder"
        )

    def make(self) -> None:
        """Create it with mode 0700. Raises StateUnusable where it is of another user or open to others."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.path.stat()
        if found.st_uid != os.geteuid():
            raise self.foreign()
        if found.st_mode & 0o077:
            raise StateUnusable(f"{self.path} is open to others; please run: chmod 700 {self.path}")
        if len(os.fsencode(self.control_socket)) > SOCKET_PATH_BYTES:
            raise StateUnusable(f"{self.path} is too long a path for a Unix socket; please choose a shorter one")

    def occupy(self) -> int:
        """Hold the directory until this process ends; a lock dies with its holder, so none is ever stale.

        Returns the descriptor that holds it. Raises StateUnusable where another process is up on it.
        """
        descriptor = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode().strip() or "unknown"
            os.close(descriptor)
            raise StateUnusable(f"another ostiary is up on {self.path} (process {holder})") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor
