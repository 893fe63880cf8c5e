"""The admin API: clients are made, read, changed and ended as JSON, beside those of the contract."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ostiary.audit.flood import RefusalLedger
from ostiary.contract.admin_clients import AddAdminClient, AdminClient, ChangeAdminClient, Pointed, has_secret, judge
from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.http.problem import TYPE
from ostiary.issuer.records import DisableClient
from ostiary.keys.admin_token import AdminScope, AdminToken, presented, require_admin
from ostiary.keys.hashing import token_hash
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.errors import (
    BadRequest,
    Conflict,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Refusal,
    ServiceUnavailable,
    UnprocessableContent,
)
from ostiary.model.events import AdminChangedClient, AdminRefused
from ostiary.model.feed import AdminClientsChanged, ClientRevoked, FeedEvent
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.ids import ClientId, Secret
from ostiary.model.plan import AlreadySpent, Plan, Write
from ostiary.model.reasons import Reason
from ostiary.server.admin import Asked, Page
from ostiary.server.admission import Admission
from ostiary.server.openapi import document
from ostiary.store.interface import Store, StoreUnavailable

CLIENTS: Final = "/v1/clients"
OPENAPI: Final = "/v1/openapi.json"
_FOR_GOOD: Final = 100 * 365 * 86400
_SECRET: Final = 32
_JSON: Final = "application/json"


class Invalid(UnprocessableContent):
    """With everything that is wrong."""

    def __init__(self, mistakes: Sequence[Pointed]) -> None:
        super().__init__(Reason.CLIENT_INVALID)
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Change:
    """What comes of a request: the client, as it is then, and its secret where a new one was made."""

    client: AdminClient
    name: str
    secret: Secret | None = None
    writes: tuple[Write, ...] = ()
    feed: tuple[FeedEvent, ...] = ()


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
            token = await self._store.admin_token(presented(asked.field(b"authorization")))
            return await self._answer(asked, token)
        except Refusal as error:
            return await self._refuse(error, token)
        except StoreUnavailable:
            return _problem(ServiceUnavailable(Reason.STORE_UNAVAILABLE))

    async def _answer(self, asked: Asked, token: AdminToken | None) -> Page:
        needed = AdminScope.CLIENTS_READ if asked.method in ("GET", "HEAD") else AdminScope.CLIENTS_WRITE
        by = require_admin(token, needed, self._clock())
        below = asked.path.removeprefix(CLIENTS + "/")
        match asked.method, asked.path:
            case "GET" | "HEAD", path if path == OPENAPI:
                return _json(200, document())
            case "GET" | "HEAD", path if path == CLIENTS:
                return _json(200, {"clients": await self._all()})
            case "POST", path if path == CLIENTS:
                return await self._put(201, await self._made(asked), by)
            case method, path if path.startswith(CLIENTS + "/"):
                return await self._one(asked, method, *below.split("/"), by=by)
        if asked.path in (CLIENTS, OPENAPI):
            raise MethodNotAllowed(Reason.METHOD_NOT_ALLOWED, ("GET",))
        raise NotFound(Reason.ROUTE_UNKNOWN)

    async def _one(self, asked: Asked, method: str, id: str, *rest: str, by: AdminToken) -> Page:
        match method, rest:
            case "GET" | "HEAD", ():
                return await self._shown(id)
            case "PUT", ():
                return await self._put(200, self._changed(asked, await self._own(id, asked)), by)
            case "DELETE", ():
                return await self._put(200, self._ended(await self._own(id, asked)), by)
            case "POST", ("secret",):
                return await self._put(200, self._given_secret(await self._own(id, asked)), by)
        raise NotFound(Reason.ROUTE_UNKNOWN)

    async def _made(self, asked: Asked) -> Change:
        sent = _object(asked)
        id, settings = sent.get("client_id"), sent.get("settings")
        if not isinstance(id, str) or not isinstance(settings, dict) or sent.keys() - {"client_id", "settings"}:
            raise BadRequest(Reason.PARAMETER_INVALID, "client_id and settings")
        registered = {client.id for client in await self._store.registered_clients()}
        gone = await self._store.client_disabled_at(ClientId(id))
        if id in self._admission().contract.clients or id in registered or gone is not None:
            raise Conflict(Reason.CLIENT_NAME_TAKEN)
        self._require_holding(id, settings)
        secret = self._drawn() if has_secret(settings) else None
        now = int(self._clock())
        hash = None if secret is None else token_hash(secret.reveal())
        client = AdminClient(ClientId(id), json.dumps(settings), hash, None, now, now)
        return Change(client, "made", secret, (AddAdminClient(client),))

    def _changed(self, asked: Asked, client: AdminClient) -> Change:
        settings = _object(asked)
        self._require_holding(client.id, settings)
        secret = self._drawn() if has_secret(settings) and client.secret_hash is None else None
        hash = client.secret_hash if secret is None else token_hash(secret.reveal())
        kept = (hash, client.former_hash) if has_secret(settings) else (None, None)
        new = self._next(client, settings=json.dumps(settings), secret_hash=kept[0], former_hash=kept[1])
        return Change(new, "changed", secret, (ChangeAdminClient(new),))

    def _given_secret(self, client: AdminClient) -> Change:
        """The one before stays good until the next."""
        if not has_secret(json.loads(client.settings)):
            raise Conflict(Reason.CLIENT_INVALID)
        secret = self._drawn()
        new = self._next(client, secret_hash=token_hash(secret.reveal()), former_hash=client.secret_hash)
        return Change(new, "given a secret", secret, (ChangeAdminClient(new),))

    def _ended(self, client: AdminClient) -> Change:
        """Its tokens are dead, at every gateway within a second; its name stays its own."""
        now = int(self._clock())
        new = self._next(client, ended_at=now)
        dead = ClientRevoked(client.id, until=now + _FOR_GOOD)
        return Change(new, "ended", None, (ChangeAdminClient(new), DisableClient(client.id, now)), (dead,))

    def _next(self, client: AdminClient, **changes: Any) -> AdminClient:
        return replace(client, version=client.version + 1, changed_at=int(self._clock()), **changes)

    def _drawn(self) -> Secret:
        return Secret(fresh_name(self._fresh, _SECRET))

    def _require_holding(self, id: str, settings: Mapping[str, object]) -> None:
        """Raise Invalid with everything that the contract's checks find."""
        judged = judge(self._admission().draft, id, settings)
        if judged.rule is None:
            raise Invalid(judged.mistakes)

    async def _own(self, id: str, asked: Asked) -> AdminClient:
        """One of its own, in the version that If-Match names. Raises Conflict for the contract's, NotFound,
        PreconditionRequired and PreconditionFailed."""
        registered = {client.id for client in await self._store.registered_clients()}
        if ClientId(id) in self._admission().contract.clients or id in registered:
            raise Conflict(Reason.CLIENT_OF_CONTRACT)
        found = {client.id: client for client in await self._store.admin_clients()}.get(ClientId(id))
        if found is None or found.ended_at is not None:
            raise NotFound(Reason.CLIENT_UNKNOWN)
        match = asked.field(b"if-match")
        if match is None:
            raise PreconditionRequired(Reason.VERSION_NOT_NAMED)
        if match.decode("latin-1") != _tag(found):
            raise PreconditionFailed(Reason.CLIENT_CHANGED)
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
        told = self._told(change.client)
        told |= {} if change.secret is None else {"client_secret": change.secret.reveal()}
        return _json(status, told, etag=_tag(change.client))

    async def _shown(self, id: str) -> Page:
        admin = {client.id: client for client in await self._store.admin_clients()}.get(ClientId(id))
        if admin is not None:
            return _json(200, self._told(admin), etag=_tag(admin))
        found = next((each for each in await self._all() if each["client_id"] == id), None)
        if found is None:
            raise NotFound(Reason.CLIENT_UNKNOWN)
        return _json(200, found)

    async def _all(self) -> list[dict[str, Any]]:
        """Of all sorts, by name."""
        contract = self._admission().contract.clients.values()
        told = [{"client_id": each.id, "source": "contract", "kind": each.profile.kind.value} for each in contract]
        told += [self._told(each) for each in await self._store.admin_clients()]
        registered = await self._store.registered_clients()
        told += [{"client_id": each.id, "source": "registered", "kind": "third-party"} for each in registered]
        return sorted(told, key=lambda each: each["client_id"])

    def _told(self, client: AdminClient) -> dict[str, Any]:
        lives = client.ended_at is None
        in_force = client.id in self._admission().whole.clients
        return {
            "client_id": client.id,
            "source": "admin",
            "state": "ended" if not lives else "in force" if in_force else "shut out by the contract",
            "settings": json.loads(client.settings),
            "version": client.version,
        }

    async def _refuse(self, error: Refusal, token: AdminToken | None) -> Page:
        now = self._clock()
        if self._refusals.lists(now, error.reason, None, None, None):
            admin = None if token is None else token.id
            event = AdminRefused(at=now, reason=error.reason, status=error.status, admin=admin)
            await self._store.commit(Plan(events=(event, *self._refusals.flush(now))))
        return _problem(error)


def _object(asked: Asked) -> dict[str, object]:
    """Raises BadRequest."""
    kind = (asked.field(b"content-type") or b"").partition(b";")[0].strip().lower()
    try:
        if kind != _JSON.encode():
            raise NotStrictJson
        return parse_object(asked.body)
    except NotStrictJson:
        raise BadRequest(Reason.REQUEST_MALFORMED, "a JSON object") from None


def _tag(client: AdminClient) -> str:
    return f'"{client.version}"'


def _json(status: int, value: object, **fields: str) -> Page:
    return Page(status, json.dumps(value).encode(), _JSON, tuple(fields.items()))


def _problem(error: Refusal) -> Page:
    """RFC 9457. `type` says which of all."""
    members: dict[str, object] = {"type": TYPE + error.reason.value, "title": error.public, "status": error.status}
    if isinstance(error, Invalid):
        members["mistakes"] = [
            {
                "pointer": each.pointer,
                "code": each.mistake.code.value,
                "severity": each.mistake.severity.value,
                "says": each.mistake.says,
                "mend": each.mistake.mend,
            }
            for each in error.mistakes
        ]
    members |= {"detail": error.detail} if error.detail else {}
    fields = (("www-authenticate", "Bearer"),) if error.status == 401 else ()
    return Page(error.status, json.dumps(members).encode(), "application/problem+json", fields)
