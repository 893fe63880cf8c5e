"""The introspection endpoint (RFC 7662)."""

import orjson

from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decision
from ostiary.issuer.form import Parameters, require
from ostiary.issuer.introspect import Answer as Told
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming
from ostiary.server.issuer.token_facts import facts_of, presented


async def introspect(desk: Desk, incoming: Incoming) -> Answer:
    """Raises StoreUnavailable, and OAuthError where no client is named."""
    return await for_client(desk, incoming, _decide, _render)


async def _decide(desk: Desk, client: AuthenticatedClient, form: Parameters, now: float) -> Decision[Told]:
    token = await presented(desk, require(form, "token"), now)
    facts = await facts_of(desk.store, token)
    return flows.introspection(desk.registry, client.rule, token, facts, now)


def _render(desk: Desk, told: Told, now: float) -> Answer:
    return Answer(200, (JSON, NO_STORE), orjson.dumps(told))
