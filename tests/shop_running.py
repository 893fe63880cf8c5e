"""The example shop behind `ostiary up`, with its people and clients, for clients that others wrote."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ostiary.cli.demo.browser import Browser
from ostiary.cli.demo.folder import ClientOfDemo, Demo, PersonOfDemo, lay_out
from ostiary.cli.demo.people import add_keys, add_people, hash_passwords
from ostiary.cli.demo.shop import Shop
from ostiary.server.place import find_place
from ostiary.store.opening import open_store
from running import Up, free_ports
from secrets_seen import secret, watch


class RunningShop(Up):
    """One shop, one door. Nothing that they write holds a secret of theirs."""

    def __init__(self, folder: Path, store: str | None = None) -> None:
        """`store`: the URL of a PostgreSQL database; else it is SQLite."""
        self.folder = folder
        self.port, self.admin_port, services_port = free_ports(3)
        self._listener = socket.create_server(("127.0.0.1", 0))
        upstream = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.demo = lay_out(folder, self.port, self.admin_port, services_port, upstream)
        self.origin = self.demo.origin
        if store is not None:
            with Path(self.demo.contract).open("a") as contract:
                contract.write(f"store: {store}\n")
        self.contract, self.ca_file = Path(self.demo.contract), Path(self.demo.ca_file)
        self.log = folder / "up.log"
        self._environment: dict[str, str] = {}
        self.shop = Shop(self._listener, self.demo, folder / "shop.log")
        self._watch()

    @contextmanager
    def open(self) -> Iterator["RunningShop"]:
        """Inside, people can sign in."""
        try:
            self.start("--workers", "2")
            asyncio.run(_add_people(self.demo))
            yield self
        finally:
            assert self.stop() == 0
            self.shop.stop()
            self._listener.close()

    def person(self, login: str) -> PersonOfDemo:
        return self.demo.people[login]

    def client(self, name: str) -> ClientOfDemo:
        return self.demo.clients[name]

    def browse(self, login: str, url: str, back: str) -> str:
        """Open an authorization request, sign in, say yes; the whole address that the browser is sent back to."""
        with closing(self.door()) as door:
            browser = Browser(door, login, self.person(login).password)
            return browser.follow(url.removeprefix(self.origin), back)

    def let_in(self, login: str, url: str) -> None:
        """Open the link that a device shows, sign in, say that it is there."""
        with closing(self.door()) as door:
            Browser(door, login, self.person(login).password).let_in(url.removeprefix(self.origin))

    def _watch(self) -> None:
        for person in self.demo.people.values():
            secret(person.password)
        secret(self.demo.initial_access_token)
        for client in self.demo.clients.values():
            secret(client.secret or client.api_key or (client.private_key or {}).get("d") or "x" * 64)
            if client.certificate_key is not None:
                secret(Path(client.certificate_key).read_text())
        for written in (self.folder / "state", self.log, self.folder / "shop.log"):
            watch(written)


async def _add_people(demo: Demo) -> None:
    place = find_place(Path(demo.contract))
    store = await open_store(place.store, place.master_key().derive("audit"))
    await add_people(place, store, demo, hash_passwords(demo))
    await add_keys(store, demo)
    await store.close()
