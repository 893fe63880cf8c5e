"""Clients register themselves, and read, change and end their registration (RFC 7591, RFC 7592)."""

from urllib.parse import urlencode

import orjson

from ostiary.issuer import flows
from ostiary.issuer.decision import Decided
from ostiary.issuer.initial_access import InitialAccessToken
from ostiary.issuer.logo import MOST_BYTES, TYPES, Logo, require_logo
from ostiary.issuer.named_elsewhere import Found, Wanted
from ostiary.issuer.registration import Request, entity_tag, lost, read_bearer
from ostiary.issuer.registration_outcome import Registration, told_of
from ostiary.keys.hashing import token_hash
from ostiary.model import endpoints
from ostiary.model.plan import AlreadySpent
from ostiary.server.fetch import FetchFailed
from ostiary.server.issuer.client_keys import fetched_keys
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming


async def registration(desk: Desk, incoming: Incoming) -> Answer:
    """Raises Refusal, StoreUnavailable."""
    contract, now, request = desk.registry.contract, int(desk.clock()), _request(desk, incoming)
    match incoming.method:
        case "POST":
            kept = await _initial(desk, request)
            found = await _found(desk, flows.wanted_to_register(contract, request, kept, now))
            return await _put(desk, 201, flows.register(contract, request, kept, found, now, desk.fresh))
        case "PUT":
            known = desk.registered
            found = await _found(desk, flows.wanted_to_change(contract, request, known))
            decided = flows.change_registration(contract, request, known, found, now, desk.fresh)
            return await _put(desk, 200, decided)
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


async def _found(desk: Desk, wanted: Wanted) -> Found:
    """Fetch it. Raises InvalidClientMetadata for a logo that is none."""
    keys = None if wanted.jwks_uri is None else await fetched_keys(wanted.jwks_uri, desk.fetcher)
    return Found(None if keys is None else keys[0], await _logo(desk, wanted.logo_uri))


async def _logo(desk: Desk, uri: str | None) -> Logo | None:
    if uri is None:
        return None
    try:
        came = await desk.fetcher.get(uri, TYPES, MOST_BYTES)
    except FetchFailed:
        return None
    return require_logo(came.body, came.type)


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
