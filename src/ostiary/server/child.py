"""The life of a child process: set up, serve, change the contract, drain."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from ostiary.contract.model import Contract
from ostiary.server.channel import (
    Adopt,
    Drain,
    Listener,
    Message,
    Prepare,
    Prepared,
    Ready,
    Setup,
    Unfit,
    pack,
    receive,
)
from ostiary.server.chores import tell_of_nobody_s

_MADE_BETWEEN_LOOKS: Final = 5_000
"""Objects that a collector counts before it looks for garbage."""


class Service(Protocol):
    """What a child does for a living: the issuer, or one gateway worker."""

    async def start(self) -> None:
        """Return when requests are answered."""
        ...

    def prepare(self, contract: Contract, listeners: Sequence[Listener] | None) -> Callable[[], None]:
        """Compile for this contract, and read the files of the listeners anew. What it returns adopts it at once and
        cannot fail; what it raises is why not."""
        ...

    async def drain(self) -> None:
        """Take nothing new, and return when what runs is finished or out of time."""
        ...


async def live(inherited: socket.socket, make: Callable[[Setup], Service]) -> None:
    """Serve until the supervisor says Drain, or is gone, or this process gets SIGTERM."""
    asyncio.get_running_loop().set_exception_handler(tell_of_nobody_s)
    reader, writer = await asyncio.open_connection(sock=inherited)
    setup = await receive(reader)
    if not isinstance(setup, Setup):
        return
    service = make(setup)
    await service.start()
    _leave_alone_what_stays()
    writer.write(pack(Ready()))
    await _until_told(_Conversation(service, writer).follow(reader))
    await service.drain()
    with contextlib.suppress(ConnectionError):
        writer.close()
        await writer.wait_closed()


def _leave_alone_what_stays() -> None:
    """Modules and what was compiled live as long as the process: looking through them for garbage again and again would
    stop all requests for tens of milliseconds each time. Requests leave hardly any: it is looked for less often than by
    default, which saves a token four percent of its CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN_LOOKS)


async def _until_told(following: Coroutine[Any, Any, None]) -> None:
    conversation = asyncio.create_task(following)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, conversation.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await conversation


class _Conversation:
    """Follows what the supervisor says."""

    def __init__(self, service: Service, writer: asyncio.StreamWriter) -> None:
        self._service = service
        self._writer = writer
        self._adopt: Callable[[], None] | None = None

    async def follow(self, reader: asyncio.StreamReader) -> None:
        """Return at Drain, or where the supervisor is gone."""
        while (message := await receive(reader)) is not None and not isinstance(message, Drain):
            self._hear(message)

    def _hear(self, message: Message) -> None:
        match message:
            case Prepare(contract, listeners):
                self._writer.write(pack(self._prepare(contract, listeners)))
            case Adopt() if self._adopt is not None:
                self._adopt()
                self._adopt = None

    def _prepare(self, contract: Contract, listeners: Sequence[Listener] | None) -> Prepared | Unfit:
        try:
            self._adopt = self._service.prepare(contract, listeners)
        except Exception as error:  # noqa: BLE001  # whatever it is, the old contract stays in force and says why
            return Unfit(f"{type(error).__name__}: {error}")
        return Prepared()
