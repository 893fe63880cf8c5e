"""The token endpoint: loads what each grant is decided by (RFC 6749 section 3.2)."""

from collections.abc import Awaitable

from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.decision import Decision
from ostiary.issuer.device_grant import DeviceFacts
from ostiary.issuer.exchange_request import ActRequest, KeyRequest
from ostiary.issuer.family import NO_GRANT
from ostiary.issuer.form import Parameters
from ostiary.issuer.refresh_grant import RefreshFacts
from ostiary.issuer.token import (
    ClientCredentialsRequest,
    CodeRequest,
    DeviceCodeRequest,
    RefreshRequest,
    Tokens,
    read_token_request,
    render_tokens,
)
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.for_client import for_client
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming
from ostiary.server.issuer.token_facts import key_facts, refresh_token, subject_facts
from ostiary.store.interface import Store

_HEADERS = (JSON, NO_STORE)


def token(desk: Desk, incoming: Incoming) -> Awaitable[Answer]:
    """Raises StoreUnavailable, and OAuthError where no client is named."""
    return for_client(desk, incoming, _decide, _render)


async def _decide(desk: Desk, client: AuthenticatedClient, form: Parameters, now: float) -> Decision[Tokens]:
    request = read_token_request(form)
    match request:
        case CodeRequest():
            code = await code_facts(desk.store, request)
            return flows.authorization_code(desk.registry, client, request, code, now, desk.fresh)
        case RefreshRequest():
            facts = await refresh_facts(desk, request)
            return flows.refresh_token(desk.registry, client, request, facts, now, desk.fresh)
        case ClientCredentialsRequest():
            return flows.client_credentials(desk.registry, client, request, now, desk.fresh)
        case DeviceCodeRequest():
            device = await _device_facts(desk.store, request)
            return flows.device_code(desk.registry, client, request, device, now, desk.fresh)
        case ActRequest():
            subject = await subject_facts(desk, request, now)
            return flows.token_exchange(desk.registry, client, request, subject, now, desk.fresh)
        case KeyRequest():
            key = await key_facts(desk.store, request)
            return flows.api_key_exchange(desk.registry, client, request, key, now, desk.fresh)


def _render(desk: Desk, tokens: Tokens, now: float) -> Answer:
    return Answer(200, _HEADERS, render_tokens(tokens, desk.keys.at(now).signing, desk.refresh_key))


async def code_facts(store: Store, request: CodeRequest) -> CodeFacts:
    code, behind = await store.code_with_grant(request.code)
    return CodeFacts(behind.grant, behind.session, behind.person, code)


async def refresh_facts(desk: Desk, request: RefreshRequest) -> RefreshFacts:
    token, behind = await refresh_token(desk, request.token)
    return RefreshFacts(behind.grant, behind.session, behind.person, token)


async def _device_facts(store: Store, request: DeviceCodeRequest) -> DeviceFacts:
    waiting = await store.device_request(request.code)
    behind = NO_GRANT if waiting is None or waiting.grant is None else await store.grant_facts(waiting.grant)
    return DeviceFacts(behind.grant, behind.session, behind.person, waiting)
