"""The tour: requests through the real front door, as different clients, with what each should come to."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ostiary.cli.demo.browser import Browser
from ostiary.cli.demo.folder import ClientOfDemo, Demo, PersonOfDemo
from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.cli.demo.oauth import Client, Tokens, build_of
from ostiary.cli.demo.pages import Pages
from ostiary.cli.demo.phone import Phone
from ostiary.cli.demo.prover import Prover
from ostiary.cli.demo.signer import Signer
from ostiary.model import endpoints
from ostiary.model.frozen import frozen

REVOKED_WITHIN: Final = 5.0
"""Seconds that the tour waits at most for a revoked token to be refused; it takes less than one."""
ASK_SECONDS: Final = 0.02


@frozen
class Stop:
    """One line: what was asked, as whom, and what came out. `expected` is the status it should have."""

    client: str
    kind: str
    proof: str
    person: str
    method: str
    path: str
    expected: int
    answer: Answer
    past_the_door: str = ""
    """Who judged it where that was not the door."""

    @property
    def ref(self) -> str:
        """How the audit log calls the request; empty where no door was asked."""
        return "" if self.past_the_door else self.answer.headers.get("x-request-id", "")

    @property
    def as_it_should(self) -> bool:
        return self.answer.status == self.expected


@frozen
class Visitor:
    """A client with tokens, for a person or for itself."""

    client: ClientOfDemo
    person: PersonOfDemo | None
    tokens: Tokens
    proof: str


class Tour:
    """Asks, one request after the other."""

    def __init__(self, demo: Demo, door: FrontDoor, services: FrontDoor, upstream: FrontDoor) -> None:
        """`services`: the listener for services, with the certificate of one."""
        self._demo = demo
        self._door = door
        self._mutual = services
        self._upstream = upstream

    def stops(self) -> Iterator[Stop]:
        """Every line of the tour, in order."""
        yield from self._nobody()
        yield from self._window()
        yield from self._storefront()
        yield from self._support()
        yield from self._shelf()
        yield from self._pocketbook()
        yield from self._till()
        yield from self._pocket_shop()
        yield from self._pocket_pay()
        yield from self._services()
        yield from self._warehouse()
        yield from self._partners()
        yield from self._ticker()
        yield from self._forged()
        yield from self._refreshed_and_revoked()
        yield from self._acme()

    def _nobody(self) -> Iterator[Stop]:
        yield self._anonymous("/v1/catalog", 200)
        yield self._anonymous(self._orders("alice"), 401)

    def _window(self) -> Iterator[Stop]:
        """In a browser that has a cookie and no token, until the person signs out."""
        known, bob = self._demo.clients["window"], self._demo.people["bob"]
        pages = Pages(self._door, known, Browser(self._door, bob.login, bob.password)).sign_in()
        orders, item = self._orders("bob"), {"item": "tea"}

        def stop(says: str, method: str, path: str, status: int, answer: Answer) -> Stop:
            return Stop(known.client_id, known.kind, says, bob.login, method, path, status, answer)

        yield stop("cookie", "POST", orders, 201, pages.ask("POST", orders, item))
        yield stop("cookie", "GET", orders, 200, pages.ask("GET", orders))
        yield stop("cookie, another site's form", "POST", orders, 403, pages.forge("POST", orders, item))
        pages.sign_out()
        yield _until_refused(lambda: stop("cookie, signed out", "GET", orders, 401, pages.ask("GET", orders)))

    def _storefront(self) -> Iterator[Stop]:
        alice = self._signed_in("storefront", "alice", "openid orders.read orders.write")
        yield self._ask(alice, "POST", self._orders("alice"), 201, {"item": "tea"})
        yield self._ask(alice, "GET", self._orders("alice"), 200)
        yield self._ask(alice, "GET", self._orders("bob"), 403)

    def _support(self) -> Iterator[Stop]:
        carol = self._signed_in("storefront", "carol", "openid support.read")
        yield self._ask(carol, "GET", "/v1/tenants/north/orders", 200)
        yield self._ask(carol, "GET", "/v1/tenants/south/orders", 403)

    def _shelf(self) -> Iterator[Stop]:
        bob = self._signed_in("shelf", "bob", "openid orders.read")
        yield self._ask(bob, "GET", self._orders("bob"), 200)
        yield self._ask(bob, "POST", self._orders("bob"), 403, {"item": "cup"})

    def _pocketbook(self) -> Iterator[Stop]:
        dave = self._signed_in("pocketbook", "dave", "payments.write")
        yield self._ask(dave, "POST", "/v1/payments", 201, self._payment("dave"))
        yield self._ask(dave, "POST", "/v1/payments", 403, self._payment("alice"))
        yield self._until_limited(dave)

    def _till(self) -> Iterator[Stop]:
        known, bob = self._demo.clients["till"], self._demo.people["bob"]
        browser = Browser(self._door, bob.login, bob.password)
        tokens = Client(self._door, known).let_in(browser, "orders.read orders.write", "Till 3")
        till = Visitor(known, bob, tokens, "token by a code that was confirmed in a browser")
        yield self._ask(till, "POST", self._orders("bob"), 201, {"item": "cup"})
        yield self._ask(till, "GET", self._orders("alice"), 403)

    def _pocket_shop(self) -> Iterator[Stop]:
        """An app, and the same person with a build of it that is too old."""
        alice = self._signed_in("pocket-shop", "alice", "openid orders.read orders.write")
        yield self._ask(alice, "POST", self._orders("alice"), 201, {"item": "tea"})
        yield self._ask(alice, "GET", self._orders("bob"), 403)
        old = replace(alice, client=replace(alice.client, build="2.3.9"), proof="the same, from an old build")
        yield self._ask(old, "GET", self._orders("alice"), 426)

    def _pocket_pay(self) -> Iterator[Stop]:
        """An app on a simulated device that vouches for it; a copy that none vouches for; an unlocked device."""
        known, alice, prover = self._demo.clients["pocket-pay"], self._demo.people["alice"], Prover(self._door.origin)
        phone = Phone(self._door, known)

        def judged(proof: str, path: str, expected: int, answer: Answer) -> Stop:
            return Stop(known.client_id, known.kind, proof, "-", "POST", path, expected, answer, "the issuer")

        vouched = phone.vouched(prover)
        yield judged("what a simulated device says", endpoints.ATTEST, 200, vouched)
        client = Client(self._door, known, prover, str(vouched.json().get("client_attestation")))
        tokens = client.sign_in(Browser(self._door, alice.login, alice.password), "openid orders.read")
        attested = Visitor(known, alice, tokens, "token of an attested instance, bound by DPoP")
        yield self._ask(attested, "GET", self._orders("alice"), 200)
        unlocked = phone.vouched(Prover(self._door.origin), locked=False)
        yield judged("what an unlocked one says", endpoints.ATTEST, 400, unlocked)
        copied = self._door.post_form(endpoints.PAR, {"client_id": known.client_id})
        yield judged("nothing: a copy of the app", endpoints.PAR, 401, copied)

    def _services(self) -> Iterator[Stop]:
        billing = self._for_itself("billing", "reports.read", "private_key_jwt")
        yield self._ask(billing, "GET", "/v1/reports/sales", 200)
        stock = self._for_itself("stock", "orders.read", "client_secret_basic")
        yield self._ask(stock, "GET", "/v1/reports/sales", 403)

    def _warehouse(self) -> Iterator[Stop]:
        """A service with a certificate, at its own listener; its token is worth nothing at the door."""
        known, path = self._demo.clients["warehouse"], "/v1/reports/sales"
        token = Client(self._mutual, known).for_itself("reports.read").access
        shown = {"authorization": f"Bearer {token}"}
        proof = "token by tls_client_auth, bound to the certificate"
        yield Stop(known.client_id, known.kind, proof, "-", "GET", path, 200, self._mutual.get(path, shown))
        stolen = self._door.get(path, shown)
        yield Stop(known.client_id, known.kind, "the same token without it", "-", "GET", path, 401, stolen)

    def _partners(self) -> Iterator[Stop]:
        known = self._demo.clients["harbour"]
        key = known.api_key or ""
        for shown, status, said in ((key, 200, "API key"), (f"{key[:-1]}!", 401, "API key, mistyped")):
            answer = self._door.get("/v1/reports/sales", {"x-api-key": shown})
            yield Stop(known.client_id, known.kind, said, "-", "GET", "/v1/reports/sales", status, answer)

    def _ticker(self) -> Iterator[Stop]:
        """An old client with its key in the URL, which the shop does not get to see."""
        known, path = self._demo.clients["ticker"], "/v1/reports/sales"
        for key, status, said in ((known.secret, 200, "key in the URL"), ("x" * 22, 401, "a guessed key in the URL")):
            answer = self._door.get(f"{path}?key={key}")
            yield Stop(known.client_id, known.kind, said, "-", "GET", path, status, answer)

    def _forged(self) -> Iterator[Stop]:
        """The header that the gateway adds, made up by somebody: through the door, and past it."""
        forged = {"x-ostiary-identity": f"e30.{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(64)}"}
        path = self._orders("alice")
        through = self._door.get(path, forged)
        yield Stop("-", "-", "forged identity", "-", "GET", path, 401, through)
        past = self._upstream.get(path, forged)
        yield Stop("-", "-", "forged identity, past the door", "-", "GET", path, 401, past, "the shop itself")

    def _refreshed_and_revoked(self) -> Iterator[Stop]:
        before = self._signed_in("storefront", "alice", "openid orders.read")
        client = Client(self._door, before.client)
        alice = Visitor(before.client, before.person, client.refresh(before.tokens), "token, refreshed")
        yield self._ask(alice, "GET", self._orders("alice"), 200)
        client.revoke(alice.tokens)
        revoked = Visitor(alice.client, alice.person, alice.tokens, "token, revoked")
        yield _until_refused(lambda: self._ask(revoked, "GET", self._orders("alice"), 401))

    def _acme(self) -> Iterator[Stop]:
        """A partner that signs each request: once, the same again, and with another body than it signed."""
        known, path, body = self._demo.clients["acme"], "/v1/deliveries", b'{"order": 1}'
        signer = Signer(self._door.origin, known)

        def ask(proof: str, expected: int, fields: Mapping[str, str], sent: bytes) -> Stop:
            answer = self._door.request("POST", path, fields, sent)
            return Stop(known.client_id, known.kind, proof, "-", "POST", path, expected, answer)

        first, fields = signer.send("POST", path, body, lambda fields: ask("signature", 201, fields, body))
        yield first
        yield ask("signature, sent again", 401, fields, body)
        yield ask("signature, another body", 400, signer.fields("POST", path, body), b'{"order": 2}')

    def _until_limited(self, dave: Visitor) -> Stop:
        """Payments as fast as they go, until the limit of the route; more than its burst of two are never needed."""

        def pay() -> Stop:
            return self._ask(dave, "POST", "/v1/payments", 429, self._payment("dave"))

        return _last(pay, lambda stop, tries: stop.as_it_should or tries >= 5)

    def _anonymous(self, path: str, expected: int) -> Stop:
        return Stop("-", "-", "nothing", "-", "GET", path, expected, self._door.request("GET", path))

    def _ask(
        self, who: Visitor, method: str, path: str, expected: int, body: Mapping[str, object] | None = None
    ) -> Stop:
        typed = {**build_of(who.client), **({} if body is None else {"content-type": "application/json"})}
        sent = b"" if body is None else json.dumps(body).encode()

        def ask(credential: Mapping[str, str]) -> Answer:
            return self._door.request(method, path, {**typed, **credential}, sent)

        token, prover = who.tokens.access, who.tokens.prover
        answer = ask({"authorization": f"Bearer {token}"}) if prover is None else prover.send(method, path, token, ask)
        person = who.person.login if who.person else "-"
        return Stop(who.client.client_id, who.client.kind, who.proof, person, method, path, expected, answer)

    def _signed_in(self, client: str, login: str, scope: str) -> Visitor:
        known, person = self._demo.clients[client], self._demo.people[login]
        browser = Browser(self._door, person.login, person.password)
        tokens = Client(self._door, known).sign_in(browser, scope)
        proof = "token by code and PKCE" + (", consent" if browser.consented else "")
        proof += ", bound by DPoP" if tokens.prover else ""
        return Visitor(known, person, tokens, proof)

    def _for_itself(self, client: str, scope: str, method: str) -> Visitor:
        known = self._demo.clients[client]
        return Visitor(known, None, Client(self._door, known).for_itself(scope), f"token by {method}")

    def _orders(self, login: str) -> str:
        return f"/v1/users/{self._demo.people[login].subject}/orders"

    def _payment(self, login: str) -> dict[str, object]:
        return {"account": {"owner": self._demo.people[login].subject}, "cents": 690}


def _until_refused(ask: Callable[[], Stop]) -> Stop:
    """A revocation reaches every gateway worker within a second. Asked without a pause, it would be a flood, and of a
    flood the audit log counts what it refuses."""
    deadline = time.monotonic() + REVOKED_WITHIN
    stop = ask()
    while not stop.as_it_should and time.monotonic() < deadline:
        time.sleep(ASK_SECONDS)
        stop = ask()
    return stop


def _last(ask: Callable[[], Stop], enough: Callable[[Stop, int], bool]) -> Stop:
    """Ask again until it is enough; the last answer."""
    tries, stop = 1, ask()
    while not enough(stop, tries):
        tries, stop = tries + 1, ask()
    return stop
