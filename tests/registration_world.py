"""An issuer whose contract lets clients register themselves, and what such a client sends."""

import json
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

import httpx

from issuer_world import CLIENTS, IssuerWorld, Told, asking, authorization, named
from ostiary.issuer.initial_access import made, revoked
from ostiary.issuer.pkce import challenge_of
from ostiary.keys.hashing import token_hash
from ostiary.model import endpoints
from secrets_seen import secret
from token_world import CONTRACT, INITIAL, VERIFIER, basic

OPENED: Final = {"initial_access_tokens": ["${env:INITIAL}"], "scopes": ["orders.read"]}
BACK: Final = "https://book.example/callback"
METADATA: Final[dict[str, Any]] = {
    "redirect_uris": [BACK],
    "client_name": "Ledger Book",
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid orders.read offline_access",
}
PUBLIC: Final = {"token_endpoint_auth_method": "none"}


class RegistrationWorld(IssuerWorld):
    """`settings`: of `registration`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.open()

    def open(self, **settings: Any) -> None:
        self.adopt(clients={**CONTRACT["clients"], **CLIENTS}, registration={**OPENED, **settings})

    def close_registration(self) -> None:
        self.adopt(clients={**CONTRACT["clients"], **CLIENTS})

    def sent(
        self,
        method: str,
        path: str,
        token: str | None,
        body: bytes = b"",
        kind: str | None = None,
        if_match: str | None = None,
    ) -> httpx.Response:
        headers = [] if token is None else [("authorization", f"Bearer {token}")]
        headers += [] if if_match is None else [("if-match", if_match)]
        answer = self.ask(method, path, body, [*headers, ("content-type", kind)] if kind else headers)
        self._remember_secrets(answer)
        return answer

    def _remember_secrets(self, answer: httpx.Response) -> None:
        for name in ("client_secret", "registration_access_token"):
            if answer.headers.get("content-type") == "application/json" and name in answer.json():
                secret(answer.json()[name])

    def register(self, token: str | None = INITIAL, **changes: Any) -> httpx.Response:
        """A registration; None leaves a member out."""
        whole = {name: value for name, value in {**METADATA, **changes}.items() if value is not None}
        return self.sent("POST", endpoints.REGISTER, token, json.dumps(whole).encode(), "application/json")

    async def registering(self, token: str) -> httpx.Response:
        """One of several at once."""
        headers = [("authorization", f"Bearer {token}"), ("content-type", "application/json")]
        answer = await self.asked("POST", endpoints.REGISTER, json.dumps(METADATA).encode(), headers)
        self._remember_secrets(answer)
        return answer

    async def updating(self, known: dict[str, Any]) -> httpx.Response:
        """One of several at once: a client that had no secret asks for one."""
        path = known["registration_client_uri"].removeprefix(self.desk.registry.issuer)
        token = ("authorization", f"Bearer {known['registration_access_token']}")
        body = json.dumps({**METADATA, "client_id": known["client_id"]}).encode()
        answer = await self.asked("PUT", path, body, [token, ("content-type", "application/json")])
        self._remember_secrets(answer)
        return answer

    def initial_access_token(self, most: int = 5, lifetime: int = 3600) -> str:
        """One that an operator made."""
        token, plan = made(token_bytes, int(self.now), lifetime, most)
        self.commit(plan)
        return secret(token.reveal())

    def revoke_initial(self, token: str) -> None:
        kept = self.run(self.store.initial_access_token(token_hash(token)))
        assert kept is not None
        self.commit(revoked(kept, int(self.now)))

    def registered(self, **changes: Any) -> dict[str, Any]:
        answer = self.register(**changes)
        assert answer.status_code == 201, answer.text
        known: dict[str, Any] = answer.json()
        return known

    def at(self, known: dict[str, Any], method: str = "GET", token: str | None = None) -> httpx.Response:
        """The registration by its own address and token."""
        path = known["registration_client_uri"].removeprefix(self.desk.registry.issuer)
        return self.sent(method, path, token or known["registration_access_token"])

    def update(
        self, known: dict[str, Any], token: str | None = None, if_match: str | None = None, **changes: Any
    ) -> httpx.Response:
        path = known["registration_client_uri"].removeprefix(self.desk.registry.issuer)
        given = {**METADATA, "client_id": known["client_id"], **changes}
        body = json.dumps({name: value for name, value in given.items() if value is not None}).encode()
        token = token or known["registration_access_token"]
        return self.sent("PUT", path, token, body, "application/json", if_match)

    def as_client(self, path: str, known: dict[str, Any], **fields: str) -> httpx.Response:
        """A form from the client, which proves itself as it registered."""
        proof = (
            {} if "client_secret" not in known else {"authorization": basic(known["client_id"], known["client_secret"])}
        )
        return self.post(path, fields if proof else {**fields, "client_id": known["client_id"]}, None, **proof)

    def pushes(self, known: dict[str, Any], **changes: str) -> httpx.Response:
        asked = {
            "response_type": "code",
            "client_id": known["client_id"],
            "redirect_uri": known["redirect_uris"][0],
            "scope": "openid orders.read offline_access",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return self.as_client(endpoints.PAR, known, **asked)

    def consent_page(self, known: dict[str, Any], **changes: str) -> tuple[Any, httpx.Response]:
        """Grace at the page that asks whether the client may."""
        pushed = self.pushes(known, **changes)
        assert pushed.status_code == 201, pushed.text
        browser = self.browser()
        page = browser.go(named(known["client_id"], pushed.json()["request_uri"]))
        return browser, browser.follow(browser.try_in(page))

    def tokens_of(self, known: dict[str, Any], answer: Told) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": answer.code, "code_verifier": VERIFIER}
        got = self.as_client(endpoints.TOKEN, known, redirect_uri=known["redirect_uris"][0], **form)
        assert got.status_code == 200, got.text
        members: dict[str, Any] = got.json()
        return members


__all__ = ["BACK", "INITIAL", "METADATA", "OPENED", "PUBLIC", "RegistrationWorld", "asking", "authorization"]
