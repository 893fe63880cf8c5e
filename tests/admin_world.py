"""The admin API over a real store, in this process: its requests are whole, and time is a number."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final, TypeVar

from contract_door import TEXT, read_door
from ostiary.audit.encode import decode
from ostiary.contract.draft import Draft
from ostiary.keys.admin_token import AdminScope, AdminToken, made, revoked
from ostiary.keys.hashing import token_hash
from ostiary.model.events import Event
from ostiary.model.ids import Secret
from ostiary.server.admin import Asked
from ostiary.server.admin_api import AdminApi
from ostiary.server.admission import Admission, find_admission
from ostiary.store.opening import open_store
from secrets_seen import secret

T = TypeVar("T")
CLIENT: Final[dict[str, Any]] = {"kind": "service", "credential": "secret", "scopes": ["orders.read"]}
APP: Final[dict[str, Any]] = {
    "kind": "mobile",
    "scopes": ["orders.read"],
    "redirect_uris": ["com.example.book:/callback"],
}
BOTH: Final = frozenset(AdminScope)


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> tuple[int, str]:
        return self.status, str(self.body["type"]).rpartition(":")[2]

    @property
    def pointers(self) -> set[tuple[str, str]]:
        return {(each["pointer"], each["code"]) for each in self.body["mistakes"]}


class AdminWorld:
    def __init__(self, folder: Path) -> None:
        self.now = 1_800_000_000.0
        self._runner = asyncio.Runner()
        self.store = self.run(open_store(Secret(str(folder / "store")), b"k" * 32))
        reading = read_door(TEXT + "admin_api: true\n")
        assert reading.draft is not None and reading.contract is not None
        self.draft: Draft = reading.draft
        self.contract = reading.contract
        self.admission: Admission = self.run(find_admission(self.draft, self.contract, self.store))
        self.api = AdminApi(self.store, lambda: self.admission, self._adopt, token_bytes, lambda: self.now)
        self.token = self.new_token()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def _adopt(self) -> None:
        self.admission = await find_admission(self.draft, self.contract, self.store, self.admission)

    def close(self) -> None:
        self.run(self.store.close())
        self._runner.close()

    def new_token(self, scopes: frozenset[AdminScope] = BOTH, lifetime: int = 3600) -> str:
        token, plan = made(token_bytes, scopes, int(self.now), lifetime)
        self.run(self.store.commit(plan))
        return secret(token.reveal())

    def revoke(self, token: str) -> None:
        kept: AdminToken | None = self.run(self.store.admin_token(token_hash(token)))
        assert kept is not None
        self.run(self.store.commit(revoked(kept, int(self.now))))

    async def asked(self, method: str, target: str, body: object = None, **fields: str | None) -> Reply:
        """`body` as JSON, or bytes as they are. A field that is None is left out."""
        path, _, query = target.partition("?")
        given = {"authorization": f"Bearer {self.token}", "content_type": "application/json", **fields}
        sent = {name.replace("_", "-").encode(): value.encode() for name, value in given.items() if value is not None}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        page = await self.api.answer(Asked(method, path, query, sent, raw))
        reply = Reply(page.status, json.loads(page.body), dict(page.fields))
        if "client_secret" in reply.body:
            secret(reply.body["client_secret"])
        return reply

    def ask(self, method: str, target: str, body: object = None, **fields: str | None) -> Reply:
        return self.run(self.asked(method, target, body, **fields))

    def make(self, id: str, settings: dict[str, Any] | None = None, **changes: Any) -> Reply:
        return self.ask("POST", "/v1/clients", {"client_id": id, "settings": {**(settings or CLIENT), **changes}})

    def together(self, *work: Coroutine[Any, Any, Reply]) -> list[Reply]:
        async def gathered() -> list[Reply]:
            return list(await asyncio.gather(*work))

        return self.run(gathered())

    def events(self) -> list[Event]:
        async def read() -> list[Event]:
            return [decode(record.body) async for record in self.store.records()]

        return self.run(read())
