"""The tour: requests through the real front door, as different clients, with what each should come to."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ostiary.cli.demo.asking import Asker, Stop, Visitor, until_refused
from ostiary.cli.demo.browser import Browser
from ostiary.cli.demo.folder import Demo
from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.cli.demo.oauth import Client
from ostiary.cli.demo.pages import Pages
from ostiary.cli.demo.phone import Phone
from ostiary.cli.demo.prover import Prover
from ostiary.cli.demo.signer import Signer
from ostiary.model import endpoints


class Tour:
    """Asks, one request after the other."""

    def __init__(self, demo: Demo, door: FrontDoor, services: FrontDoor, upstream: FrontDoor) -> None:
        """`services`: the listener for services, with the certificate of one."""
        self._demo = demo
        self._door = door
        self._asker = Asker(demo, door)
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
        yield self._asker.anonymous("/v1/catalog", 200)
        yield self._asker.anonymous(self._asker.orders("alice"), 401)

    def _window(self) -> Iterator[Stop]:
        """In a browser that has a cookie and no token, until the person signs out."""
        known, bob = self._demo.clients["window"], self._demo.people["bob"]
        pages = Pages(self._door, known, Browser(self._door, bob.login, bob.password)).sign_in()
        orders, item = self._asker.orders("bob"), {"item": "tea"}

        def stop(says: str, method: str, path: str, status: int, answer: Answer) -> Stop:
            return Stop(known.client_id, known.kind, says, bob.login, method, path, status, answer)

        yield stop("cookie", "POST", orders, 201, pages.ask("POST", orders, item))
        yield stop("cookie", "GET", orders, 200, pages.ask("GET", orders))
        yield stop("cookie, another site's form", "POST", orders, 403, pages.forge("POST", orders, item))
        pages.sign_out()
        yield until_refused(lambda: stop("cookie, signed out", "GET", orders, 401, pages.ask("GET", orders)))

    def _storefront(self) -> Iterator[Stop]:
        alice = self._asker.signed_in("storefront", "alice", "openid orders.read orders.write")
        yield self._asker.ask(alice, "POST", self._asker.orders("alice"), 201, {"item": "tea"})
        yield self._asker.ask(alice, "GET", self._asker.orders("alice"), 200)
        yield self._asker.ask(alice, "GET", self._asker.orders("bob"), 403)

    def _support(self) -> Iterator[Stop]:
        carol = self._asker.signed_in("storefront", "carol", "openid support.read")
        yield self._asker.ask(carol, "GET", "/v1/tenants/north/orders", 200)
        yield self._asker.ask(carol, "GET", "/v1/tenants/south/orders", 403)

    def _shelf(self) -> Iterator[Stop]:
        bob = self._asker.signed_in("shelf", "bob", "openid orders.read")
        yield self._asker.ask(bob, "GET", self._asker.orders("bob"), 200)
        yield self._asker.ask(bob, "POST", self._asker.orders("bob"), 403, {"item": "cup"})

    def _pocketbook(self) -> Iterator[Stop]:
        dave = self._asker.signed_in("pocketbook", "dave", "payments.write")
        yield self._asker.ask(dave, "POST", "/v1/payments", 201, self._asker.payment("dave"))
        yield self._asker.ask(dave, "POST", "/v1/payments", 403, self._asker.payment("alice"))
        yield self._until_limited(dave)

    def _till(self) -> Iterator[Stop]:
        known, bob = self._demo.clients["till"], self._demo.people["bob"]
        browser = Browser(self._door, bob.login, bob.password)
        tokens = Client(self._door, known).let_in(browser, "orders.read orders.write", "Till 3")
        till = Visitor(known, bob, tokens, "token by a code that was confirmed in a browser")
        yield self._asker.ask(till, "POST", self._asker.orders("bob"), 201, {"item": "cup"})
        yield self._asker.ask(till, "GET", self._asker.orders("alice"), 403)

    def _pocket_shop(self) -> Iterator[Stop]:
        """An app, and the same person with a build of it that is too old."""
        alice = self._asker.signed_in("pocket-shop", "alice", "openid orders.read orders.write")
        yield self._asker.ask(alice, "POST", self._asker.orders("alice"), 201, {"item": "tea"})
        yield self._asker.ask(alice, "GET", self._asker.orders("bob"), 403)
        old = replace(alice, client=replace(alice.client, build="2.3.9"), proof="the same, from an old build")
        yield self._asker.ask(old, "GET", self._asker.orders("alice"), 426)

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
        yield self._asker.ask(attested, "GET", self._asker.orders("alice"), 200)
        unlocked = phone.vouched(Prover(self._door.origin), locked=False)
        yield judged("what an unlocked one says", endpoints.ATTEST, 400, unlocked)
        copied = self._door.post_form(endpoints.PAR, {"client_id": known.client_id})
        yield judged("nothing: a copy of the app", endpoints.PAR, 401, copied)

    def _services(self) -> Iterator[Stop]:
        billing = self._asker.for_itself("billing", "reports.read", "private_key_jwt")
        yield self._asker.ask(billing, "GET", "/v1/reports/sales", 200)
        stock = self._asker.for_itself("stock", "orders.read", "client_secret_basic")
        yield self._asker.ask(stock, "GET", "/v1/reports/sales", 403)

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
        path = self._asker.orders("alice")
        through = self._door.get(path, forged)
        yield Stop("-", "-", "forged identity", "-", "GET", path, 401, through)
        past = self._upstream.get(path, forged)
        yield Stop("-", "-", "forged identity, past the door", "-", "GET", path, 401, past, "the shop itself")

    def _refreshed_and_revoked(self) -> Iterator[Stop]:
        before = self._asker.signed_in("storefront", "alice", "openid orders.read")
        client = Client(self._door, before.client)
        alice = replace(before, tokens=client.refresh(before.tokens), proof="token, refreshed")
        yield self._asker.ask(alice, "GET", self._asker.orders("alice"), 200)
        client.revoke(alice.tokens)
        revoked = replace(alice, proof="token, revoked")
        yield until_refused(lambda: self._asker.ask(revoked, "GET", self._asker.orders("alice"), 401))

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
        for _ in range(5):
            stop = self._asker.ask(dave, "POST", "/v1/payments", 429, self._asker.payment("dave"))
            if stop.as_it_should:
                break
        return stop
