"""One line of the tour: who asks, with what, and what came out."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Final

from ostiary.cli.demo.browser import Browser
from ostiary.cli.demo.folder import ClientOfDemo, Demo, PersonOfDemo
from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.cli.demo.oauth import Client, Tokens, build_of
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


class Asker:
    """Asks at one door, as the people and clients of the demo."""

    def __init__(self, demo: Demo, door: FrontDoor) -> None:
        self._demo = demo
        self._door = door

    def anonymous(self, path: str, expected: int) -> Stop:
        return Stop("-", "-", "nothing", "-", "GET", path, expected, self._door.request("GET", path))

    def ask(
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

    def signed_in(self, client: str, login: str, scope: str) -> Visitor:
        known, person = self._demo.clients[client], self._demo.people[login]
        browser = Browser(self._door, person.login, person.password)
        tokens = Client(self._door, known).sign_in(browser, scope)
        proof = "token by code and PKCE" + (", consent" if browser.consented else "")
        proof += ", bound by DPoP" if tokens.prover else ""
        return Visitor(known, person, tokens, proof)

    def for_itself(self, client: str, scope: str, method: str) -> Visitor:
        known = self._demo.clients[client]
        return Visitor(known, None, Client(self._door, known).for_itself(scope), f"token by {method}")

    def orders(self, login: str) -> str:
        return f"/v1/users/{self._demo.people[login].subject}/orders"

    def payment(self, login: str) -> dict[str, object]:
        return {"account": {"owner": self._demo.people[login].subject}, "cents": 690}


def until_refused(ask: Callable[[], Stop]) -> Stop:
    """A revocation reaches every gateway worker within a second. Asked without a pause, it would be a flood, and of a
    flood the audit log counts what it refuses."""
    deadline = time.monotonic() + REVOKED_WITHIN
    stop = ask()
    while not stop.as_it_should and time.monotonic() < deadline:
        time.sleep(ASK_SECONDS)
        stop = ask()
    return stop
