"""The authorization endpoint, and the one where requests are pushed: from a request to what the person does next."""

from collections.abc import Sequence

from ostiary.contract.model import GrantType
from ostiary.issuer import authorize, consent, details, holder, interaction, pkce, pushed, request_object, token
from ostiary.issuer import openid_parameters as openid
from ostiary.issuer.authorize import AuthorizationRequest, ReturnAddress, given_once
from ostiary.issuer.brought import Brought, require_pushed, require_signed
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decided
from ostiary.issuer.form import Parameters, require_no_repetition
from ostiary.issuer.interaction import AskConsent, AskSignIn, Ready, Step, Visit
from ostiary.issuer.pushed import Named, PushedFacts
from ostiary.issuer.redirect_uris import require_redirect_uri
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import read_resources, require_reached
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import ConsentRequired, InteractionRequired, LoginRequired
from ostiary.model.fresh import Fresh
from ostiary.model.reasons import Reason


def push(
    registry: Registry, who: AuthenticatedClient, form: Parameters, keys: KeySet, now: float, fresh: Fresh
) -> Decided[Named]:
    """RFC 9126 section 2.1. What the authorization endpoint would refuse is refused here already."""
    told = signed_request(registry, pushed.own_parameters(form, who.rule), opened=False, now=now)
    brought = pushed.named_key(told, who.holder)
    address = return_address(registry, brought, None)
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
    request_object.require_in_time(claims, opened, now)
    request_object.require_near_times(claims, client)
    return request_object.parameters(claims, brought)


def return_address(registry: Registry, brought: Brought, disabled_at: int | None) -> ReturnAddress:
    """To whom the answer of an authorization request goes. What fails here is shown on a page instead (RFC 6749 section
    4.1.2.1). So is what a client pushes and nobody pushed: anybody could make such a link, which would lead from here
    to wherever a client that registered itself wants (RFC 9700 section 4.11.2)."""
    once = authorize.given_once(brought.pairs)
    client = authorize.require_known_client(once, registry)
    authorize.require_enabled(disabled_at)
    require_pushed(brought, client)
    redirect_uri = require_redirect_uri(once.get("redirect_uri"), client)
    return ReturnAddress(client, redirect_uri, authorize.mode_or_query(once), authorize.state_or_none(once))


def authorization_request(
    registry: Registry, brought: Brought, address: ReturnAddress, keys: KeySet
) -> AuthorizationRequest:
    """RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 8707 section 2.1, RFC 9396 section 3, OpenID Connect Core
    section 3.1.2.1. What fails here goes to the client."""
    given = require_no_repetition(brought.pairs)
    authorize.require_bounded(given, address)
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
    """What the person does next (OpenID Connect Core sections 3.1.2.3 and 3.1.2.4, RFC 8252 section 8.6)."""
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
    if not interaction.may_go_unseen(request, visit):
        interaction.require_page_allowed(request, InteractionRequired(Reason.CLIENT_UNPROVEN))
        return AskSignIn(known=visitor)
    return Ready(visitor, scopes)
