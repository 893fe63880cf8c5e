"""The control socket: how `ostiary reload` talks to the `ostiary up` that runs on the same state directory.

One line of JSON each way. The socket lies in a directory that only its owner can enter.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ostiary.server.state import StateDirectory

Answer = Mapping[str, Any]
Command = Callable[[], Awaitable[Answer]]

LONGEST_ANSWER: Final = 16 * 1024 * 1024


class NobodyIsUp(Exception):
    """No `ostiary up` runs on this state directory."""


class Control:
    """Answers commands, one for each connection."""

    def __init__(self, path: Path, commands: Mapping[str, Command]) -> None:
        self._path = path
        self._commands = commands
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = self._commands.get((await reader.readline()).decode().strip())
            answer = await command() if command else {"error": "unknown command"}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError):
            pass  # whoever asked is gone, or sent no line
        finally:
            writer.close()


def ask(state: StateDirectory, command: str) -> dict[str, Any]:
    """Send a command and wait for its answer. Raises NobodyIsUp, StateUnusable."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(state.control_socket))
            connection.sendall(command.encode() + b"\n")
            with connection.makefile("rb") as lines:
                answer: dict[str, Any] = json.loads(lines.readline(LONGEST_ANSWER))
                return answer
    except PermissionError:
        raise state.foreign() from None
    except (FileNotFoundError, ConnectionError, ValueError) as error:
        raise NobodyIsUp(str(state.path)) from error
