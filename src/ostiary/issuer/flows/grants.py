"""The token endpoint: what each grant type checks before it issues."""

from ostiary.issuer import api_key_exchange as partner
from ostiary.issuer import client_credentials_grant as own
from ostiary.issuer import code_grant as exchange
from ostiary.issuer import details, family, holder, pkce, token
from ostiary.issuer import device_grant as device
from ostiary.issuer import exchange_grant as acting
from ostiary.issuer import refresh_grant as refresh
from ostiary.issuer.api_key_exchange import KeyFacts
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.decision import Decided, Decision
from ostiary.issuer.device_grant import DeviceFacts
from ostiary.issuer.exchange_grant import SubjectFacts
from ostiary.issuer.exchange_request import ActRequest, KeyRequest, named_services
from ostiary.issuer.issue import Entitlement, require_scopes
from ostiary.issuer.records import Grant
from ostiary.issuer.refresh_grant import RefreshFacts
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import require_target
from ostiary.issuer.token import ClientCredentialsRequest, CodeRequest, DeviceCodeRequest, RefreshRequest, Tokens
from ostiary.model.fresh import Fresh
from ostiary.model.ids import Scope
from ostiary.people.records import Person


def authorization_code(
    registry: Registry, who: AuthenticatedClient, request: CodeRequest, facts: CodeFacts, now: float, fresh: Fresh
) -> Decision[Tokens]:
    """RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9449 section 5."""
    client, key = who.rule, who.holder
    token.require_grant_allowed(client, request.grant_type)
    holder.require_key(client, key)
    code = exchange.require_known_code(facts)
    exchange.require_code_of_client(code, client)
    exchange.require_same_redirect_uri(code, request.redirect_uri)
    pkce.require_verifier(request.verifier, code.challenge)
    holder.require_key_of_request(code.key, key)
    if code.spent_at is not None:
        return exchange.refuse_replayed_code(client, facts, now)
    exchange.require_code_not_expired(code, now)
    grant, person = family.require_living(facts, now)
    entitled = entitlement(registry, who, grant, person, grant.scopes, request)
    return exchange.exchange_code(registry, code, entitled, now, fresh)


def device_code(
    registry: Registry,
    who: AuthenticatedClient,
    request: DeviceCodeRequest,
    facts: DeviceFacts,
    now: float,
    fresh: Fresh,
) -> Decision[Tokens]:
    """RFC 8628 sections 3.4 and 3.5, RFC 9449 section 5."""
    client, key = who.rule, who.holder
    token.require_grant_allowed(client, request.grant_type)
    holder.require_key(client, key)
    waiting = device.require_known_device_code(facts)
    device.require_device_code_of_client(waiting, client)
    holder.require_key_of_request(waiting.key, key)
    if waiting.spent_at is not None:
        return device.refuse_replayed_device_code(client, facts, now)
    device.require_device_code_not_expired(waiting, now)
    device.require_not_denied(waiting)
    if waiting.grant is None:
        return device.wait(waiting, now)
    grant, person = family.require_living(facts, now)
    entitled = entitlement(registry, who, grant, person, grant.scopes, request)
    return device.exchange_device_code(registry, waiting, entitled, now, fresh)


def refresh_token(
    registry: Registry, who: AuthenticatedClient, request: RefreshRequest, facts: RefreshFacts, now: float, fresh: Fresh
) -> Decision[Tokens]:
    """RFC 6749 section 6, RFC 9700 section 4.14.2."""
    client, key = who.rule, who.holder
    token.require_grant_allowed(client, request.grant_type)
    holder.require_key(client, key)
    presented = refresh.require_known_refresh_token(facts)
    refresh.require_refresh_token_of_client(presented, client)
    if not refresh.is_by_its_key(presented, key):
        return refresh.refuse_other_key(client, facts, now)
    if presented.spent and not refresh.is_lost_answer(client, presented, now):
        return refresh.refuse_reused_token(client, facts, now)
    refresh.require_refresh_token_not_expired(presented, now)
    grant, person = family.require_living(facts, now)
    asked = refresh.require_narrower(request.scopes, grant)
    entitled = entitlement(registry, who, grant, person, asked, request)
    if not client.profile.rotates_refresh:
        return refresh.keep(registry, presented, entitled, now, fresh)
    return refresh.rotate(registry, presented, entitled, now, fresh)


def entitlement(
    registry: Registry,
    who: AuthenticatedClient,
    grant: Grant,
    person: Person,
    asked: frozenset[Scope],
    request: CodeRequest | DeviceCodeRequest | RefreshRequest,
) -> Entitlement:
    """What is left of a grant for the client that has it: of its scopes, its services (RFC 8707 section 2.2) and its
    details (RFC 9396 section 6)."""
    scopes = require_scopes(asked, who.rule, person, registry)
    target = require_target(request.resources, grant.resources, scopes, registry)
    target = details.require_granted(request.details, grant.details, target, who.rule, registry.contract)
    return Entitlement(who.rule, who.holder, grant, person, target)


def client_credentials(
    registry: Registry, who: AuthenticatedClient, request: ClientCredentialsRequest, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """RFC 6749 section 4.4."""
    client, key = who.rule, who.holder
    token.require_grant_allowed(client, request.grant_type)
    holder.require_key(client, key)
    scopes = own.require_client_scopes(request.scopes, client, registry)
    target = require_target(request.resources, frozenset(), scopes, registry)
    target = details.require_own(request.details, target, client, registry.contract)
    return own.issue_to_client(registry, client, key, target, now, fresh)


def token_exchange(
    registry: Registry,
    who: AuthenticatedClient,
    request: ActRequest,
    facts: SubjectFacts,
    now: float,
    fresh: Fresh,
) -> Decided[Tokens]:
    """A service exchanges the token that a person's client called it with (RFC 8693 section 2)."""
    client, key = who.rule, who.holder
    token.require_grant_allowed(client, request.grant_type)
    acting.require_acting(client)
    holder.require_key(client, key)
    subject = acting.require_subject_token(facts)
    acting.require_reached_client(subject, client, registry)
    acting.require_living(registry, subject, facts, now)
    grant, person = acting.require_person(facts)
    acting.require_may_act(subject, client)
    acting.require_short_chain(subject)
    acting.require_own_key(subject, client, key)
    asked = acting.require_narrower(request.scopes, subject, client, registry)
    scopes = require_scopes(asked, client, person, registry)
    target = require_target(named_services(request, registry), grant.resources, scopes, registry)
    granted = acting.granted_details(subject)
    target = details.require_granted(request.details, granted, target, client, registry.contract)
    return acting.act_for_person(
        registry, subject, Entitlement(client, key, grant, person, target), request, now, fresh
    )


def api_key_exchange(
    registry: Registry, who: AuthenticatedClient, request: KeyRequest, facts: KeyFacts, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """A partner exchanges its API key for a short token (RFC 8693 section 2)."""
    client, key = who.rule, who.holder
    partner.require_api_keys(client)
    found = partner.require_known_key(request, facts)
    partner.require_key_of_client(found, client)
    partner.require_living_key(found, now)
    scopes = partner.require_key_scopes(request.scopes, found, client)
    target = require_target(named_services(request, registry), frozenset(), scopes, registry)
    target = details.require_own(request.details, target, client, registry.contract)
    return partner.token_for_key(registry, found, client, key, target, now, fresh)
