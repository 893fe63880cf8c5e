"""The pages of a web client without a server: a cookie that the browser keeps, and what its scripts send beside it."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from ostiary.cli.demo.browser import Browser, Lost
from ostiary.cli.demo.folder import ClientOfDemo
from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.model import endpoints


class Pages:
    """In one person's browser, who is signed in there."""

    def __init__(self, door: FrontDoor, known: ClientOfDemo, browser: Browser) -> None:
        self._door = door
        self._known = known
        self._browser = browser
        self._csrf = ""

    def sign_in(self) -> "Pages":
        """Raises Lost."""
        page = self._known.redirect_uri.removeprefix(self._door.origin)
        query = urlencode({"client": self._known.client_id, "return_to": page})
        self._browser.follow(f"{endpoints.SESSION_LOGIN}?{query}", page)
        told = self.ask("GET", f"{endpoints.SESSION}?client={self._known.client_id}").json()
        if not told.get("signed_in"):
            raise Lost("nobody is signed in at the page")
        self._csrf = str(told["csrf"])
        return self

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """As a script of the page does."""
        typed = {} if body is None else {"content-type": "application/json"}
        own = {"origin": self._door.origin, "sec-fetch-site": "same-origin", "x-csrf-token": self._csrf}
        return self._send(method, path, typed | (own if method != "GET" else {"sec-fetch-site": "same-origin"}), body)

    def forge(self, method: str, path: str, body: Mapping[str, object]) -> Answer:
        """As a form of another site would, in a browser that sends the cookie along."""
        foreign = {"origin": "https://attacker.example", "sec-fetch-site": "cross-site", "content-type": "text/plain"}
        return self._send(method, path, foreign, body)

    def sign_out(self) -> Answer:
        return self.ask("POST", f"{endpoints.SESSION_LOGOUT}?client={self._known.client_id}")

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, object] | None = None
    ) -> Answer:
        sent = b"" if body is None else json.dumps(body).encode()
        return self._door.request(method, path, {**headers, "cookie": self._browser.cookie}, sent)
