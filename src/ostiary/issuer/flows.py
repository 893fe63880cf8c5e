"""Every endpoint of the issuer as one ordered list of checks. What a line raises ends the flow there.

`facts` is what the shell has loaded for the request; what comes back is a plan for the shell to commit.
"""

from collections.abc import Sequence

from ostiary.contract.model import ClientRule, Contract, GrantType
from ostiary.contract.registered import RegisteredClient
from ostiary.issuer import (
    access_token,
    authorize,
    consent,
    details,
    device_authorization,
    family,
    holder,
    interaction,
    introspect,
    logout,
    logout_token,
    pkce,
    pushed,
    registration,
    request_object,
    revoke,
    token,
    userinfo,
)
from ostiary.issuer import api_key_exchange as partner
from ostiary.issuer import client_authentication as client_auth
from ostiary.issuer import client_credentials_grant as own
from ostiary.issuer import code_grant as exchange
from ostiary.issuer import device_grant as device
from ostiary.issuer import device_verification as verification
from ostiary.issuer import exchange_grant as acting
from ostiary.issuer import openid_parameters as openid
from ostiary.issuer import refresh_grant as refresh
from ostiary.issuer import web_login as login
from ostiary.issuer import web_session as sessions
from ostiary.issuer.access_token import AccessToken, TokenFacts, lives
from ostiary.issuer.api_key_exchange import KeyFacts
from ostiary.issuer.authorize import AuthorizationRequest, ReturnAddress, given_once
from ostiary.issuer.brought import Brought, require_pushed, require_signed
from ostiary.issuer.client_authentication import AuthenticatedClient, Credentials
from ostiary.issuer.client_metadata import read_members, read_metadata
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.decision import Decided, Decision
from ostiary.issuer.device_authorization import Asking, DeviceAuthorizationRequest, DeviceCodes
from ostiary.issuer.device_grant import DeviceFacts
from ostiary.issuer.device_records import DeviceRequest
from ostiary.issuer.device_verification import AskDevice, AskFreshSignIn, DeviceStep
from ostiary.issuer.exchange_grant import SubjectFacts
from ostiary.issuer.exchange_request import ActRequest, KeyRequest, named_services
from ostiary.issuer.family import GrantFacts
from ostiary.issuer.form import Parameters, require_no_repetition
from ostiary.issuer.initial_access import InitialAccessToken
from ostiary.issuer.interaction import AskConsent, AskSignIn, Ready, Step, Visit
from ostiary.issuer.issue import Entitlement, require_scopes
from ostiary.issuer.logout import LogoutRequest
from ostiary.issuer.logout_token import Logout
from ostiary.issuer.named_elsewhere import Found, Wanted, require_found, wanted_of
from ostiary.issuer.presented import Presented
from ostiary.issuer.pushed import Named, PushedFacts
from ostiary.issuer.records import RefreshToken
from ostiary.issuer.redirect_uris import require_redirect_uri
from ostiary.issuer.refresh_grant import RefreshFacts
from ostiary.issuer.registration import Registration
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import read_resources, require_reached, require_target
from ostiary.issuer.token import ClientCredentialsRequest, CodeRequest, DeviceCodeRequest, RefreshRequest, Tokens
from ostiary.issuer.web_login import Begun, Wish
from ostiary.issuer.web_records import WebSession
from ostiary.keys.dpop import Proofs
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import ConsentRequired, LoginRequired
from ostiary.model.fresh import Fresh
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.sessions import Visitor


def authenticate_client(
    registry: Registry,
    credentials: Credentials,
    disabled_at: int | None,
    peer: str,
    own: KeySet,
    proofs: Proofs,
    now: float,
) -> AuthenticatedClient:
    """Who asks, at token, revocation, introspection and push endpoint (RFC 6749 section 2.3, RFC 7523 section 3,
    RFC 8705 section 2, draft-ietf-oauth-attestation-based-client-auth-11 section 7)."""
    client = client_auth.require_known_client(credentials, registry)
    client_auth.require_registered_method(credentials, client)
    spends = client_auth.require_proof_of_client(credentials, client, registry, now)
    client_auth.require_gateway(credentials.gateway, client, registry)
    client_auth.require_enabled(disabled_at)
    client_auth.require_address(client, peer)
    key = client_auth.require_instance(credentials, client, registry, own, proofs, now)
    return AuthenticatedClient(client, spends, key)


def authorization_code(
    registry: Registry, who: AuthenticatedClient, request: CodeRequest, facts: CodeFacts, now: float, fresh: Fresh
) -> Decision[Tokens]:
    """RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 8707 section 2.2, RFC 9396 section 6, RFC 9449 section 5."""
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
    grant = family.require_living_grant(facts)
    family.require_living_session(grant, facts, now)
    person = family.require_person(grant, facts)
    scopes = require_scopes(grant.scopes, client, person, registry)
    target = require_target(request.resources, grant.resources, scopes, registry)
    target = details.require_granted(request.details, grant.details, target, registry.contract)
    return exchange.exchange_code(registry, code, Entitlement(client, key, grant, person, target), now, fresh)


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
    if presented.spent_at is not None and not refresh.is_lost_answer(client, facts, now):
        return refresh.refuse_reused_token(client, facts, now)
    refresh.require_refresh_token_not_expired(presented, now)
    grant = family.require_living_grant(facts)
    family.require_living_session(grant, facts, now)
    person = family.require_person(grant, facts)
    asked = refresh.require_narrower(request.scopes, presented)
    scopes = require_scopes(asked, client, person, registry)
    target = require_target(request.resources, grant.resources, scopes, registry)
    target = details.require_granted(request.details, grant.details, target, registry.contract)
    entitled = Entitlement(client, key, grant, person, target)
    if not client.profile.rotates_refresh:
        return refresh.keep(registry, presented, entitled, now, fresh)
    return refresh.rotate(registry, presented, facts.successor, entitled, now, fresh)


def handled_client(registry: Registry, name: str | None, disabled_at: int | None) -> AuthenticatedClient:
    """A web client whose tokens are kept here: this program is that client, and need not prove it to itself (RFC 10017
    section 6.1)."""
    client = login.require_client(registry, name)
    client_auth.require_enabled(disabled_at)
    return AuthenticatedClient(client)


def web_wish(registry: Registry, parameters: Parameters) -> Wish:
    """What a page of a web client asks for when it sends a person to sign in."""
    client = login.require_client(registry, parameters.get("client"))
    return_to = login.require_return(client, parameters.get("return_to"))
    acr, max_age = login.require_strength(parameters)
    return Wish(client, return_to, acr, max_age)


def web_answer(registry: Registry, key: bytes, browser: str | None, parameters: Parameters, now: float) -> Begun:
    """The authorization response as its client checks it (RFC 6749 section 10.12, RFC 9207 section 2.4)."""
    begun = login.require_begun(registry, key, browser, parameters.get("state"), now)
    login.require_own_issuer(registry, parameters)
    return begun


def web_tokens(
    registry: Registry,
    who: AuthenticatedClient,
    begun: Begun,
    request: CodeRequest,
    facts: CodeFacts,
    now: float,
    fresh: Fresh,
) -> Decision[Tokens]:
    """The code of that response for tokens, as any client exchanges it."""
    login.require_first_use(facts)
    login.require_nonce(begun, facts)
    return authorization_code(registry, who, request, facts, now, fresh)


def web_session(
    registry: Registry, web: WebSession | None, client: ClientRule, facts: GrantFacts, now: float
) -> WebSession:
    """Whether the session that a cookie names still holds."""
    found = sessions.require_session(registry, web, client, now)
    sessions.require_behind_it(facts, now)
    return found


def backchannel_logout(registry: Registry, form: Parameters, keys: KeySet, now: float) -> Logout:
    """OpenID Connect Back-Channel Logout 1.0 section 2.6."""
    return logout_token.require_logout_token(registry, form.get("logout_token"), keys, now)


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


def device_codes(
    registry: Registry,
    who: AuthenticatedClient,
    request: DeviceAuthorizationRequest,
    asking: Asking,
    key: bytes,
    now: float,
    fresh: Fresh,
) -> Decided[DeviceCodes]:
    """RFC 8628 section 3.1."""
    token.require_grant_allowed(who.rule, GrantType.DEVICE_CODE)
    device_authorization.require_no_flood(asking)
    scopes = device_authorization.require_scopes(request.scope, who.rule, registry)
    name = device_authorization.require_name(request.name)
    return device_authorization.give_codes(who, scopes, name, asking, key, now, fresh)


def user_code(registry: Registry, request: DeviceRequest | None, disabled_at: int | None, now: int) -> DeviceRequest:
    """What a code that somebody typed leads to (RFC 8628 section 3.3)."""
    found = verification.require_known(request)
    verification.require_waiting(found, now)
    verification.require_client(found, registry, disabled_at)
    verification.require_few_entries(found)
    return found


def device_step(
    registry: Registry, request: DeviceRequest | None, disabled_at: int | None, visitor: Visitor | None, now: int
) -> DeviceStep:
    """What the person who typed the code does next (RFC 8628 section 3.3, RFC 10027 section 6.1)."""
    found = verification.require_known(request)
    verification.require_waiting(found, now)
    client = verification.require_client(found, registry, disabled_at)
    person = verification.fresh_visitor(visitor, now)
    if person is None:
        return AskFreshSignIn(found, client)
    scopes = verification.require_grantable(found, client, person, registry)
    return AskDevice(found, client, person, scopes)


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
    grant = family.require_living_grant(facts)
    family.require_living_session(grant, facts, now)
    person = family.require_person(grant, facts)
    scopes = require_scopes(grant.scopes, client, person, registry)
    target = require_target(request.resources, grant.resources, scopes, registry)
    target = details.require_granted(request.details, grant.details, target, registry.contract)
    return device.exchange_device_code(registry, waiting, Entitlement(client, key, grant, person, target), now, fresh)


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
    granted = acting.granted_details(subject, client)
    target = details.require_granted(request.details, granted, target, registry.contract)
    return acting.act_for_person(
        registry, subject, Entitlement(client, key, grant, person, target), request, now, fresh
    )


def api_key_exchange(
    registry: Registry, who: AuthenticatedClient, request: KeyRequest, facts: KeyFacts, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """A partner exchanges its API key for a short token (RFC 8693 section 2)."""
    client, key = who.rule, who.holder
    token.require_grant_allowed(client, request.grant_type)
    partner.require_api_keys(client)
    holder.require_key(client, key)
    found = partner.require_known_key(request, facts)
    partner.require_key_of_client(found, client)
    partner.require_living_key(found, now)
    scopes = partner.require_key_scopes(request.scopes, found, client)
    target = require_target(named_services(request, registry), frozenset(), scopes, registry)
    target = details.require_own(request.details, target, client, registry.contract)
    return partner.token_for_key(registry, found, client, key, target, now, fresh)


def revocation(client: ClientRule, presented: Presented, keys: KeySet, now: float) -> Decided[None]:
    """RFC 7009 section 2."""
    match presented:
        case RefreshToken():
            revoke.require_own_token(presented, client)
            return revoke.revoke_grant(presented, client, now)
        case AccessToken():
            revoke.require_own_token(presented, client)
            return revoke.revoke_access_token(presented, now)
        case str():
            revoke.refuse_id_token(presented, keys)
            return revoke.NOTHING


def introspection(
    registry: Registry, client: ClientRule, presented: Presented, facts: TokenFacts, signed: bool, now: float
) -> Decided[introspect.Told]:
    """RFC 7662 section 2. `signed`: the answer will be a JWT (RFC 9701 section 4)."""
    introspect.require_confidential(client)
    introspect.require_signed(client, signed)
    match presented:
        case RefreshToken() if introspect.refresh_token_lives(client, presented, facts, now):
            return introspect.active_refresh_token(registry, client, presented, facts, now)
        case AccessToken() if introspect.may_see(client, presented, registry) and lives(
            registry, presented, facts, now
        ):
            return introspect.active_access_token(client, presented, now)
        case _:
            return introspect.inactive(client, now)


def user_info(registry: Registry, token: AccessToken, facts: TokenFacts, now: float) -> dict[str, object]:
    """OpenID Connect Core section 5.3. The token's signature, issuer and lifetime are checked when it is read."""
    access_token.require_living(registry, token, facts, now)
    userinfo.require_openid(token)
    return userinfo.person_claims(token, facts)


def push(
    registry: Registry, who: AuthenticatedClient, form: Parameters, keys: KeySet, now: float, fresh: Fresh
) -> Decided[Named]:
    """RFC 9126 section 2.1. What the authorization endpoint would refuse is refused here already."""
    told = signed_request(registry, pushed.own_parameters(form, who.rule), opened=False, now=now)
    brought = pushed.named_key(told, who.holder)
    address = return_address(registry, brought.pairs, None)
    authorization_request(registry, brought, address, keys)
    return pushed.keep(brought, who.rule, now, fresh)


def pushed_request(pairs: Sequence[tuple[str, str]], facts: PushedFacts, now: float) -> Brought:
    """The request behind the name that a browser brings (RFC 9126 section 4). What fails here is shown on a page."""
    request = pushed.require_known(facts)
    pushed.require_of_client(request, given_once(pairs))
    pushed.require_unspent(request)
    pushed.require_in_time(request, facts, now)
    return pushed.brought_by(request, facts)


def signed_request(registry: Registry, brought: Brought, opened: bool, now: float) -> Brought:
    """The request itself, or the one in the object that its client signed (RFC 9101 section 6). What fails here goes
    nowhere: whether the client asked for any of it is not known. The checks of the request refuse the object of a
    client without keys."""
    once = given_once(brought.pairs)
    if "request" not in once:
        return brought
    client = authorize.require_known_client(once, registry)
    if client.id not in registry.keys:
        return brought
    claims = request_object.require_signed(once["request"], registry.keys[client.id])
    request_object.require_of_client(claims, client)
    request_object.require_for_issuer(claims, registry.issuer)
    request_object.require_near_times(claims, opened, now)
    return request_object.parameters(claims, brought)


def return_address(registry: Registry, pairs: Sequence[tuple[str, str]], disabled_at: int | None) -> ReturnAddress:
    """To whom the answer of an authorization request goes. What fails here is shown on a page instead (RFC 6749 section
    4.1.2.1)."""
    once = authorize.given_once(pairs)
    client = authorize.require_known_client(once, registry)
    authorize.require_enabled(disabled_at)
    redirect_uri = require_redirect_uri(once.get("redirect_uri"), client)
    return ReturnAddress(client, redirect_uri, authorize.mode_or_query(once), authorize.state_or_none(once))


def authorization_request(
    registry: Registry, brought: Brought, address: ReturnAddress, keys: KeySet
) -> AuthorizationRequest:
    """RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 8707 section 2.1, RFC 9396 section 3, OpenID Connect Core
    section 3.1.2.1. What fails here goes to the client."""
    given = require_no_repetition(brought.pairs)
    authorize.require_bounded(given, address)
    require_pushed(brought, address.client)
    require_signed(brought, address.client)
    authorize.require_response_mode(given, address.client)
    authorize.require_no_request_object(given)
    authorize.require_response_type(given)
    token.require_grant_allowed(address.client, GrantType.AUTHORIZATION_CODE)
    challenge = pkce.require_challenge(given.get("code_challenge"), given.get("code_challenge_method"))
    scopes = authorize.require_scopes(given, address.client, registry)
    services = require_reached(read_resources(given), scopes, registry)
    wanted = details.require_details(details.read_details(given), address.client, scopes, registry.contract)
    prompts = openid.require_prompts(given)
    max_age = openid.require_max_age(given)
    claims = openid.require_claims(given)
    hint = openid.require_hint(given, keys, registry)
    return AuthorizationRequest(
        address=address,
        scopes=scopes,
        challenge=challenge,
        prompts=prompts,
        max_age=max_age,
        nonce=given.get("nonce"),
        login_hint=given.get("login_hint", ""),
        claims=claims,
        named=openid.named_subjects(claims, hint),
        acrs=openid.needed_acrs(claims),
        key=holder.require_named_key(given),
        resources=services,
        details=wanted,
        spends=brought.spends,
        ends=brought.ends,
    )


def next_step(registry: Registry, request: AuthorizationRequest, visit: Visit, now: int) -> Step:
    """What the person does next (OpenID Connect Core sections 3.1.2.3 and 3.1.2.4)."""
    visitor = interaction.may_go_on(request, visit, now)
    if visitor is None or not interaction.has_chosen(request, visit):
        interaction.require_page_allowed(request, LoginRequired(Reason.SIGN_IN_NEEDED))
        return AskSignIn(known=visitor)
    interaction.require_named(request, visitor)
    interaction.require_acr(request, visitor)
    scopes = interaction.require_grantable(request, visitor, registry)
    details.require_grantable(request.details, scopes, registry.contract)
    question = consent.question(request, scopes, visit.consent)
    if question is not None:
        interaction.require_page_allowed(request, ConsentRequired(Reason.CONSENT_NEEDED))
        return AskConsent(visitor, scopes, question)
    return Ready(visitor, scopes)


def logout_request(registry: Registry, parameters: Parameters, keys: KeySet) -> LogoutRequest:
    """RP-Initiated Logout section 2."""
    hint = openid.require_hint(parameters, keys, registry)
    client = logout.require_one_client(parameters, hint, registry)
    back = logout.require_registered_return(parameters, client)
    state = logout.require_bounded_state(parameters)
    return LogoutRequest(client, hint, back, state)


def wanted_to_register(
    contract: Contract, request: registration.Request, kept: InitialAccessToken | None, now: int
) -> Wanted:
    """What has to be fetched before it can register. Every check but those of what is there is passed then."""
    opened = registration.require_open(contract)
    token = registration.read_bearer(request.authorization)
    registration.require_initial_access(token, opened, kept, now)
    return wanted_of(read_metadata(read_members(request.content_type, request.body), contract, opened))


def register(
    contract: Contract,
    request: registration.Request,
    kept: InitialAccessToken | None,
    found: Found,
    now: int,
    fresh: Fresh,
) -> Decided[Registration]:
    """RFC 7591 section 3.1. `kept`: the token that came, where it is none of the contract's."""
    opened = registration.require_open(contract)
    token = registration.read_bearer(request.authorization)
    by = registration.require_initial_access(token, opened, kept, now)
    members = read_members(request.content_type, request.body)
    metadata = read_metadata(members, contract, opened)
    require_found(wanted_of(metadata), found)
    return registration.added(metadata, found, by, opened.most, request.peer, now, fresh)


def read_registration(
    contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient]
) -> Registration:
    """RFC 7592 section 2.1. The secret is not shown again: only its hash is kept."""
    registration.require_open(contract)
    token = registration.read_bearer(request.authorization)
    return Registration(registration.require_own(token, request.client, clients), token)


def wanted_to_change(contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient]) -> Wanted:
    """As `wanted_to_register`, for a change."""
    opened = registration.require_open(contract)
    client = registration.require_own(registration.read_bearer(request.authorization), request.client, clients)
    registration.require_match(client, request.if_match)
    members = read_members(request.content_type, request.body)
    registration.require_update_of(client, members)
    return wanted_of(read_metadata(members, contract, opened), client.logo_uri)


def change_registration(
    contract: Contract,
    request: registration.Request,
    clients: Sequence[RegisteredClient],
    found: Found,
    now: int,
    fresh: Fresh,
) -> Decided[Registration]:
    """RFC 7592 section 2.2."""
    opened = registration.require_open(contract)
    token = registration.read_bearer(request.authorization)
    client = registration.require_own(token, request.client, clients)
    registration.require_match(client, request.if_match)
    members = read_members(request.content_type, request.body)
    registration.require_update_of(client, members)
    metadata = read_metadata(members, contract, opened)
    require_found(wanted_of(metadata, client.logo_uri), found)
    return registration.changed(client, token, metadata, found, request.peer, now, fresh)


def end_registration(
    contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient], now: int
) -> Plan:
    """RFC 7592 section 2.3."""
    registration.require_open(contract)
    token = registration.read_bearer(request.authorization)
    client = registration.require_own(token, request.client, clients)
    registration.require_match(client, request.if_match)
    return registration.ended(client, request.peer, now)
