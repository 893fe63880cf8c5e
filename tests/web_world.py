"""Pages of web clients whose tokens the issuer keeps, in browsers that go the whole way to sign in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from issuer_world import CLIENTS, ORIGIN, Browser, IssuerWorld
from ostiary.keys.session_cookie import PREFIX
from ostiary.model import endpoints
from secrets_seen import secret
from token_world import CONTRACT

APP: Final = "/app/"
PAY: Final = "/app/pay?step=2"
WEB: Final[Mapping[str, Any]] = {
    "front": {
        "kind": "web",
        "name": "The Front",
        "scopes": ["orders.read", "orders.write"],
        "redirect_uris": [ORIGIN + APP, ORIGIN + PAY],
    },
    "back": {"kind": "web", "scopes": ["orders.read"], "redirect_uris": [ORIGIN + "/back/"]},
}
JWT: Final = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")
"""A whole token: three letters of it stand in random text now and then."""
OWN_PAGE: Final = {"origin": ORIGIN, "sec_fetch_site": "same-origin"}
"""What a browser says of a request that a page of ours sends."""


class Pages:
    """One browser at the pages of a client."""

    def __init__(self, world: "WebWorld", browser: Browser, client: str) -> None:
        self.world = world
        self.browser = browser
        self.client = client

    @property
    def cookie(self) -> str:
        return self.browser.cookies[PREFIX + self.client]

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.browser.cookies[PREFIX + self.client] = value

    def login_path(self, **wish: str) -> str:
        return f"{endpoints.SESSION_LOGIN}?{urlencode({'client': self.client, **wish})}"

    def answered(self, login: str = "grace", **wish: str) -> str:
        """The way there: the path of the callback, with what the authorization endpoint answered."""
        page = self.browser.go(self.login_path(**wish))
        if page.status_code == 200:
            page = self.browser.follow(self.browser.try_in(page, login))
        assert page.status_code == 303, page.text
        location = page.headers["location"]
        assert location.startswith(ORIGIN + endpoints.SESSION_CALLBACK)
        return str(location.removeprefix(ORIGIN))

    def sign_in(self, login: str = "grace", **wish: str) -> httpx.Response:
        """The whole way; what comes back leads to the client's page."""
        return self.browser.open(self.answered(login, **wish))

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.browser._sent("GET", path, b"", **headers)

    def who(self, **headers: str) -> dict[str, Any]:
        answer = self.get(f"{endpoints.SESSION}?client={self.client}", **{"sec_fetch_site": "same-origin"} | headers)
        assert answer.status_code == 200, answer.text
        members: dict[str, Any] = answer.json()
        if "csrf" in members:
            secret(members["csrf"])
        return members

    def log_out(self, **headers: str) -> httpx.Response:
        """As the page does it, but for what `headers` change; an empty one is left out."""
        sent = {**OWN_PAGE, "x_csrf_token": self.who().get("csrf", ""), **headers}
        path = f"{endpoints.SESSION_LOGOUT}?client={self.client}"
        return self.browser.post(path, {}, **{name: value for name, value in sent.items() if value})

    def access(self, value: str | None = None) -> httpx.Response:
        """What a gateway worker is told of the cookie."""
        return self.world.run(self.asking(value))

    async def asking(self, value: str | None = None) -> httpx.Response:
        content = f"{self.client} {value or self.cookie}".encode()
        return await self.world.asked("POST", endpoints.WORKER_SESSION, content)

    def token(self) -> str:
        answer = self.access()
        assert answer.status_code == 200, answer.text
        return secret(answer.json()["access_token"])


class WebWorld(IssuerWorld):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.adopt(clients={**CONTRACT["clients"], **CLIENTS, **WEB})

    def pages(self, client: str = "front", browser: Browser | None = None) -> Pages:
        return Pages(self, browser or self.browser(), client)
