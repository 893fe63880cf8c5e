"""The issuer's process: the application on a Unix socket that only the gateway reaches."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ostiary.contract.model import Contract
from ostiary.keys.master import MasterKey
from ostiary.server.channel import Listener, Setup
from ostiary.server.chores import again
from ostiary.server.counted import write_counted
from ostiary.server.issuer.app import IssuerApp
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.endpoints import PAGES
from ostiary.server.issuer.hearing import Hearing
from ostiary.server.issuer.keys import IssuerKeys
from ostiary.server.issuer.logout_notices import tell_due
from ostiary.server.issuer.wire import Wires
from ostiary.server.proofs import open_proofs
from ostiary.store.interface import StoreUnavailable
from ostiary.store.opening import open_store

FOLLOW_SECONDS: Final = 1.0
"""How often keys are read anew and counted refusals are written: much less than a key is published before it signs."""
TELL_SECONDS: Final = 1.0
"""How often clients are looked for that are to be told of an ended sign-in."""
DRAIN_SECONDS: Final = 10


class IssuerProcess:
    """A `Service` of `server.child`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._master = MasterKey.from_text(setup.master_key)

    async def start(self) -> None:
        """Raises StoreUnavailable, NoSigningKey, SealBroken, OSError."""
        self._store = await open_store(self._setup.store, self._master.derive("audit"), on_loop=True)
        keys = IssuerKeys(self._master, await self._store.signing_keys())
        keys.at(time.time())
        proofs = open_proofs(self._setup.memory["proofs"])
        self._desk = Desk(self._setup.contract, self._store, self._master, keys, proofs, time.time, os.urandom)
        hearing = Hearing(self._desk)
        await hearing.hear()
        self._wires = Wires(IssuerApp(self._desk, PAGES))
        await self._wires.listen(_bound(self._setup.issuer_socket))
        self._following = asyncio.create_task(again(FOLLOW_SECONDS, lambda: _follow(self._desk, hearing)))
        self._telling = asyncio.create_task(again(TELL_SECONDS, lambda: tell_due(self._desk)))

    def prepare(self, contract: Contract, listeners: Sequence[Listener] | None = None) -> Callable[[], None]:
        """Raises what is wrong with the contract. It listens nowhere but at its socket."""
        return self._desk.prepare(contract)

    async def drain(self) -> None:
        """Finish what runs, write what was counted, close the store."""
        await self._wires.drain(DRAIN_SECONDS)
        self._following.cancel()
        self._telling.cancel()
        with contextlib.suppress(StoreUnavailable):
            await write_counted(self._desk.store, self._desk.refusals, self._desk.clock(), closing=True)
        await self._store.close()


def _bound(path: str) -> socket.socket:
    """A socket that only this account may use; what an ended process left behind goes first."""
    Path(path).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(path)
    Path(path).chmod(0o600)
    return listening


async def _follow(desk: Desk, hearing: Hearing) -> None:
    """Keep the keys and the clients true and write what was only counted."""
    desk.keys.adopt(await desk.store.signing_keys())
    await hearing.hear()
    await write_counted(desk.store, desk.refusals, desk.clock(), closing=False)
