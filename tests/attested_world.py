"""Instances of an app that ask the issuer to be vouched for."""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import orjson

from issuer_world import CLIENTS, IssuerWorld
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model import endpoints
from secrets_seen import secret
from token_world import CONTRACT, read

TEAM, BUNDLE = "ABCDE12345", "com.example.phone"
WHY: Final = "the roots of tests"


def apple_app(**changes: Any) -> dict[str, Any]:
    """What the contract says of the app; the roots lie beside it."""
    roots = {"value": "apple.pem", "because": WHY}
    return {"team": TEAM, "bundle": BUNDLE, "insecure_roots": roots, **changes}


def adopt(
    issuer: IssuerWorld,
    files: Mapping[str, bytes],
    attest: Mapping[str, Any],
    gateways: Mapping[str, Any] | None = None,
    **phone: Any,
) -> None:
    """A contract whose client `phone` has instances that the issuer vouches for."""
    app = {**CONTRACT["clients"]["phone"], "attest": attest, **phone}
    other = {**app, "redirect_uris": ["com.example.other:/callback"]}
    clients = {**CONTRACT["clients"], **CLIENTS, "phone": app, "other-app": other}
    issuer.adopt(files=files, clients=clients, gateways=gateways or {})


class Asking:
    """One instance, with the key that it proves itself with."""

    def __init__(self, issuer: IssuerWorld, client: str = "phone") -> None:
        self.issuer, self.client = issuer, client
        self.key = SigningPrivateKey.generate()

    def challenge(self) -> str:
        return str(read(self.issuer.ask("POST", endpoints.CHALLENGE))["statement_challenge"])

    def data(self, challenge: str) -> bytes:
        """What a device's statement is about."""
        return f"{challenge}.{self.key.public.id}".encode()

    def send(self, members: Mapping[str, Any], *headers: tuple[str, str]) -> httpx.Response:
        """A member that is None is left out; bytes are sent as base64url."""
        said = {"client_id": self.client, "key": dict(self.key.public.members), **members}
        kept = {name: value for name, value in said.items() if value is not None}
        body = orjson.dumps(kept, default=lambda value: base64url.encode(bytes(value)))
        answer = self.issuer.ask("POST", endpoints.ATTEST, body, [("content-type", "application/json"), *headers])
        if answer.status_code == 200:
            secret(str(read(answer)["client_attestation"]))
        return answer
