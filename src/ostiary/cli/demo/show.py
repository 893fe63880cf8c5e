"""The demo from its first process to its last."""

import asyncio
import secrets
import socket
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from ostiary.cli.demo import report
from ostiary.cli.demo.asking import Stop
from ostiary.cli.demo.ending import Ended, Ending
from ostiary.cli.demo.folder import Demo, lay_out
from ostiary.cli.demo.front_door import FrontDoor
from ostiary.cli.demo.oauth import authorization
from ostiary.cli.demo.people import add_keys, add_people, hash_passwords
from ostiary.cli.demo.report import Line
from ostiary.cli.demo.shop import Shop
from ostiary.cli.demo.tour import Tour
from ostiary.cli.references import Recorded, recorded
from ostiary.cli.said import wide_console
from ostiary.model import endpoints
from ostiary.server.place import Place, find_place
from ostiary.server.up import running
from ostiary.store.interface import Store

WORKERS: Final = 2
"""So that everybody's demo has more than one, also on a small machine."""
RECORDED_WITHIN: Final = 5.0
"""Seconds that we wait at most for what was asked to be in the audit log; a batch takes a quarter of one."""
_LOOK_SECONDS: Final = 0.1


class Show:
    """One demo in one folder."""

    def __init__(self, folder: Path, port: int, admin_port: int, ending: Ending) -> None:
        self._folder = folder
        self._ports = port, admin_port
        self._ending = ending
        self._out = wide_console()

    async def run(self, json_file: Path | None, *, stay: bool) -> bool:
        """Whether every line of the tour came out as it should. Raises ShopEnded, Lost, Ended and as `running` does."""
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            upstream = f"http://127.0.0.1:{listener.getsockname()[1]}"
            demo = lay_out(self._folder, *self._ports, _free_port(), upstream)
            shop = Shop(listener, demo, self._folder / "shop.log")
            stack.callback(shop.stop)
            store = await self._open(demo, stack)
            await asyncio.to_thread(shop.wait_ready, self._ending)
            self._welcome(demo, time.monotonic() - began)
            lines = await self._tour(demo, store)
            report.write(lines, json_file)
            if stay:
                await self._stay(demo, shop)
        return all(line.as_it_should for line in lines)

    async def _open(self, demo: Demo, stack: AsyncExitStack) -> Store:
        """The front door, and the people who may come in."""
        place = _place(demo)
        hashing = asyncio.create_task(asyncio.to_thread(hash_passwords, demo))
        door = await stack.enter_async_context(running(place, self._log))
        await add_people(place, door.store, demo, await hashing)
        await add_keys(door.store, demo)
        return door.store

    def _log(self, line: str) -> None:
        with (self._folder / "up.log").open("a") as log:
            log.write(f"{line}\n")

    def _welcome(self, demo: Demo, seconds: float) -> None:
        self._out.print(f"Ready on [bold]{demo.origin}[/bold] after {seconds:.1f} s.\n")
        report.print_household(self._out, demo)
        self._out.print(f"\nAll of this is in {self._folder / 'demo.json'}, for scripts.\n")

    async def _tour(self, demo: Demo, store: Store) -> list[Line]:
        stops = await asyncio.to_thread(self._stops, demo)
        known = await self._recorded(store, {stop.ref for stop in stops if stop.ref})
        lines = [report.line(stop, known) for stop in stops]
        report.print_tour(self._out, demo, lines)
        return lines

    def _stops(self, demo: Demo) -> list[Stop]:
        ca_file, known = Path(demo.ca_file), demo.clients["warehouse"]
        door, upstream = FrontDoor(demo.origin, ca_file), FrontDoor(demo.upstream)
        services = FrontDoor(demo.services, ca_file, (known.certificate or "", known.certificate_key or ""))
        stops = []
        try:
            for stop in Tour(demo, door, services, upstream).stops():
                stops.append(stop)
                self._ending.require_going_on()
        finally:
            for each in (door, services, upstream):
                each.close()
        return stops

    async def _recorded(self, store: Store, wanted: set[str]) -> Mapping[str, Recorded]:
        """What the audit log says of these requests, once it has all of them."""
        end = time.monotonic() + RECORDED_WITHIN
        while True:
            found = await recorded(store, wanted)
            if len(found) == len(wanted) or time.monotonic() > end:
                return found
            await asyncio.to_thread(self._ending.wait, _LOOK_SECONDS)

    async def _stay(self, demo: Demo, shop: Shop) -> None:
        """Until a signal. Raises ShopEnded."""
        asked = authorization(demo.clients["storefront"], "openid orders.read", "demo", secrets.token_urlsafe(32))
        self._out.print(
            f"\nSign in with a browser: {demo.origin}{endpoints.AUTHORIZE}?{urlencode(asked)}", soft_wrap=True
        )
        self._out.print("Ctrl-C ends the demo.")
        with suppress(Ended):
            while True:
                shop.require_running()
                await asyncio.to_thread(self._ending.wait, 1.0)


def _free_port() -> int:
    """For the listener that the demo has beside its door."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _place(demo: Demo) -> Place:
    place = find_place(Path(demo.contract))
    return replace(place, deployment=replace(place.deployment, workers=WORKERS))
