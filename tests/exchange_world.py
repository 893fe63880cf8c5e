"""Services that act for people: `shop` and `chat` may, `billing` and `robot` may not."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from ostiary.issuer.exchange_request import ACCESS_TOKEN
from ostiary.model.endpoints import TOKEN
from token_world import BEARER, CONTRACT, TokenWorld, read

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_SERVICE: Final[Mapping[str, Any]] = {"kind": "service", "acts_for_people": True}
CLIENTS: Final[Mapping[str, Any]] = {
    **CONTRACT["clients"],
    "shop": {**_SERVICE, "scopes": ["orders.read", "orders.write", "chat.use"], "secret": "${env:shop}"},
    "chat": {**_SERVICE, "scopes": ["orders.read", "chat.use"], "secret": "${env:chat}"},
}
TRUSTING: Final[Mapping[str, Any]] = {**CLIENTS, "shop": {**CLIENTS["shop"], "insecure_bound_subject_tokens": BEARER}}
"""The shop checks itself the proofs that come with its tokens."""


def asking(token: str, **changes: str | None) -> dict[str, str]:
    """A request to act for whom the token is of; None leaves a parameter out."""
    asked = {"grant_type": GRANT, "subject_token": token, "subject_token_type": ACCESS_TOKEN, **changes}
    return {name: value for name, value in asked.items() if value is not None}


def exchange(world: TokenWorld, token: str, client: str = "shop", **changes: str | None) -> httpx.Response:
    return world.post(TOKEN, asking(token, **changes), client)


def exchanged(world: TokenWorld, token: str, client: str = "shop", **changes: str | None) -> str:
    """The token that comes of it."""
    answer = exchange(world, token, client, **changes)
    assert answer.status_code == 200, answer.text
    return str(read(answer)["access_token"])


def persons_token(world: TokenWorld, scopes: str = "openid orders.read chat.use", client: str = "site") -> str:
    return str(world.tokens(client, scopes)["access_token"])
