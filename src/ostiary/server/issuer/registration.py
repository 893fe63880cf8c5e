"""Clients register themselves, and read, change and end their registration (RFC 7591, RFC 7592)."""

from urllib.parse import urlencode

import orjson

from ostiary.issuer import flows
from ostiary.issuer.decision import Decided
from ostiary.issuer.initial_access import InitialAccessToken
from ostiary.issuer.registration import Registration, Request, entity_tag, lost, read_bearer, told_of
from ostiary.keys.hashing import token_hash
from ostiary.model import endpoints
from ostiary.model.plan import AlreadySpent
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming


async def registration(desk: Desk, incoming: Incoming) -> Answer:
    """Raises Refusal, StoreUnavailable."""
    contract, now, request = desk.registry.contract, int(desk.clock()), _request(desk, incoming)
    match incoming.method:
        case "POST":
            kept = await _initial(desk, request)
            return await _put(desk, 201, flows.register(contract, request, kept, now, desk.fresh))
        case "PUT":
            return await _put(desk, 200, flows.change_registration(contract, request, desk.registered, now, desk.fresh))
        case "DELETE":
            await desk.store.commit(flows.end_registration(contract, request, desk.registered, now))
            await desk.hear_registered()
            return Answer(204, (NO_STORE,))
        case _:
            return _told(desk, 200, flows.read_registration(contract, request, desk.registered))


def _request(desk: Desk, incoming: Incoming) -> Request:
    """Raises InvalidRequest."""
    return Request(
        authorization=incoming.header(b"authorization"),
        content_type=incoming.header(b"content-type"),
        body=incoming.body,
        peer=desk.pseudonym(incoming.peer),
        client=incoming.query_parameters().get("client_id", ""),
        if_match=incoming.header(b"if-match"),
    )


async def _initial(desk: Desk, request: Request) -> InitialAccessToken | None:
    """The token that came, where the store has it. Raises MissingToken."""
    if desk.registry.contract.registration is None:
        return None
    return await desk.store.initial_access_token(token_hash(read_bearer(request.authorization).reveal()))


async def _put(desk: Desk, status: int, decided: Decided[Registration]) -> Answer:
    """Once this is answered, the client can go on: the issuer knows it. Raises Refusal where somebody was first."""
    outcome = await desk.store.commit(decided.plan)
    await desk.hear_registered()
    if isinstance(outcome, AlreadySpent):
        raise lost(outcome.spend)
    return _told(desk, status, decided.answer)


def _told(desk: Desk, status: int, registration: Registration) -> Answer:
    """RFC 7591 section 3.2.1."""
    query = urlencode({"client_id": registration.client.id})
    address = f"{desk.registry.issuer}{endpoints.REGISTER}?{query}"
    tag = (b"etag", entity_tag(registration.client).encode())
    return Answer(status, (JSON, NO_STORE, tag), orjson.dumps(told_of(registration, address)))
