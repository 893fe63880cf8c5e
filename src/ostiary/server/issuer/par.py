"""The pushed authorization request endpoint (RFC 9126)."""

import orjson

from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decision
from ostiary.issuer.form import Parameters
from ostiary.issuer.pushed import Named
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming


async def par(desk: Desk, incoming: Incoming) -> Answer:
    """Raises StoreUnavailable, and OAuthError where no client is named."""
    return await for_client(desk, incoming, _decide, _render)


async def _decide(desk: Desk, client: AuthenticatedClient, form: Parameters, now: float) -> Decision[Named]:
    await desk.freshen_keys(client.rule, form.get("request", ""), now)
    return flows.push(desk.registry, client, form, desk.keys.at(now).published, now, desk.fresh)


def _render(desk: Desk, named: Named, now: float) -> Answer:
    """RFC 9126 section 2.2."""
    members = {"request_uri": named.request_uri.reveal(), "expires_in": named.expires_in}
    return Answer(201, (JSON, NO_STORE), orjson.dumps(members))
