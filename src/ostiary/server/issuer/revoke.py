"""The revocation endpoint (RFC 7009)."""

from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decision
from ostiary.issuer.form import Parameters, require
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import NO_STORE, Answer, Incoming
from ostiary.server.issuer.token_facts import presented


async def revoke(desk: Desk, incoming: Incoming) -> Answer:
    """An old build can still sign out. Raises StoreUnavailable, and OAuthError where no client is named."""
    return await for_client(desk, incoming, _decide, _render, any_build=True)


async def _decide(desk: Desk, client: AuthenticatedClient, form: Parameters, now: float) -> Decision[None]:
    token = await presented(desk, require(form, "token"), now)
    return flows.revocation(client.rule, token, desk.keys.at(now).published, now)


def _render(desk: Desk, answer: None, now: float) -> Answer:
    return Answer(200, (NO_STORE,))
