"""A person's browser, as far as signing in needs one: cookies, redirects, forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urljoin, urlsplit

from ostiary.cli.demo.front_door import Answer, FrontDoor

MOST_STEPS: Final = 10


class Lost(Exception):
    """The pages did not lead where they should."""


@dataclass(slots=True)
class Form:
    """A form and the values of its fields; buttons are (name, value)."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append(Form(said.get("action", "")))
        elif tag == "input" and self.found and "name" in said:
            self.found[-1].fields[said["name"]] = said.get("value", "")
        elif tag == "button" and self.found and "name" in said:
            self.found[-1].buttons.append((said["name"], said.get("value", "")))


def forms(page: bytes) -> list[Form]:
    parser = _Forms()
    parser.feed(page.decode())
    return parser.found


class Browser:
    """Of one person: it signs in and says yes."""

    def __init__(self, door: FrontDoor, login: str, password: str) -> None:
        self._door = door
        self._typed = {"login": login, "password": password}
        self._cookies: dict[str, str] = {}
        self.consented = False

    @property
    def cookie(self) -> str:
        """The field that goes with each request."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def follow(self, path: str, target: str) -> str:
        """Open a path of the origin, and go on until a redirect leads to `target`; that whole URL. Raises Lost."""
        answer, here = self._open("GET", path, {}), path
        for _ in range(MOST_STEPS):
            location = answer.headers.get("location")
            if location is not None:
                if location.startswith(target):
                    return location
                here = self._path(urljoin(self._door.origin + here, location))
                answer = self._open("GET", here, {})
            else:
                here, filled = self._fill(answer, here)
                answer = self._open("POST", here, filled)
        raise Lost(f"no way to {target} in {MOST_STEPS} steps")

    def let_in(self, path: str) -> None:
        """Open the link that a device shows, and answer until a page has nothing left to ask. Raises Lost."""
        answer, here = self._open("GET", path, {}), path
        for _ in range(MOST_STEPS):
            location = answer.headers.get("location")
            if location is not None:
                here = self._path(urljoin(self._door.origin + here, location))
                answer = self._open("GET", here, {})
            elif forms(answer.body):
                here, filled = self._fill(answer, here)
                answer = self._open("POST", here, filled)
            elif answer.status == 200:
                return
            else:
                raise Lost(f"the device was not let in: status {answer.status}")
        raise Lost(f"the device was not let in after {MOST_STEPS} steps")

    def _fill(self, answer: Answer, here: str) -> tuple[str, Mapping[str, str]]:
        """Of the page's forms, the one to send, filled in."""
        for form in forms(answer.body):
            where = self._path(urljoin(self._door.origin + here, form.action))
            if "password" in form.fields:
                return where, form.fields | self._typed
            if "user_code" in form.fields:
                return where, form.fields
            if ("answer", "allow") in form.buttons:
                self.consented = True
                return where, {**form.fields, "answer": "allow"}
        raise Lost(f"a page with status {answer.status} and no form to fill in")

    def _path(self, url: str) -> str:
        if not url.startswith(self._door.origin + "/"):
            raise Lost("a redirect to another origin")
        parts = urlsplit(url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _open(self, method: str, path: str, fields: Mapping[str, str]) -> Answer:
        headers = {"cookie": self.cookie}
        if method == "POST":
            answer = self._door.post_form(path, fields, headers | {"origin": self._door.origin})
        else:
            answer = self._door.get(path, headers)
        self._cookies.update(_set(answer))
        return answer


def _set(answer: Answer) -> Iterator[tuple[str, str]]:
    for line in answer.cookies:
        for name, morsel in SimpleCookie(line).items():
            yield name, morsel.value
