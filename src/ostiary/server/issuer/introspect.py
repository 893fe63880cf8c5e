"""The introspection endpoint (RFC 7662), its answers signed for whom asks for that (RFC 9701)."""

from functools import partial
from typing import Final

import orjson

from ostiary.issuer import flows, signed_introspection
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decision
from ostiary.issuer.form import Parameters, require
from ostiary.issuer.introspect import Told
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Header, Incoming
from ostiary.server.issuer.token_facts import facts_of, presented

_JWT: Final[Header] = (b"content-type", signed_introspection.MEDIA_TYPE)


async def introspect(desk: Desk, incoming: Incoming) -> Answer:
    """Raises StoreUnavailable, and OAuthError where no client is named."""
    signed = signed_introspection.is_wanted(incoming.fields.get(b"accept", ()))
    return await for_client(desk, incoming, partial(_decide, signed), _render_signed if signed else _render)


async def _decide(
    signed: bool, desk: Desk, client: AuthenticatedClient, form: Parameters, now: float
) -> Decision[Told]:
    token = await presented(desk, require(form, "token"), now)
    facts = await facts_of(desk.store, token)
    return flows.introspection(desk.registry, client.rule, token, facts, signed, now)


def _render(desk: Desk, told: Told, now: float) -> Answer:
    return Answer(200, (JSON, NO_STORE), orjson.dumps(told.members))


def _render_signed(desk: Desk, told: Told, now: float) -> Answer:
    jwt = signed_introspection.signed(desk.registry, told, desk.keys.at(now).signing, now)
    return Answer(200, (_JWT, NO_STORE), jwt.encode())
