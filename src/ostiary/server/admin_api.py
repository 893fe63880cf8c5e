"""The admin API: clients are made, read, changed and ended as JSON, beside those of the contract."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ostiary.audit.flood import RefusalLedger
from ostiary.contract.admin_records import AddAdminClient, AdminClient
from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.keys.admin_token import AdminScope, AdminToken, presented, require_admin
from ostiary.model.errors import (
    BadRequest,
    Conflict,
    NotFound,
    Refusal,
    ServiceUnavailable,
)
from ostiary.model.events.operators import AdminChangedClient, AdminRefused
from ostiary.model.feed import AdminClientsChanged
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.ids import ClientId, Secret
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.server.admin import Asked, Page
from ostiary.server.admin_changes import (
    Change,
    changed,
    ended,
    given_secret,
    made,
    require_free,
    require_holding,
)
from ostiary.server.admin_pages import problem, told
from ostiary.server.admin_requests import entity_tag, read_object, read_page, require_method, require_version
from ostiary.server.admission import Admission
from ostiary.server.counted import write_counted
from ostiary.server.every_client import Shown, every_client, shown, with_state
from ostiary.server.openapi import document
from ostiary.store.interface import Store, StoreUnavailable

_SECRET: Final = 32
"""Random bytes."""


class AdminApi:
    """`admission`: what is in force now. `adopt`: reads the clients anew and puts them in force on this machine."""

    def __init__(
        self,
        store: Store,
        admission: Callable[[], Admission],
        adopt: Callable[[], Awaitable[None]],
        fresh: Fresh,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store: Final = store
        self._admission: Final = admission
        self._adopt: Final = adopt
        self._fresh: Final = fresh
        self._clock: Final = clock
        self._refusals: Final = RefusalLedger(clock())

    async def answer(self, asked: Asked) -> Page:
        """What is refused is recorded, without a word of what was sent."""
        token: AdminToken | None = None
        try:
            try:
                token = await self._store.admin_token(presented(asked.field(b"authorization")))
                return await self._answer(asked, token)
            except Refusal as error:
                return await self._refuse(error, token)
        except StoreUnavailable:
            return problem(ServiceUnavailable(Reason.STORE_UNAVAILABLE))

    async def write_counted(self, *, closing: bool) -> None:
        """The refusals past the flood bound (`audit.flood`). Raises StoreUnavailable."""
        await write_counted(self._store, self._refusals, self._clock(), closing=closing)

    async def _answer(self, asked: Asked, token: AdminToken | None) -> Page:
        """Who has no token learns nothing, not even which paths there are."""
        method = "GET" if asked.method == "HEAD" else asked.method
        needed = AdminScope.CLIENTS_READ if method == "GET" else AdminScope.CLIENTS_WRITE
        by = require_admin(token, needed, self._clock())
        _, _, *steps = asked.path.split("/")
        require_method(method, steps)
        match method, steps:
            case "GET", ["openapi.json"]:
                return told(200, document())
            case "GET", ["clients"]:
                return told(200, await self._listed(asked.query))
            case "POST", ["clients"]:
                return await self._put(201, await self._made(asked), by)
            case "GET", [_, id]:
                return await self._shown(id)
            case "PUT", [_, id]:
                return await self._put(200, self._changed(asked, await self._own(id, asked)), by)
            case "DELETE", [_, id]:
                return await self._put(200, ended(await self._own(id, asked), self._now()), by)
            case _, [_, id, _]:
                return await self._put(200, given_secret(await self._own(id, asked), self._now(), self._draw), by)
        raise NotFound(Reason.ROUTE_UNKNOWN)

    async def _made(self, asked: Asked) -> Change:
        """Raises BadRequest, Conflict for a name that is or was another's, Invalid."""
        sent = read_object(asked)
        id, settings = sent.get("client_id"), sent.get("settings")
        if not isinstance(id, str) or not isinstance(settings, dict) or sent.keys() - {"client_id", "settings"}:
            raise BadRequest(Reason.PARAMETER_INVALID, "client_id and settings")
        require_free(self._admission(), id)
        if id in self._admission().whole.clients or id in await self._registered():
            raise Conflict(Reason.CLIENT_NAME_TAKEN)
        require_holding(self._admission(), id, settings)
        if await self._store.client_disabled_at(ClientId(id)) is not None:
            raise Conflict(Reason.CLIENT_NAME_TAKEN)
        return made(id, settings, self._now(), self._draw)

    def _changed(self, asked: Asked, client: AdminClient) -> Change:
        settings = read_object(asked)
        require_holding(self._admission(), client.id, settings)
        return changed(client, settings, self._now(), self._draw)

    def _now(self) -> int:
        return int(self._clock())

    def _draw(self) -> Secret:
        return Secret(fresh_name(self._fresh, _SECRET))

    async def _registered(self) -> frozenset[str]:
        return frozenset(client.id for client in await self._store.registered_clients())

    async def _own(self, id: str, asked: Asked) -> AdminClient:
        """One of its own, in the version that If-Match names. Raises Conflict for the contract's, NotFound,
        PreconditionRequired and PreconditionFailed."""
        if ClientId(id) in self._admission().contract.clients or id in await self._registered():
            raise Conflict(Reason.CLIENT_OF_CONTRACT)
        found = {client.id: client for client in await self._store.admin_clients()}.get(ClientId(id))
        if found is None or found.ended_at is not None:
            raise NotFound(Reason.CLIENT_UNKNOWN)
        require_version(found, asked.field(b"if-match"))
        return found

    async def _put(self, status: int, change: Change, by: AdminToken) -> Page:
        """Once this is answered, it is in force on this machine; elsewhere within a second."""
        now = self._clock()
        event = AdminChangedClient(at=now, client=change.client.id, admin=by.id, change=change.name)
        anew = AdminClientsChanged(until=int(now) + LONGEST_ACCESS_TOKEN)
        outcome = await self._store.commit(Plan(change.writes, (event,), (*change.feed, anew)))
        if isinstance(outcome, AlreadySpent):
            lost = Reason.CLIENT_NAME_TAKEN if isinstance(outcome.spend, AddAdminClient) else Reason.CLIENT_CHANGED
            raise Conflict(lost)
        await self._adopt()
        done = await self._with_state(shown(change.client))
        done |= {} if change.secret is None else {"client_secret": change.secret.reveal()}
        return told(status, done, etag=entity_tag(change.client))

    async def _shown(self, id: str) -> Page:
        admin = {client.id: client for client in await self._store.admin_clients()}.get(ClientId(id))
        if admin is not None:
            return told(200, await self._with_state(shown(admin)), etag=entity_tag(admin))
        every = await every_client(self._store, self._admission())
        found = next((each for each in every if each["client_id"] == id), None)
        if found is None:
            raise NotFound(Reason.CLIENT_UNKNOWN)
        return told(200, await self._with_state(found))

    async def _listed(self, query: str) -> dict[str, Any]:
        """Raises InvalidRequest, BadRequest."""
        most, after = read_page(query)
        left = [each for each in await every_client(self._store, self._admission()) if each["client_id"] > after]
        page = [await self._with_state(each) for each in left[:most]]
        return {"clients": page} | ({"next": page[-1]["client_id"]} if len(left) > most else {})

    async def _with_state(self, client: Shown) -> Shown:
        return await with_state(client, self._store, self._admission())

    async def _refuse(self, error: Refusal, token: AdminToken | None) -> Page:
        """Raises StoreUnavailable."""
        now = self._clock()
        if self._refusals.lists(now, error.reason, None, None, None):
            admin = None if token is None else token.id
            event = AdminRefused(at=now, reason=error.reason, status=error.status, admin=admin)
            await self._store.commit(Plan(events=(event,)))
        return problem(error)
