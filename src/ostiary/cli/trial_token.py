"""The access token that a client would hold, from the issuer's own flow; only the sign-in is made up."""

import secrets
from dataclasses import dataclass
from typing import Final

from ostiary.contract.model import ClientRule, Contract
from ostiary.issuer import flows
from ostiary.issuer.access_token import Claims
from ostiary.issuer.client_authentication import AuthenticatedClient, require_address, require_enabled
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.decision import Decided
from ostiary.issuer.holder import Holder
from ostiary.issuer.pkce import challenge_of
from ostiary.issuer.records import AuthorizationCode, Grant
from ostiary.issuer.registry import read_contract
from ostiary.issuer.scopes import allowed_scopes, require_allowed
from ostiary.issuer.token import ClientCredentialsRequest, CodeRequest
from ostiary.model.ids import GrantId, Scope, SessionId, TokenHash
from ostiary.people.records import Person, Session

_CODE_SECONDS: Final = 60
_VERIFIER: Final = "trial" * 10
_ACR: Final = "pwd"
_NO_HASH: Final = TokenHash(b"")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `scopes`: what the client asks the issuer for, None for all that it may."""

    client: ClientRule
    person: Person | None
    scopes: frozenset[Scope] | None
    signed_in_ago: int
    """In seconds."""
    disabled_at: int | None = None
    """When the client was revoked."""


def token_claims(contract: Contract, visitor: Visitor, address: str, now: float, holder: Holder | None) -> Claims:
    """What the token endpoint would sign. Raises OAuthError."""
    registry, client = read_contract(contract), visitor.client
    who = AuthenticatedClient(client, (), holder)
    require_enabled(visitor.disabled_at)
    require_address(client, address)
    if visitor.person is None:
        own = ClientCredentialsRequest(visitor.scopes)
        return flows.client_credentials(registry, who, own, now, secrets.token_bytes).answer.access
    scopes = allowed_scopes(client) if visitor.scopes is None else visitor.scopes
    require_allowed(scopes, client, contract)
    grant = _grant(visitor, visitor.person, scopes, int(now))
    facts, request = _signed_in(client, grant, visitor.person)
    decided = flows.authorization_code(registry, who, request, facts, now, secrets.token_bytes)
    assert isinstance(decided, Decided), "the code is used for the first time"
    return decided.answer.access


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


def _signed_in(client: ClientRule, grant: Grant, person: Person) -> tuple[CodeFacts, CodeRequest]:
    """The person has signed in and said yes, and the client has the code."""
    ends, redirect = grant.issued_at + _CODE_SECONDS, "".join(client.redirect_uris[:1])
    session = Session(
        grant.session, _NO_HASH, person.subject, grant.auth_time, grant.acr, grant.amr, grant.issued_at, ends
    )
    code = AuthorizationCode(_NO_HASH, grant.id, client.id, redirect, challenge_of(_VERIFIER), grant.issued_at, ends)
    return CodeFacts(grant, session, person, code), CodeRequest(code.hash, redirect, _VERIFIER)
