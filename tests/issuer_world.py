"""The browser side of an issuer in this process: people with passwords, browsers with cookies that fill in forms."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
from argon2 import PasswordHasher

from ostiary.cli.demo.browser import Form, forms
from ostiary.issuer.pkce import challenge_of
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign
from ostiary.keys.session_cookie import PREFIX
from ostiary.model import endpoints
from ostiary.model.events import Event
from ostiary.model.ids import Role, Subject, TenantId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import AddPerson, Person
from ostiary.server.issuer.browser import BROWSER, SESSION
from ostiary.server.session.cookies import LOGIN
from secrets_seen import secret
from token_world import BANK, BEARER, CONTRACT, ORIGIN, REDIRECT, VAULT, VERIFIER, TokenWorld

PASSWORD: Final = secret("correct horse " + secrets.token_urlsafe(12))
WRONG: Final = secret("wrong battery " + secrets.token_urlsafe(12))
GRACE: Final = Person(
    subject=Subject("sub-grace"),
    login="grace",
    name="Grace Hopper",
    email="grace@example.com",
    tenant=TenantId("acme"),
    roles=frozenset({Role("customer")}),
    password_hash="",
)
ALAN: Final = Person(
    subject=Subject("sub-alan"),
    login="alan",
    name="Alan Turing",
    email=None,
    tenant=TenantId("other"),
    roles=frozenset({Role("customer")}),
    password_hash="",
)
CLIENTS: Final[Mapping[str, Any]] = {
    "desktop": {
        "kind": "third-party",
        "scopes": ["orders.read", "orders.write"],
        "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]:8000/callback"],
    },
    "bank": {
        "kind": "web",
        "scopes": ["orders.read", "orders.write"],
        "redirect_uris": ["https://bank.example/callback"],
        "jwks": {"keys": [BANK.public.to_jwk()]},
    },
    "vault": {
        "kind": "web",
        "profile": "fapi2",
        "scopes": ["orders.read", "orders.write"],
        "redirect_uris": ["https://vault.example/callback"],
        "jwks": {"keys": [VAULT.public.to_jwk()]},
    },
    "spare": {
        "kind": "spa",
        "name": "The Spare Part",
        "insecure_bearer_tokens": BEARER,
        "scopes": ["orders.read"],
        "redirect_uris": ["https://spare.example/callback?tab=1", "https://spare.example/second"],
        "post_logout_redirect_uris": ["https://spare.example/bye", "https://spare.example/bye?tab=1"],
    },
    "till": {
        "kind": "device",
        "name": "Till of the shop",
        "scopes": ["orders.read", "orders.write"],
        "insecure_bearer_tokens": {"value": True, "because": "what is tested here is the way to a token"},
    },
    "kiosk": {
        "kind": "device",
        "scopes": ["orders.read"],
        "insecure_bearer_tokens": {"value": True, "because": "what is tested here is the way to a token"},
    },
    "screen": {"kind": "device", "scopes": ["orders.read"]},
}
"""Beside those of `token_world`."""


@cache
def hashed(password: str) -> str:
    """With parameters that cost nothing: a hash says itself how it is to be checked."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def asking(client: str = "site", **changes: str | None) -> dict[str, str]:
    """An authorization request; None leaves a parameter out."""
    own = CLIENTS[client]["redirect_uris"][0] if client in CLIENTS else REDIRECT.get(client)
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": own,
        "scope": "openid orders.read",
        "state": "state-" + client,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in asked.items() if value is not None}


def authorization(client: str = "site", **changes: str | None) -> str:
    """The path and query of an authorization request."""
    return f"{endpoints.AUTHORIZE}?{urlencode(asking(client, **changes))}"


def named(client: str, request_uri: str, **beside: str) -> str:
    """The path and query of an authorization request that was pushed (RFC 9126 section 4)."""
    asked = {"client_id": client, "request_uri": secret(request_uri), **beside}
    return f"{endpoints.AUTHORIZE}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a client got back. `to`: the address without what was added to it."""

    to: str
    fields: dict[str, str]

    @property
    def code(self) -> str:
        return secret(self.fields["code"])

    @property
    def error(self) -> str | None:
        return self.fields.get("error")


def told(answer: httpx.Response) -> Told:
    """The authorization response that a redirect carries (RFC 6749 section 4.1.2)."""
    assert answer.status_code == 303, answer.text
    url = urlsplit(answer.headers["location"])
    pairs = parse_qsl(url.query, strict_parsing=True)
    assert len(pairs) == len(dict(pairs))
    return Told(f"{url.scheme}:{'//' + url.netloc if url.netloc else ''}{url.path}", dict(pairs))


class Browser:
    """One person's browser at the issuer. Nothing is followed by itself but by `follow`."""

    def __init__(self, world: "IssuerWorld", peer: str) -> None:
        self._world = world
        self.peer = peer
        self.cookies: dict[str, str] = {}

    def open(self, path: str) -> httpx.Response:
        """An authorization request of a client that pushes is pushed first, as the client would have."""
        pushed = self._world.pushed(path)
        return self._sent("GET", path, b"") if pushed is None else self.follow(self._sent("GET", pushed, b""))

    def post(self, path: str, fields: Mapping[str, str] | Iterable[tuple[str, str]], **headers: str) -> httpx.Response:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        return self._sent("POST", path, urlencode(list(pairs)).encode(), **headers)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go on while redirects lead to the issuer itself."""
        while "location" in answer.headers and answer.headers["location"].startswith("/"):
            answer = self.open(answer.headers["location"])
        return answer

    def go(self, path: str) -> httpx.Response:
        return self.follow(self.open(path))

    def fill(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Send the page's form that has these fields or buttons."""
        form = form_with(page, *fields)
        return self.post(urljoin(str(page.url), form.action), form.fields | fields)

    def try_in(self, page: httpx.Response, login: str = "grace", password: str = PASSWORD) -> httpx.Response:
        return self.fill(page, login=login, password=password)

    def sign_in(self, client: str = "site", login: str = "grace", **changes: str | None) -> httpx.Response:
        """The whole way of a request up to consent or the client's answer."""
        return self.follow(self.try_in(self.go(authorization(client, **changes)), login))

    def go_on(self, page: httpx.Response) -> httpx.Response:
        """With the account that is signed in."""
        return self.follow(self.fill(page, **{"continue": "yes"}))

    def _sent(self, method: str, path: str, content: bytes, **headers: str) -> httpx.Response:
        sent = {"x-ostiary-peer": self.peer}
        if method == "POST":
            sent["content-type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._world.ask(method, path, content, list(sent.items()))
        self._world.http.cookies.clear()
        self._keep(answer)
        return answer

    def _keep(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            assert name in (BROWSER, SESSION, LOGIN) or name.startswith(PREFIX), "a cookie that nobody knows"
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = secret(value)


def form_with(page: httpx.Response, *names: str) -> Form:
    """The page's form with fields or buttons of these names."""
    for form in forms(page.content):
        if set(names) <= form.fields.keys() | {name for name, _ in form.buttons}:
            return form
    raise AssertionError(f"a page with status {page.status_code} and no form with {names}")


class IssuerWorld(TokenWorld):
    """Grace and Alan have the password PASSWORD; Ada has none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.adopt(clients={**CONTRACT["clients"], **CLIENTS})
        self.add_person(GRACE)
        self.add_person(ALAN)

    def add_person(self, person: Person, password: str = PASSWORD) -> None:
        whole = {name: getattr(person, name) for name in Person.__slots__} | {"password_hash": hashed(password)}
        self.commit(Plan(writes=(AddPerson(Person(**whole)),)))

    def browser(self, peer: str = "198.51.100.9") -> Browser:
        return Browser(self, peer)

    def pushed(self, path: str) -> str | None:
        """The path with the name of this request, where its client has to push it and it is not refused at once."""
        where, _, query = path.partition("?")
        asked = dict(parse_qsl(query))
        client = self.desk.registry.client(asked.get("client_id", ""))
        if where != endpoints.AUTHORIZE or "request_uri" in asked or not (client and client.profile.pushed_requests):
            return None
        answer = self.post(endpoints.PAR, asked, client.id)
        return None if answer.status_code != 201 else named(client.id, answer.json()["request_uri"])

    def push(self, client: str = "site", **changes: str | None) -> str:
        """The name of a request that the client pushed."""
        answer = self.post(endpoints.PAR, asking(client, **changes), client)
        assert answer.status_code == 201, answer.text
        return secret(str(answer.json()["request_uri"]))

    def request_object(
        self, client: str = "bank", key: SigningPrivateKey = BANK, typ: str = "oauth-authz-req+jwt", **claims: object
    ) -> str:
        """A signed authorization request (RFC 9101 section 4); a claim that is None is left out."""
        now = int(self.now)
        whole: dict[str, object] = {
            **asking(client),
            "iss": client,
            "aud": ORIGIN,
            "nbf": now,
            "exp": now + 300,
            **claims,
        }
        return sign({name: value for name, value in whole.items() if value is not None}, key, typ)

    def redeem(self, answer: Told, client: str = "site", **changes: str) -> dict[str, Any]:
        """The tokens of a code."""
        registered = CLIENTS.get(client, {"redirect_uris": []})["redirect_uris"]
        uri = next((uri for uri in registered if uri.partition("?")[0] == answer.to), answer.to)
        form = {"grant_type": "authorization_code", "code_verifier": VERIFIER, "redirect_uri": uri, **changes}
        got = self.post(endpoints.TOKEN, form | {"code": answer.code}, client)
        assert got.status_code == 200, got.text
        members: dict[str, Any] = got.json()
        return members

    def list_as_many_as_may_be(self) -> None:
        """Refusals: what is refused after this is counted."""
        while self.desk.refusals.lists(self.desk.clock(), Reason.FORM_FORGED, None, None, None):
            pass

    def events_of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events() if isinstance(event, kind)]


def is_page(answer: httpx.Response, status: int = 200) -> bool:
    """A page for a person, and nothing that any client gets."""
    return answer.status_code == status and answer.headers["content-type"] == "text/html; charset=utf-8"


def policy(answer: httpx.Response) -> dict[str, list[str]]:
    """The page's Content-Security-Policy by directive."""
    directives = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    assert len(directives) == len({name for name, *_ in directives})
    return {name: sources for name, *sources in directives}


__all__ = [
    "ORIGIN",
    "PASSWORD",
    "WRONG",
    "Browser",
    "IssuerWorld",
    "Told",
    "asking",
    "authorization",
    "is_page",
    "policy",
    "told",
]
