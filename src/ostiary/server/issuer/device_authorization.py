"""The device authorization endpoint (RFC 8628 section 3.1)."""

import hmac

import orjson

from ostiary.issuer import device_authorization as asked
from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decision
from ostiary.issuer.device_authorization import Asking, DeviceCodes
from ostiary.issuer.form import Parameters
from ostiary.people.delays import seconds_to_wait
from ostiary.people.sign_in import household
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming


async def device_authorization(desk: Desk, incoming: Incoming) -> Answer:
    """Those of one address come one after another, so that each is counted before the next is judged. Raises
    StoreUnavailable, and OAuthError where no client is named."""
    counter = _counter(desk, incoming.peer)

    async def decide(desk: Desk, client: AuthenticatedClient, form: Parameters, now: float) -> Decision[DeviceCodes]:
        request = asked.read_device_authorization(form)
        wait = seconds_to_wait(await desk.store.failures((counter,)), now)
        asking = Asking(incoming.peer, desk.pseudonym(incoming.peer), counter, wait)
        return flows.device_codes(desk.registry, client, request, asking, desk.device_key, now, desk.fresh)

    async with desk.devices.of(counter):
        return await for_client(desk, incoming, decide, _render)


def _counter(desk: Desk, peer: str) -> bytes:
    return hmac.digest(desk.pseudonym_key, b"devices " + household(peer).encode(), "sha256")


def _render(desk: Desk, codes: DeviceCodes, now: float) -> Answer:
    return Answer(200, (JSON, NO_STORE), orjson.dumps(asked.members(codes, desk.registry.issuer)))
