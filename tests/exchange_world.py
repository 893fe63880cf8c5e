"""Services that act for people, which `shop` and `chat` may, and partners with API keys."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

import httpx

from ostiary.issuer.exchange_request import ACCESS_TOKEN, API_KEY
from ostiary.keys.api_key import ApiKey, draw, keep
from ostiary.keys.hashing import token_hash
from ostiary.model.endpoints import TOKEN
from ostiary.model.ids import ClientId, Scope
from secrets_seen import secret
from token_world import BEARER, CONTRACT, TokenWorld, read

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_SERVICE: Final[Mapping[str, Any]] = {"kind": "service", "acts_for_people": True}
CLIENTS: Final[Mapping[str, Any]] = {
    **CONTRACT["clients"],
    "shop": {**_SERVICE, "scopes": ["orders.read", "orders.write", "chat.use"], "secret": "${env:shop}"},
    "chat": {**_SERVICE, "scopes": ["orders.read", "chat.use"], "secret": "${env:chat}"},
}
PARTNER: Final[Mapping[str, Any]] = {"kind": "partner", "credential": "api-key", "tenant": "acme", "roles": ["support"]}
PARTNERS: Final[Mapping[str, Any]] = {
    **CLIENTS,
    "acme": {**PARTNER, "scopes": ["orders.read", "chat.use"]},
    "zeta": {**PARTNER, "scopes": ["orders.read"], "allow_ips": ["192.0.2.0/24"]},
}
TRUSTING: Final[Mapping[str, Any]] = {**CLIENTS, "shop": {**CLIENTS["shop"], "insecure_bound_subject_tokens": BEARER}}
"""The shop checks itself the proofs that come with its tokens."""


def asking(token: str, **changes: str | None) -> dict[str, str]:
    """A request to act for whom the token is of; None leaves a parameter out."""
    asked = {"grant_type": GRANT, "subject_token": token, "subject_token_type": ACCESS_TOKEN} | changes
    return {name: value for name, value in asked.items() if value is not None}


def exchange(world: TokenWorld, token: str, client: str = "shop", **changes: str | None) -> httpx.Response:
    return world.post(TOKEN, asking(token, **changes), client)


def exchanged(world: TokenWorld, token: str, client: str = "shop", **changes: str | None) -> str:
    """The token that comes of it."""
    answer = exchange(world, token, client, **changes)
    assert answer.status_code == 200, answer.text
    return str(read(answer)["access_token"])


def persons_token(world: TokenWorld, scopes: str = "openid orders.read chat.use") -> str:
    return str(world.tokens("site", scopes)["access_token"])


def given_key(world: TokenWorld, client: str = "acme", scopes: str = "", lifetime: int = 86400) -> str:
    """A new API key of the client."""
    made = draw(secrets.token_bytes)
    world.commit(keep(made, ClientId(client), frozenset(map(Scope, scopes.split())), (), int(world.now), lifetime))
    return secret(made.reveal())


def exchange_key(world: TokenWorld, key: str, client: str = "acme", **changes: str | None) -> httpx.Response:
    return world.post(TOKEN, asking(key, subject_token_type=API_KEY, **changes), client)


def kept(world: TokenWorld, key: str) -> ApiKey:
    """As the store has it."""
    [found] = [each for each in world.run(world.store.api_keys()) if each.hash == token_hash(key)]
    return found
