"""A PostgreSQL of the tests' own: initdb and pg_ctl on a free port, as an unprivileged user, on loopback only."""

import asyncio
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from running import children, free_ports

NOBODY = "nobody"
SECONDS = "110"
"""In which it has to start, also on a machine that is busy with other things."""


def binaries() -> Path | None:
    """The newest installed server's folder; None where there is none."""
    found = [Path(path).parent for path in (shutil.which("initdb"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


class Cluster:
    """A server that lives until `stop`."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._numbers = itertools.count()
        (self.port,) = free_ports(1)
        if os.geteuid() == 0:
            os.chown(self.folder, pwd.getpwnam(NOBODY).pw_uid, -1)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "tests", "--auth=trust", "--no-sync", "-E", "UTF8")
        self._control = ("pg_ctl", "-D", data, "-w", "-t", SECONDS, "-l", str(self.folder / "log"))
        self.start()

    @classmethod
    def or_skip(cls) -> "Cluster":
        """Skips the test where no server is installed."""
        programs = binaries()
        if programs is None:
            pytest.skip("PostgreSQL is not installed here (Debian: postgresql)")
        return cls(programs)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run(*self._control, "-o", options, "start")

    def halt(self) -> None:
        """As a crash would: what was not flushed is lost."""
        self._run(*self._control, "-m", "immediate", "stop")

    def freeze(self) -> None:
        """It holds its connections and answers nobody, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        server = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        for pid in (server, *children(server)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self) -> None:
        self._run(*self._control, "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        asyncio.run(self._create(name))
        return self._url(name)

    async def _create(self, name: str) -> None:
        connection = await asyncpg.connect(self._url("postgres"))
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    def _url(self, name: str) -> str:
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        user = {"user": NOBODY, "group": pwd.getpwnam(NOBODY).pw_gid} if os.geteuid() == 0 else {}
        command = [str(self._programs / program), *arguments]
        subprocess.run(
            command, check=check, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user
        )
