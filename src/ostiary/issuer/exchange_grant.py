"""A service acts for the person whose access token it was given (RFC 8693).

The new token is never worth more than the old one: not in scopes, services or time. It stands on the same grant and
session, so that it dies with them, and `act` says who acts.
"""

from dataclasses import replace
from typing import Final

import orjson

from ostiary.contract.model import ClientRule
from ostiary.issuer.access_token import AccessToken, TokenFacts, lives, require_access_token, scopes_left
from ostiary.issuer.access_token_claims import person_claims
from ostiary.issuer.decision import Decided
from ostiary.issuer.details import PARAMETER
from ostiary.issuer.exchange_request import ACCESS_TOKEN, ActRequest
from ostiary.issuer.holder import Holder
from ostiary.issuer.introspect import may_see
from ostiary.issuer.issue import Entitlement, issued_to_person
from ostiary.issuer.records import Grant
from ostiary.issuer.registry import Registry
from ostiary.issuer.scopes import require_allowed
from ostiary.issuer.token import Tokens, token_type
from ostiary.keys.keyset import KeySet
from ostiary.model.actors import GRANTED_TO, act_of, actors_of
from ostiary.model.errors import InvalidRequest, InvalidScope, InvalidToken, UnauthorizedClient
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import Person

MOST_ACTORS: Final = 4
"""In one chain: services that call services. A longer one is a loop."""
SUBJECT: Final = "subject_token"


@frozen
class SubjectFacts:
    """The subject token, or why it is none of ours, and what stands behind it."""

    token: AccessToken | Reason
    behind: TokenFacts


def read_subject_token(request: ActRequest, keys: KeySet, issuer: str, now: float) -> AccessToken | Reason:
    """The access token, or what is wrong with it."""
    try:
        return require_access_token(request.subject.reveal(), keys, issuer, now)
    except InvalidToken as refused:
        return refused.reason


def require_acting(client: ClientRule) -> None:
    """Raise UnauthorizedClient unless the contract says that the client acts for people."""
    if not client.acts_for_people:
        raise UnauthorizedClient(Reason.ACTING_NOT_ALLOWED)


def require_subject_token(facts: SubjectFacts) -> AccessToken:
    """Raise InvalidRequest unless it is an access token of ours that has not expired (section 2.2.2)."""
    if isinstance(facts.token, Reason):
        raise InvalidRequest(facts.token, SUBJECT)
    return facts.token


def require_reached_client(token: AccessToken, client: ClientRule, registry: Registry) -> None:
    """Raise InvalidRequest unless the token is for the service that the client is, or was issued to it: whatever else
    it holds, it was never meant to have."""
    if not may_see(client, token, registry):
        raise InvalidRequest(Reason.TOKEN_AUDIENCE, SUBJECT)


def require_living(registry: Registry, token: AccessToken, facts: SubjectFacts, now: float) -> None:
    """Raise InvalidRequest where the token, or anything that it stands on, was revoked."""
    if not lives(registry, token, facts.behind, now):
        raise InvalidRequest(Reason.TOKEN_REVOKED, SUBJECT)


def require_person(facts: SubjectFacts) -> tuple[Grant, Person]:
    """For whom the service would act. Raises InvalidRequest for a token of a client that acts for itself."""
    grant, person = facts.behind.grant, facts.behind.person
    if grant is None or person is None:
        raise InvalidRequest(Reason.SUBJECT_IS_NO_PERSON, SUBJECT)
    return grant, person


def require_may_act(token: AccessToken, client: ClientRule) -> None:
    """Raise InvalidRequest where `may_act` of the token names another actor (section 4.4)."""
    named = token.claims.get("may_act")
    if named is not None and named != {"sub": client.id}:
        raise InvalidRequest(Reason.ACTOR_IS_ANOTHER, SUBJECT)


def require_short_chain(token: AccessToken) -> None:
    """Raise InvalidRequest where as many have acted already as may in one chain."""
    if len(actors_of(token.claims)) >= MOST_ACTORS:
        raise InvalidRequest(Reason.ACTORS_TOO_MANY, SUBJECT)


def require_own_key(token: AccessToken, client: ClientRule, holder: Holder | None) -> None:
    """Raise InvalidRequest for a token that is bound to a key, unless the contract trusts the service to have checked
    the proof that came with it, and the service shows a key of its own.

    The service cannot prove to hold the key of the person's client, so nobody here can tell whether the token was
    stolen on its way. And what is bound once stays bound: its successor is no bearer token.
    """
    if "cnf" not in token.claims:
        return
    if not client.takes_bound_tokens:
        raise InvalidRequest(Reason.SUBJECT_TOKEN_BOUND, SUBJECT)
    if holder is None:
        raise InvalidRequest(Reason.PROOF_REQUIRED, SUBJECT)


def require_narrower(
    asked: frozenset[Scope] | None, token: AccessToken, client: ClientRule, registry: Registry
) -> frozenset[Scope]:
    """The scopes asked for, or those that the token is good for. Raises InvalidScope for one that the token or the
    client has not."""
    had = scopes_left(registry, token)
    if asked is None:
        return had
    require_allowed(asked, client, registry.contract)
    if not asked <= had:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    return asked


def granted_details(token: AccessToken) -> str | None:
    """Those of the token: which of them the client may have is for the contract to say."""
    elements = token.claims.get(PARAMETER)
    return orjson.dumps(elements).decode() if isinstance(elements, list) else None


def act_for_person(
    registry: Registry, token: AccessToken, who: Entitlement, request: ActRequest, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """An access token and nothing else: who wants to go on acting comes with a living token again."""
    seconds = min(who.client.profile.access_token_seconds, token.expires_at - int(now))
    actors = (who.client.id, *actors_of(token.claims))
    access = person_claims(registry, who.client, who.holder, who.grant, who.person, who.target, int(now), fresh)
    access |= {"exp": int(now) + seconds, "act": act_of(actors), GRANTED_TO: who.grant.client}
    tokens = Tokens(access, seconds, type=token_type(who.holder), issued_type=ACCESS_TOKEN)
    event = replace(issued_to_person(who, tokens, request.grant_type, now), actors=actors)
    return Decided(Plan((), (event,)), tokens)
