"""Who asks, as the gateway says it: a JWT in `x-ostiary-identity`, signed by the gateway and made for this shop.

Whoever reaches the shop's port without the gateway has no such JWT, and is refused.
"""

import json
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

HEADER = "x-ostiary-identity"
KEYS_PATH = "/.well-known/ostiary/gateway-jwks.json"
LOOK_AGAIN_SECONDS = 5


class NotFromTheGateway(Exception):
    """The request has no identity that the gateway signed for this shop, just now."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` is a person, or the client where it acts for itself."""

    subject: str
    client: str
    tenant: str
    roles: frozenset[str]


class Gateway:
    """Verifies identities; reads the gateway's keys when it meets one that it does not know."""

    def __init__(self, origin: str, audience: str, ca_file: str | None) -> None:
        self.origin = origin
        self._ca_file = ca_file
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": origin},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._keys = KeySet([])
        self._looked_at = float("-inf")

    def caller(self, identity: str | None) -> Caller:
        """Raise NotFromTheGateway unless the gateway made this identity. May wait for the gateway's keys."""
        if identity is None:
            raise NotFromTheGateway
        try:
            token = self._decode(identity)
            self._claims.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise NotFromTheGateway from error
        if token.header.get("typ") != "ostiary-identity+jwt":
            raise NotFromTheGateway
        return _caller(token.claims)

    def _decode(self, identity: str) -> jwt.Token:
        try:
            return jwt.decode(identity, self._keys, algorithms=["ES256"])
        except (JoseError, ValueError):
            self._look_again()
            return jwt.decode(identity, self._keys, algorithms=["ES256"])

    def _look_again(self) -> None:
        """Read the published keys, but not for each forged identity."""
        if time.monotonic() - self._looked_at < LOOK_AGAIN_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            self._keys = KeySet.import_key_set(self._published())
        except (OSError, HTTPException) as error:
            raise NotFromTheGateway from error

    def _published(self) -> Any:
        parts = urlsplit(self.origin)
        context = ssl.create_default_context(cafile=self._ca_file)
        connection = HTTPSConnection(parts.hostname or "", parts.port or 443, timeout=5, context=context)
        try:
            connection.request("GET", KEYS_PATH)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def _caller(claims: dict[str, Any]) -> Caller:
    return Caller(
        subject=str(claims["sub"]),
        client=str(claims.get("client_id", "")),
        tenant=str(claims.get("tenant") or ""),
        roles=frozenset(claims.get("roles") or ()),
    )
