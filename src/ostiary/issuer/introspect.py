"""The introspection endpoint (RFC 7662).

A client sees a token that was issued to it, and a client of kind `service` also one for the service that has its name:
that is the upstream asking about a token it was given. Of every other token it learns what it would of a random string.
"""

from collections.abc import Mapping
from typing import Final

from ostiary.contract.model import ClientAuth, ClientRule
from ostiary.contract.rights import OFFLINE_ACCESS
from ostiary.issuer.access_token import AccessToken, TokenFacts, granted_unchanged, scopes_left, session_lives
from ostiary.issuer.decision import Decided
from ostiary.issuer.records import RefreshToken
from ostiary.issuer.registry import Registry
from ostiary.issuer.scopes import write_scope
from ostiary.model.errors import BEARER, DPOP, InvalidClient, InvalidRequest
from ostiary.model.events.issuer import TokenIntrospected
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, ServiceName, TokenId
from ostiary.model.plan import Plan
from ostiary.model.principal import Kind
from ostiary.model.reasons import Reason

Members = Mapping[str, object]
TOLD: Final = (
    "iss",
    "sub",
    "aud",
    "client_id",
    "iat",
    "exp",
    "jti",
    "scope",
    "authorization_details",
    "auth_time",
    "acr",
    "sid",
    "tenant",
    "roles",
    "cnf",
    "act",
    "may_act",
)
"""Claims of an access token that the answer repeats (section 2.2, RFC 8693 section 7)."""


@frozen
class Told:
    """What is said of a token, and to whom."""

    members: Members
    to: ClientId


def require_confidential(client: ClientRule) -> None:
    """Raise InvalidClient for a public client: anyone could ask in its name (section 2.1)."""
    if client.auth_method is ClientAuth.NONE:
        raise InvalidClient(Reason.CLIENT_AUTH_MISSING)


def require_signed(client: ClientRule, signed: bool) -> None:
    """Raise InvalidRequest where the client's profile wants a signed answer, and it did not ask for one (FAPI 2.0
    Message Signing section 5.5)."""
    if client.profile.signed_introspection and not signed:
        raise InvalidRequest(Reason.ANSWER_NOT_SIGNED, "Accept")


def may_see(client: ClientRule, token: AccessToken, registry: Registry) -> bool:
    """Whether it is the client's own token, or one for the service that the client is."""
    if token.client == client.id:
        return True
    service = registry.contract.services.get(ServiceName(client.id))
    return client.profile.kind is Kind.SERVICE and service is not None and service.audience in token.audiences


def inactive(client: ClientRule, now: float) -> Decided[Told]:
    """All that is told of what does not live or is not for this client (section 2.2)."""
    return _decided(client, {"active": False}, None, now)


def active_access_token(registry: Registry, client: ClientRule, token: AccessToken, now: float) -> Decided[Told]:
    """Of its scopes those that it is still good for."""
    told = {name: token.claims[name] for name in TOLD if name in token.claims}
    told["scope"] = write_scope(scopes_left(registry, token))
    return _decided(client, {"active": True, "token_type": _type(told), **told}, token.id, now)


def _type(told: Members) -> str:
    """RFC 9449 section 6.2."""
    confirmed = told.get("cnf")
    return DPOP if isinstance(confirmed, dict) and "jkt" in confirmed else BEARER


def refresh_token_lives(client: ClientRule, token: RefreshToken, facts: TokenFacts, now: float) -> bool:
    """Whether it is the client's own and would give tokens now."""
    grant, person = facts.grant, facts.person
    return (
        token.client == client.id
        and token.number == token.family.number
        and now < token.family.expires_at
        and grant is not None
        and grant.revoked_at is None
        and (OFFLINE_ACCESS in grant.scopes or session_lives(facts.session, now))
        and person is not None
        and not person.disabled
        and granted_unchanged(grant, person)
    )


def active_refresh_token(
    registry: Registry, client: ClientRule, token: RefreshToken, facts: TokenFacts, now: float
) -> Decided[Told]:
    assert facts.grant is not None, "it lives"
    told: Members = {
        "active": True,
        "iss": registry.issuer,
        "sub": facts.grant.subject,
        "client_id": token.client,
        "iat": token.family.issued_at,
        "exp": token.family.expires_at,
        "scope": write_scope(facts.grant.scopes),
    }
    return _decided(client, told, None, now)


def _decided(client: ClientRule, members: Members, token: TokenId | None, now: float) -> Decided[Told]:
    event = TokenIntrospected(at=now, client=client.id, active=members["active"] is True, token=token)
    return Decided(Plan(events=(event,)), Told(members, client.id))
