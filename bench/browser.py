"""A person at a browser, as little of it as an issuer's pages need: cookies, redirects, forms."""

from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from bench import client


class NoWay(RuntimeError):
    """The pages did not lead to where they should."""


class Form(HTMLParser):
    """The last form of a page: where it goes, its fields, and its first button."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.pressed = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.fields, self.pressed = found.get("action", ""), {}, False
        elif tag == "input" and "name" in found:
            self.fields[found["name"]] = found.get("value", "")
        elif tag == "button" and "name" in found and not self.pressed:
            self.fields[found["name"]], self.pressed = found.get("value", ""), True


class Browser:
    """One session with one server on the loopback; cookies go back whatever their attributes say."""

    def __init__(self, port: int, host: str, origin: str) -> None:
        self.port, self.host, self.origin = port, host, origin
        self.cookies: dict[str, str] = {}

    def cookie(self) -> str:
        """The `Cookie` field of the next request."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def request(self, path: str, form: dict[str, str] | None = None) -> client.Answer:
        """GET, or POST of a form; what the answer sets is remembered."""
        fields = [f"{'POST' if form is not None else 'GET'} {path} HTTP/1.1", f"Host: {self.host}"]
        fields += [f"Cookie: {self.cookie()}"] if self.cookies else []
        body = urlencode(form or {})
        if form is not None:
            fields += [
                f"Origin: {self.origin}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        answer = client.ask(self.port, ("\r\n".join(fields) + "\r\n\r\n" + body).encode())
        self.remember(answer)
        return answer

    def remember(self, answer: client.Answer) -> None:
        """Keep, replace or drop what Set-Cookie says; an empty value is the end of a cookie."""
        for value in values(answer, "set-cookie"):
            name, _, content = value.split(";")[0].partition("=")
            self.cookies.pop(name, None)
            if content:
                self.cookies[name] = content

    def go(self, path: str, told: dict[str, str], until: str) -> str:
        """Follow redirects and fill forms with what is `told` until a redirect to `until`; return that URL."""
        answer, where = self.request(path), path
        for _ in range(12):
            if 300 <= answer.status < 400:
                url = urljoin(self.origin + where, values(answer, "location")[0])
                if url.startswith(until):
                    return url
                where = target(url)
                answer = self.request(where)
            else:
                answer, where = self.submit(answer, where, told)
        raise NoWay(f"no end after {where}")

    def submit(self, answer: client.Answer, where: str, told: dict[str, str]) -> tuple[client.Answer, str]:
        """Fill and send the form of a page."""
        form = Form(answer.body.decode())
        if answer.status != 200 or form.action is None:
            raise NoWay(f"{where}: {answer.status} {answer.body[-600:]!r}")
        fields = {name: told.get(name, value) for name, value in form.fields.items()}
        where = target(urljoin(self.origin + where, form.action))
        return self.request(where, fields), where


def values(answer: client.Answer, name: str) -> list[str]:
    """All values of a field of the answer."""
    fields = (line.partition(": ") for line in answer.head.decode("latin-1").split("\r\n")[1:])
    return [value for key, _, value in fields if key.lower() == name]


def target(url: str) -> str:
    """Path and query of a URL."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
