"""HTTP as a small client speaks it: one connection to one origin, whose certificate it verifies."""

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from ostiary.model.frozen import frozen

SECONDS: Final = 15.0


@frozen
class Answer:
    """`headers` have lower-case names; a name that stood more than once has its last value."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body's object; an empty one where it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class FrontDoor:
    """Requests to one origin, one after the other."""

    def __init__(self, origin: str, ca_file: Path | None = None, certificate: tuple[str, str] | None = None) -> None:
        """`certificate`: PEM files of what this client shows, and of its key."""
        self.origin = origin
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
        self._connection: HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
            if certificate is not None:
                context.load_cert_chain(*certificate)
            self._connection = HTTPSConnection(host, port, timeout=SECONDS, context=context)
        else:
            self._connection = HTTPConnection(host, port, timeout=SECONDS)

    def request(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Raises OSError and HTTPException. A kept connection that has gone is opened again."""
        try:
            return self._once(method, path, headers or {}, body)
        except (HTTPException, ConnectionError):
            self._connection.close()
            return self._once(method, path, headers or {}, body)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", path, headers)

    def post_form(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        typed = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.request("POST", path, typed, urlencode(fields).encode())

    def close(self) -> None:
        self._connection.close()

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self._connection.request(method, path, body or None, dict(headers))
        response = self._connection.getresponse()
        read = response.read()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, tuple(response.headers.get_all("set-cookie") or ()), read)
