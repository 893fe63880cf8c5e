"""The gateway's rules for cookies of web clients, without sockets: sessions are loaded by the test."""

import secrets
from typing import Any, Final

from gateway_world import AUDIENCE, ORIGIN
from ostiary.gateway.decision import Cookie, Load
from ostiary.gateway.identify.cookie import Loaded, remember
from ostiary.keys import jwt
from ostiary.keys.session_cookie import csrf_token, name_of, new_value
from ostiary.model.ids import ClientId
from rules_world import NOW, WEB_KEY, Rules
from secrets_seen import secret

WEB: Final[dict[str, Any]] = {
    "clients": {
        "front": {"kind": "web", "redirect_uris": [f"{ORIGIN}/app/"], "scopes": ["things"]},
        "back": {"kind": "web", "redirect_uris": [f"{ORIGIN}/back/"], "scopes": ["things"]},
        "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]},
    },
    "routes": [
        {"on": "GET /things/{user}", "to": "api", "scope": "things", "owner": "user"},
        {"on": "POST /things", "to": "api", "scope": "things"},
        {"on": "DELETE /things", "to": "api", "scope": "things"},
        {"on": "GET /socket", "to": "api", "scope": "things", "upgrade": "websocket"},
    ],
}
THING: Final = "GET /things/ada"


class Session:
    """A session of a client's pages, with what they send."""

    def __init__(self, rules: "CookieRules", client: str = "front") -> None:
        self.rules = rules
        self.client = ClientId(client)
        self.value = secret(new_value(self.client, WEB_KEY, secrets.token_bytes).reveal())
        self.pair = f"{name_of(self.client)}={self.value}"
        self.cookie = f"Cookie: {self.pair}"
        self.csrf = f"X-CSRF-Token: {secret(csrf_token(self.value.encode(), self.client, WEB_KEY))}"

    def own(self) -> tuple[str, ...]:
        """What a page of ours sends with a change."""
        return self.cookie, f"Origin: {ORIGIN}", "Sec-Fetch-Site: same-origin", self.csrf

    def load(self, now: float = NOW, ends_at: int = NOW + 3600, **claims: Any) -> "Session":
        """As the shell does when the pipeline asks for it."""
        decision = self.rules.decide(THING, self.cookie, now=now)
        assert isinstance(decision, Load), decision
        self.answer(decision.cookie, now, ends_at, **claims)
        return self

    def answer(self, cookie: Cookie, now: float, ends_at: int, **claims: Any) -> None:
        said = {
            "iss": ORIGIN,
            "aud": AUDIENCE,
            "sub": "ada",
            "client_id": self.client,
            "iat": int(now),
            "exp": int(now) + 600,
            "jti": secrets.token_urlsafe(8),
            "scope": "things",
            "roles": ["customer"],
            "sid": "sid-1",
            "grant_id": "grant-1",
            "auth_time": NOW - 60,
        } | claims
        token = secret(jwt.sign(said, self.rules.key, "at+jwt"))
        remember(cookie, Loaded(token.encode(), ends_at), self.rules.gateway.trust, now)


class CookieRules(Rules):
    def __init__(self, **changes: Any) -> None:
        super().__init__(**WEB | changes)

    def session(self, client: str = "front") -> Session:
        """Loaded."""
        return Session(self, client).load()
