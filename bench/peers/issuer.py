"""What every issuer in the benchmark gives back once it runs, and the requests all of them understand."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from bench import client
from bench.browser import values
from bench.processes import Program

REDIRECT_URI = "https://client.example/cb"
SERVICE, WEB = "billing", "storefront"
VERIFIER = "bench-verifier-bench-verifier-bench-verifier-bench"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Running:
    """An issuer that answers on `port`.

    `measured` gives the processes whose CPU counts: all of the issuer's. `sessions` signs people in and returns
    their `Cookie` fields, consent already given. `secrets` are those of the two clients.
    """

    program: Program
    port: int
    host: str
    authorize: str
    token: str
    secrets: dict[str, str]
    measured: Callable[[], list[int]]
    sessions: Callable[[], Sequence[str]]

    def code_request(self, cookie: str) -> bytes:
        """An authorization request of somebody who is signed in and has consented."""
        where = f"{self.authorize}?{urlencode(authorization(prompt='none'))}"
        return f"GET {where} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {cookie}\r\n\r\n".encode()

    def token_request(self, client_id: str, **form: str) -> bytes:
        """A token request with client_secret_basic (RFC 6749 section 2.3.1)."""
        basic = base64.b64encode(f"{quote(client_id)}:{quote(self.secrets[client_id])}".encode()).decode()
        body = urlencode(form)
        return (
            f"POST {self.token} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Basic {basic}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def credentials(self) -> bytes:
        """The service asks for itself."""
        return self.token_request(SERVICE, grant_type="client_credentials", scope="orders.read")

    def exchange(self, code: str) -> bytes:
        """The web client turns a code into tokens."""
        return self.token_request(
            WEB, grant_type="authorization_code", code=code, redirect_uri=REDIRECT_URI, code_verifier=VERIFIER
        )

    def refresh(self, token: str) -> bytes:
        """The web client turns a refresh token into the next one."""
        return self.token_request(WEB, grant_type="refresh_token", refresh_token=token)


class Issuer(Protocol):
    """An issuer under test."""

    name: str

    def version(self) -> str:
        """Its version."""

    def start(self, place: Path) -> Running:
        """Start it on processes.SERVED_CPU, with its files in `place`."""


def authorization(**other: str) -> dict[str, str]:
    """An authorization request with PKCE."""
    return {
        "client_id": WEB,
        "response_type": "code",
        "redirect_uri": REDIRECT_URI,
        "scope": "openid orders.read",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **other,
    }


def code_of(answer: client.Answer) -> str:
    """The code that an authorization response carries."""
    return parse_qs(urlsplit(values(answer, "location")[0]).query)["code"][0]


def refresh_token_of(answer: client.Answer) -> str:
    """The refresh token that a token response carries."""
    token: str = json.loads(answer.body)["refresh_token"]
    return token
