"""What the person at the browser does before the client gets its answer: signs in, consents, or neither.

Times are seconds since the epoch.
"""

from enum import StrEnum
from typing import Final

from ostiary.contract.rights import for_person
from ostiary.issuer.authorize import AuthorizationRequest
from ostiary.issuer.consent import Question
from ostiary.issuer.openid_parameters import Prompt
from ostiary.issuer.redirect_uris import is_assured
from ostiary.issuer.registry import Registry
from ostiary.model.errors import AccessDenied, LoginRequired, OAuthError, UnmetAuthenticationRequirements
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason
from ostiary.people.records import Consent
from ostiary.people.sessions import Visitor


class Passed(StrEnum):
    """What this browser has done for this very request, proven by a form token."""

    NOTHING = "nothing"
    OPENED = "opened"
    """Came with a pushed or signed request in time."""
    CHOSE = "chose"
    """Said to go on with the account that is signed in."""
    SIGNED_IN = "signed-in"


_HERE: Final = (Passed.CHOSE, Passed.SIGNED_IN)
"""The person did something."""


@frozen
class Visit:
    """Who is at the browser, what they agreed to earlier, and what they have done for this request."""

    visitor: Visitor | None
    consent: Consent | None
    passed: Passed = Passed.NOTHING


@frozen
class AskSignIn:
    """`known`: who may go on without signing in anew, where the request asks for a choice."""

    known: Visitor | None


@frozen
class AskConsent:
    visitor: Visitor
    scopes: frozenset[Scope]
    question: Question


@frozen
class Ready:
    """Nothing is left to ask: these scopes are the client's."""

    visitor: Visitor
    scopes: frozenset[Scope]


Step = AskSignIn | AskConsent | Ready


def may_go_on(request: AuthorizationRequest, visit: Visit, now: int) -> Visitor | None:
    """The visitor, where the request does not ask them to sign in anew (OpenID Connect Core section 3.1.2.3).

    Having signed in for this request answers every wish for a fresh sign-in, a choice, or another person. A sign-in
    whose age is `max_age` to the second may be older by a part of one, as a gateway sees it, and would be sent back.
    """
    visitor = visit.visitor
    if visitor is None or visit.passed is Passed.SIGNED_IN:
        return visitor
    stale = request.max_age is not None and now - visitor.session.auth_time >= request.max_age
    if Prompt.LOGIN in request.prompts or stale or not is_named(request, visitor):
        return None
    return visitor


def has_chosen(request: AuthorizationRequest, visit: Visit) -> bool:
    return Prompt.SELECT_ACCOUNT not in request.prompts or visit.passed in _HERE


def may_go_unseen(request: AuthorizationRequest, visit: Visit) -> bool:
    """Whether the person need not be asked where nothing else is to be asked: an app that only says to be the client
    gets nothing behind their back (RFC 8252 section 8.6, RFC 6749 section 10.2)."""
    return visit.passed in _HERE or is_assured(request.address.redirect_uri, request.address.client)


def require_page_allowed(request: AuthorizationRequest, error: OAuthError) -> None:
    """Raise the error where the client wants no page to be shown (section 3.1.2.6)."""
    if Prompt.NONE in request.prompts:
        raise error


def require_named(request: AuthorizationRequest, visitor: Visitor) -> None:
    """Raise LoginRequired where somebody else signed in than the request is about (section 3.1.2.2)."""
    if not is_named(request, visitor):
        raise LoginRequired(Reason.OTHER_PERSON)


def is_named(request: AuthorizationRequest, visitor: Visitor) -> bool:
    return request.named is None or visitor.person.subject in request.named


def require_acr(request: AuthorizationRequest, visitor: Visitor) -> None:
    """Raise UnmetAuthenticationRequirements where an essential `acr` cannot be had (section 5.5.1.1)."""
    if request.acrs is not None and visitor.session.acr not in request.acrs:
        raise UnmetAuthenticationRequirements(Reason.ACR_UNMET)


def require_grantable(request: AuthorizationRequest, visitor: Visitor, registry: Registry) -> frozenset[Scope]:
    """What this person can give of what is asked. Raises AccessDenied where that is nothing."""
    scopes = for_person(request.scopes, request.address.client, visitor.person.roles, registry.contract)
    if not scopes:
        raise AccessDenied(Reason.SCOPE_NOT_ALLOWED)
    return scopes
