"""The access token that a client would hold, from the issuer's own flow; only the sign-in is made up."""

import secrets
from typing import Final

from ostiary.cli.trial_arrival import Arrival
from ostiary.contract.model import ClientRule, Contract, GrantType
from ostiary.contract.rights import allowed_scopes
from ostiary.issuer import flows
from ostiary.issuer.access_token_claims import Claims
from ostiary.issuer.certificate import require_own_certificate
from ostiary.issuer.client_authentication import (
    AuthenticatedClient,
    require_address,
    require_enabled,
    require_gateway,
)
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.decision import Decided, Decision
from ostiary.issuer.device_grant import DeviceFacts
from ostiary.issuer.device_records import DeviceRequest
from ostiary.issuer.holder import Holder
from ostiary.issuer.pkce import challenge_of
from ostiary.issuer.records import AuthorizationCode, Grant
from ostiary.issuer.registry import Registry, read_contract
from ostiary.issuer.scopes import require_allowed
from ostiary.issuer.token import ClientCredentialsRequest, CodeRequest, DeviceCodeRequest, Tokens
from ostiary.issuer.user_code import UserCodeHash
from ostiary.model.frozen import frozen
from ostiary.model.ids import GrantId, Scope, SessionId, TokenHash
from ostiary.people.records import Person, Session

_CODE_SECONDS: Final = 60
_VERIFIER: Final = "trial" * 10
_ACR: Final = "pwd"
_NO_HASH: Final = TokenHash(b"")


@frozen
class Visitor:
    """Who asks. `scopes`: what the client asks the issuer for, None for all that it may."""

    client: ClientRule
    person: Person | None
    scopes: frozenset[Scope] | None
    signed_in_ago: int
    """In seconds."""
    disabled_at: int | None = None
    """When the client was revoked."""


def token_claims(
    contract: Contract, visitor: Visitor, address: str, arrival: Arrival, now: float, holder: Holder | None
) -> Claims:
    """What the token endpoint would sign. Raises OAuthError."""
    registry, client = read_contract(contract), visitor.client
    who = AuthenticatedClient(client, (), holder)
    if client.auth_method.by_certificate and not arrival.is_made_up:
        require_own_certificate(arrival.certificate, client)
    require_gateway(None if arrival.listener is None else arrival.listener.name, client, registry)
    require_enabled(visitor.disabled_at)
    require_address(client, address)
    if visitor.person is None:
        own = ClientCredentialsRequest(visitor.scopes)
        return flows.client_credentials(registry, who, own, now, secrets.token_bytes).answer.access
    scopes = allowed_scopes(client) if visitor.scopes is None else visitor.scopes
    require_allowed(scopes, client, contract)
    grant = _grant(visitor, visitor.person, scopes, int(now))
    decided = _decided(registry, who, grant, visitor.person, now)
    assert isinstance(decided, Decided), "the code is used for the first time"
    return decided.answer.access


def _decided(
    registry: Registry, who: AuthenticatedClient, grant: Grant, person: Person, now: float
) -> Decision[Tokens]:
    """What comes of the code that the client's kind has."""
    if GrantType.DEVICE_CODE in who.rule.profile.grants:
        let_in = _let_in(grant, person)
        return flows.device_code(registry, who, DeviceCodeRequest(_NO_HASH), let_in, now, secrets.token_bytes)
    facts, request = _signed_in(who.rule, grant, person)
    return flows.authorization_code(registry, who, request, facts, now, secrets.token_bytes)


def _grant(visitor: Visitor, person: Person, scopes: frozenset[Scope], now: int) -> Grant:
    return Grant(
        id=GrantId("trial"),
        client=visitor.client.id,
        subject=person.subject,
        session=SessionId("trial"),
        scopes=scopes,
        auth_time=now - visitor.signed_in_ago,
        acr=_ACR,
        amr=(_ACR,),
        nonce=None,
        claims=None,
        issued_at=now,
    )


def _session(grant: Grant) -> Session:
    ends = grant.issued_at + _CODE_SECONDS
    return Session(grant.session, _NO_HASH, grant.subject, grant.auth_time, grant.acr, grant.amr, grant.issued_at, ends)


def _let_in(grant: Grant, person: Person) -> DeviceFacts:
    """The person has typed the device's code and said yes."""
    request = DeviceRequest(
        hash=_NO_HASH,
        user_code=UserCodeHash(_NO_HASH),
        client=grant.client,
        scopes=grant.scopes,
        name=None,
        peer="",
        issued_at=grant.issued_at,
        expires_at=grant.issued_at + _CODE_SECONDS,
        interval=0,
        grant=grant.id,
    )
    return DeviceFacts(grant, _session(grant), person, request)


def _signed_in(client: ClientRule, grant: Grant, person: Person) -> tuple[CodeFacts, CodeRequest]:
    """The person has signed in and said yes, and the client has the code."""
    ends, redirect = grant.issued_at + _CODE_SECONDS, "".join(client.redirect_uris[:1])
    code = AuthorizationCode(_NO_HASH, grant.id, client.id, redirect, challenge_of(_VERIFIER), grant.issued_at, ends)
    return CodeFacts(grant, _session(grant), person, code), CodeRequest(code.hash, redirect, _VERIFIER)
