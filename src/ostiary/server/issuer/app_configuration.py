"""The endpoint where instances of apps fetch their configuration."""

from typing import Final

from ostiary.issuer import app_configuration as configuration
from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decision
from ostiary.issuer.form import Parameters
from ostiary.keys.jwt import sign
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import NO_STORE, Answer, Header, Incoming

_JWT: Final[Header] = (b"content-type", b"application/jwt")


async def app_configuration(desk: Desk, incoming: Incoming) -> Answer:
    """Raises StoreUnavailable, and OAuthError where no client is named."""
    return await for_client(desk, incoming, _decide, _render)


async def _decide(desk: Desk, client: AuthenticatedClient, form: Parameters, now: float) -> Decision[dict[str, object]]:
    return flows.app_configuration(desk.registry, client.rule, await desk.store.app_configuration(client.rule.id), now)


def _render(desk: Desk, told: dict[str, object], now: float) -> Answer:
    return Answer(200, (_JWT, NO_STORE), sign(told, desk.configuration_key, configuration.TYPE).encode())
