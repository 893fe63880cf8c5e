"""The token side of the issuer in this process: a contract, its desk over a real SQLite store, the application.

People need no browser here: `code` commits what the consent page would have. The clock stands still until `later`.
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt as peer
from joserfc.jwk import KeySet

import asgi
from contract_door import Names
from fetch_world import by_name
from ostiary.audit.encode import decode
from ostiary.audit.verify import Holds, verify_growing
from ostiary.contract.model import Contract
from ostiary.contract.read import load
from ostiary.contract.sources import Sources
from ostiary.issuer.pkce import challenge_of
from ostiary.issuer.records import AuthorizationCode, Grant, OpenGrant
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.hashing import token_hash
from ostiary.keys.jwt import sign
from ostiary.keys.master import MasterKey
from ostiary.keys.records import KeyUse
from ostiary.keys.ring import first_keys, new_key
from ostiary.model import endpoints
from ostiary.model.events import Event
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.ids import ClientId, GrantId, Role, Scope, Secret, SessionId, Subject, TenantId, Thumbprint
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import AddPerson, ChangePerson, EndSession, Person, Session, StartSession
from ostiary.server.issuer.app import IssuerApp
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.endpoints import PAGES
from ostiary.server.issuer.keys import IssuerKeys
from ostiary.store.opening import open_store
from secrets_seen import SEEN, secret, watch
from used_proofs import proof, proofs

T = TypeVar("T")

ORIGIN: Final = "https://api.example"
START: Final = 1_790_000_000
VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PEER: Final = "192.0.2.7"

SECRETS: Final = {
    name: secret(f"{name}+%:/{secrets.token_urlsafe(24)}")
    for name in ("site", "other", "agency", "billing", "shop", "chat")
}
"""Of the clients with a secret; the punctuation has to be encoded in Basic."""
INITIAL: Final = secret(secrets.token_urlsafe(32))
"""An initial access token (RFC 7591 section 1.2), for contracts that have one as `${env:INITIAL}`."""
MASTER: Final = MasterKey(secrets.token_bytes(32))
MASTER_TEXT: Final = secret(MASTER.to_text().reveal())
ROBOT: Final = SigningPrivateKey(ec.generate_private_key(ec.SECP256R1()))
BANK: Final = SigningPrivateKey(ec.generate_private_key(ec.SECP256R1()))
VAULT: Final = SigningPrivateKey(ec.generate_private_key(ec.SECP256R1()))
KEYED: Final = {"robot": ROBOT, "bank": BANK, "vault": VAULT}
"""Clients that prove themselves with a key."""
ADA: Final = Person(
    subject=Subject("sub-ada"),
    login="ada",
    name="Ada Lovelace",
    email="ada@example.com",
    tenant=TenantId("acme"),
    roles=frozenset({Role("customer")}),
    password_hash="$argon2id$",
)
REDIRECT: Final = {
    "site": "https://site.example/callback",
    "other": "https://other.example/callback",
    "agency": "https://agency.example/callback",
    "reader": "com.example.reader:/callback",
    "pages": "https://pages.example/",
    "phone": "com.example.phone:/callback",
    "tab": "https://tab.example/",
}
BEARER: Final = {"value": True, "because": "these tests are about something else"}
CONTRACT: Final[Mapping[str, Any]] = {
    "origin": ORIGIN,
    "insecure_plain_http": {"value": True, "because": "the tests have no sockets"},
    "master_key": "${env:MASTER}",
    "services": {"shop": {"url": "http://127.0.0.1:9001"}, "chat": {"url": "http://127.0.0.1:9002"}},
    "scopes": {"orders.read": "See orders", "orders.write": "Place orders", "chat.use": "Chat"},
    "roles": {"customer": ["orders.read", "orders.write", "chat.use"], "support": ["orders.read"]},
    "clients": {
        "site": {"kind": "web", "scopes": ["orders.read", "orders.write", "chat.use"], "secret": "${env:site}"},
        "other": {"kind": "web", "scopes": ["orders.read"], "secret": "${env:other}"},
        "agency": {"kind": "third-party", "scopes": ["orders.read"], "secret": "${env:agency}"},
        "reader": {"kind": "third-party", "scopes": ["orders.read"]},
        "pages": {"kind": "spa", "scopes": ["orders.read"], "insecure_bearer_tokens": BEARER},
        "tab": {"kind": "spa", "scopes": ["orders.read"]},
        "phone": {"kind": "mobile", "scopes": ["orders.read"]},
        "robot": {
            "kind": "service",
            "scopes": ["orders.read", "chat.use"],
            "jwks": {"keys": [ROBOT.public.to_jwk()]},
            "tenant": "acme",
            "roles": ["support"],
        },
        "billing": {
            "kind": "service",
            "scopes": ["orders.read"],
            "secret": "${env:billing}",
            "allow_ips": ["192.0.2.0/24"],
        },
        "shop": {"kind": "service", "scopes": ["orders.read"], "secret": "${env:shop}"},
    },
    "routes": [
        {"on": "GET /v1/orders", "to": "shop", "scope": "orders.read"},
        {"on": "POST /v1/orders", "to": "shop", "scope": "orders.write"},
        {"on": "GET /v1/chat", "to": "chat", "scope": "chat.use"},
    ],
}


def basic(client: str, password: str) -> str:
    """RFC 6749 section 2.3.1: both halves are form-encoded before base64."""
    pair = f"{quote(client, safe='')}:{quote(password, safe='')}"
    return "Basic " + secret(b64encode(pair.encode()).decode())


def _load(file: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> Contract:
    clients = {
        name: {**client, **({"redirect_uris": [REDIRECT[name]]} if name in REDIRECT else {})}
        for name, client in file["clients"].items()
    }
    sources: Sources = {"env": Names({"MASTER": MASTER_TEXT, "INITIAL": INITIAL, **SECRETS})}
    text = orjson.dumps({**file, "clients": clients})
    return load(text, "ostiary.yaml", sources, lambda path: _read_file(files or {}, path))


@cache
def _contract() -> Contract:
    """It never changes, so all worlds share it."""
    return _load(CONTRACT)


@cache
def _empty_store() -> bytes:
    """The schema, made once for all worlds of this process."""

    async def made(location: Path) -> None:
        await (await open_store(Secret(str(location)), MASTER.derive("audit"))).close()

    with TemporaryDirectory() as folder:
        location = Path(folder) / "store.sqlite3"
        asyncio.run(made(location))
        return location.read_bytes()


class TokenWorld:
    """Methods block; `together` runs requests at the same time."""

    def __init__(self, folder: Path) -> None:
        self.now: float = START
        self._runner = asyncio.Runner()
        self.master = MASTER
        location = folder / "store.sqlite3"
        location.write_bytes(_empty_store())
        self.store = self.run(open_store(Secret(str(location)), self.master.derive("audit")))
        self._folder = watch(folder)
        self._first_records()
        self.contract = _contract()
        keys = IssuerKeys(self.master, self.run(self.store.signing_keys()))
        self.names: dict[str, Sequence[str]] = {}
        """What names on the internet resolve to."""
        self.desk = Desk(
            self.contract,
            self.store,
            self.master,
            keys,
            proofs(),
            lambda: self.now,
            secrets.token_bytes,
            resolve=by_name(self.names),
        )
        self.http = asgi.client(IssuerApp(self.desk, PAGES), ORIGIN)

    def _first_records(self) -> None:
        new = [new_key(SigningPrivateKey.generate(), use, self.master, secrets.token_bytes(12)) for use in KeyUse]
        self.commit(first_keys(START - 60, new))
        self.commit(Plan(writes=(AddPerson(ADA),)))

    def adopt(self, files: Mapping[str, bytes] | None = None, **changes: Any) -> None:
        """Put a changed contract in force; `files` lie beside it."""
        self.desk.prepare(_load({**CONTRACT, **changes}, files))()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def commit(self, plan: Plan) -> None:
        self.run(self.store.commit(plan))

    def close(self) -> None:
        self.run(self.http.aclose())
        self.run(self.store.close())
        self._runner.close()
        SEEN.done(self._folder)

    def later(self, seconds: float) -> None:
        self.now += seconds

    # requests

    async def asked(
        self, method: str, path: str, content: bytes = b"", headers: Sequence[tuple[str, str]] = ()
    ) -> httpx.Response:
        """Send what the gateway would pass on."""
        sent = [("x-ostiary-peer", PEER), ("x-request-id", "w1-7"), *headers]
        as_bytes = [(name.encode(), value.encode("latin-1")) for name, value in sent]
        answer = await self.http.request(method, path, content=content, headers=as_bytes)
        _remember(answer)
        return answer

    def ask(
        self, method: str, path: str, content: bytes = b"", headers: Sequence[tuple[str, str]] = ()
    ) -> httpx.Response:
        return self.run(self.asked(method, path, content, headers))

    async def posted(
        self, path: str, form: Mapping[str, str] | bytes, client: str | None = "site", **headers: str
    ) -> httpx.Response:
        """A form from a client that authenticates as it is registered; None: without any authentication."""
        fields = dict(form) if isinstance(form, Mapping) else {}
        sent = {"content-type": "application/x-www-form-urlencoded"}
        if client in KEYED:
            proof = self.assertion(KEYED[client], iss=client, sub=client)
            fields |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": proof}
        elif client in SECRETS:
            sent["authorization"] = basic(client, SECRETS[client])
        elif client is not None:
            fields |= {"client_id": client}
        body = form if isinstance(form, bytes) else encoded(fields)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.asked("POST", path, body, list(sent.items()))

    def post(
        self, path: str, form: Mapping[str, str] | bytes, client: str | None = "site", **headers: str
    ) -> httpx.Response:
        return self.run(self.posted(path, form, client, **headers))

    def together(self, *requests: Awaitable[httpx.Response]) -> list[httpx.Response]:
        async def gathered() -> list[httpx.Response]:
            return list(await asyncio.gather(*requests))

        return self.run(gathered())

    def assertion(
        self, key: SigningPrivateKey = ROBOT, typ: str = "client-authentication+jwt", **claims: object
    ) -> str:
        """RFC 7523 section 3; a claim that is None is left out."""
        whole: dict[str, object] = {
            "iss": "robot",
            "sub": "robot",
            "aud": ORIGIN,
            "jti": secrets.token_urlsafe(16),
            "iat": int(self.now),
            "exp": int(self.now) + 60,
        }
        return secret(sign({k: v for k, v in (whole | claims).items() if v is not None}, key, typ))

    def proof(self, key: SigningPrivateKey, path: str = endpoints.TOKEN, method: str = "POST", **changes: Any) -> str:
        """Of possession (RFC 9449 section 4.2)."""
        return proof(key, method, ORIGIN + path, self.now, **changes)

    # grants

    def code(
        self, client: str = "site", scopes: str = "openid orders.read", code_key: str | None = None, **grant: Any
    ) -> str:
        """An authorization code as the consent page would have led to it, for a new session."""
        code, now = secret(secrets.token_urlsafe(32)), int(self.now)
        session = Session(
            id=SessionId(secrets.token_urlsafe(8)),
            hash=token_hash(secret(secrets.token_urlsafe(32))),
            subject=ADA.subject,
            auth_time=now,
            acr="pwd",
            amr=("pwd",),
            seen_at=now,
            expires_at=now + 43200,
        )
        opened = Grant(
            id=GrantId(secrets.token_urlsafe(8)),
            client=ClientId(client),
            subject=ADA.subject,
            session=session.id,
            scopes=frozenset(map(Scope, scopes.split())),
            auth_time=now,
            acr="pwd",
            amr=("pwd",),
            nonce=None,
            claims=None,
            issued_at=now,
        )
        kept = AuthorizationCode(
            hash=token_hash(code),
            grant=opened.id,
            client=opened.client,
            redirect_uri=REDIRECT[client],
            challenge=challenge_of(VERIFIER),
            issued_at=now,
            expires_at=now + 60,
            key=None if code_key is None else Thumbprint(code_key),
        )
        self.commit(Plan(writes=(StartSession(session), OpenGrant(replace(opened, **grant), kept))))
        return code

    def code_form(self, code: str, client: str = "site", **changes: str) -> dict[str, str]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT[client],
            "code_verifier": VERIFIER,
            **changes,
        }

    def exchange(
        self, code: str, client: str = "site", key: SigningPrivateKey | None = None, **changes: str
    ) -> httpx.Response:
        return self.post(endpoints.TOKEN, self.code_form(code, client, **changes), client, **self._proving(key))

    def _proving(self, key: SigningPrivateKey | None) -> dict[str, str]:
        return {} if key is None else {"dpop": self.proof(key)}

    def tokens(
        self,
        client: str = "site",
        scopes: str = "openid orders.read",
        key: SigningPrivateKey | None = None,
        **grant: Any,
    ) -> dict[str, Any]:
        """What a new grant of the client leads to."""
        answer = self.exchange(self.code(client, scopes, **grant), client, key)
        assert answer.status_code == 200, answer.text
        return read(answer)

    def refresh(
        self, token: str, client: str = "site", key: SigningPrivateKey | None = None, **changes: str
    ) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
        return self.post(endpoints.TOKEN, form, client, **self._proving(key))

    def own_token(self, client: str = "robot") -> str:
        """An access token of a client that acts for itself."""
        return str(read(self.post(endpoints.TOKEN, {"grant_type": "client_credentials"}, client))["access_token"])

    def active(self, token: str, client: str = "site") -> bool:
        """Whether the client is told that the token lives."""
        return read(self.post(endpoints.INTROSPECT, {"token": token}, client))["active"] is True

    def userinfo(self, token: str) -> httpx.Response:
        return self.ask("GET", endpoints.USERINFO, headers=[("authorization", f"Bearer {token}")])

    # what came of it

    def claims(self, jwt: str) -> dict[str, Any]:
        """As a peer reads them with the published keys."""
        return dict(self.decoded(jwt).claims)

    def decoded(self, jwt: str) -> Any:
        keys = KeySet.import_key_set(self.ask("GET", endpoints.JWKS).json())
        return peer.decode(jwt, keys, algorithms=["ES256"])

    def grant_of(self, access_token: str) -> Grant:
        grant = self.run(self.store.grant(GrantId(self.claims(access_token)["grant_id"])))
        assert grant is not None
        return grant

    def end_session(self, id: str) -> None:
        self.commit(Plan(writes=(EndSession(SessionId(id), int(self.now)),)))

    def change_person(self, **changes: Any) -> None:
        self.change(replace(ADA, **changes))

    def known(self, subject: Subject) -> Person:
        """As the store has them."""
        found = self.run(self.store.person(subject))
        assert found is not None
        return found

    def change(self, person: Person) -> None:
        """Put this record in place of the one that is there."""
        self.commit(Plan(writes=(ChangePerson(person, self.known(person.subject)),)))

    def events(self) -> list[Event]:
        async def all_of_them() -> list[Event]:
            return [decode(record.body) async for record in self.store.records()]

        return self.run(all_of_them())

    def last_refusal(self) -> IssuerRefused:
        return [event for event in self.events() if isinstance(event, IssuerRefused)][-1]

    def log_holds(self) -> bool:
        judged = verify_growing(self.store.records, self.store.head, self.master.derive("audit"))
        return isinstance(self.run(judged), Holds)


def encoded(form: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in form.items()).encode()


def read(answer: httpx.Response) -> dict[str, Any]:
    members: dict[str, Any] = answer.json()
    return members


def refused(world: TokenWorld, answer: httpx.Response) -> tuple[int, str, Reason]:
    """Status, public code and the reason that was recorded."""
    event = world.last_refusal()
    assert event.error == read(answer).get("error", read(answer).get("code"))
    assert read(answer)["ref"] == event.ref
    return answer.status_code, event.error, event.reason


def _remember(answer: httpx.Response) -> None:
    if answer.headers.get("content-type") == "application/json" and answer.content:
        for name in ("access_token", "refresh_token", "id_token"):
            if name in read(answer):
                secret(read(answer)[name])


def _read_file(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise FileNotFoundError(2, path)
    return files[path]
