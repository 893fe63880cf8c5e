"""The authorization response: a code or an error, and always who sends it (RFC 6749 sections 4.1.2 and 4.1.2.1,
RFC 9207 section 2)."""

from dataclasses import field, replace
from urllib.parse import urlencode

from ostiary.issuer.authorize import AuthorizationRequest, ReturnAddress
from ostiary.issuer.decision import Decided
from ostiary.issuer.records import AuthorizationCode, Grant, OpenGrant, SpendPushedRequest
from ostiary.issuer.registry import Registry
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import OAuthError
from ostiary.model.events.issuer import CodeIssued
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import GrantId, Scope
from ostiary.model.plan import Plan
from ostiary.people.sessions import Visitor

CODE_BYTES = 32
CODE_SECONDS = 60
"""RFC 6749 section 4.1.2 allows 600."""


@frozen
class AuthorizationAnswer:
    """What goes back to the client, in order. It may carry a code, and so hides itself."""

    address: ReturnAddress
    fields: tuple[tuple[str, str], ...] = field(repr=False)


def location(answer: AuthorizationAnswer) -> str:
    """The URI that carries the answer; a query that the redirect URI has stays (RFC 6749 section 3.1.2)."""
    uri = answer.address.redirect_uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer.fields)}"


def error_answer(registry: Registry, address: ReturnAddress, error: OAuthError) -> AuthorizationAnswer:
    """RFC 6749 section 4.1.2.1."""
    named = (("error_description", f"{error.public} ({error.detail})"),) if error.detail else ()
    return _answer(registry, address, (("error", error.code), *named))


def issue_code(
    registry: Registry,
    request: AuthorizationRequest,
    visitor: Visitor,
    scopes: frozenset[Scope],
    now: int,
    fresh: Fresh,
) -> Decided[AuthorizationAnswer]:
    """Open the grant, and hand out the code that starts it; a pushed request is used up with it."""
    code = fresh_name(fresh, CODE_BYTES)
    grant = replace(
        Grant.begun(GrantId(fresh_name(fresh)), request.address.client.id, visitor.session, scopes, now),
        nonce=request.nonce,
        claims=request.claims,
        resources=request.resources,
        details=request.details,
    )
    stored = AuthorizationCode(
        hash=token_hash(code),
        grant=grant.id,
        client=grant.client,
        redirect_uri=request.address.redirect_uri,
        challenge=request.challenge,
        issued_at=now,
        expires_at=now + CODE_SECONDS,
        key=request.key,
    )
    spent = () if request.spends is None else (SpendPushedRequest(request.spends, now),)
    plan = Plan(writes=(*spent, OpenGrant(grant, stored)), events=(_issued(grant, now),))
    return Decided(plan, _answer(registry, request.address, (("code", code),)))


def _answer(registry: Registry, address: ReturnAddress, fields: tuple[tuple[str, str], ...]) -> AuthorizationAnswer:
    state = () if address.state is None else (("state", address.state),)
    return AuthorizationAnswer(address, (*fields, *state, ("iss", registry.issuer)))


def _issued(grant: Grant, now: int) -> CodeIssued:
    return CodeIssued(
        at=now,
        subject=grant.subject,
        client=grant.client,
        grant=grant.id,
        session=grant.session,
        scopes=tuple(sorted(grant.scopes)),
    )
