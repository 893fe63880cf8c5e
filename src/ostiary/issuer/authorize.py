"""The authorization endpoint: what OAuth 2.1 asks of its request, check by check (RFC 6749 section 4.1.1).

`flows` has the order. Up to the return address errors are shown on a page; after it they go to the client.
"""

import re
from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum
from typing import Final

from ostiary.contract.model import ClientRule, GrantType
from ostiary.contract.rights import OFFLINE_ACCESS
from ostiary.issuer.form import Parameters, require
from ostiary.issuer.openid_parameters import Prompt
from ostiary.issuer.redirect_uris import RegisteredRedirectUri
from ostiary.issuer.registry import Registry
from ostiary.issuer.scopes import read_scope, require_allowed
from ostiary.model.errors import (
    InvalidRequest,
    InvalidScope,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, Subject, Thumbprint, TokenHash
from ostiary.model.reasons import Reason

RESPONSE_TYPE: Final = "code"
LONGEST: Final = {"state": 2048, "nonce": 512, "login_hint": 254, "ui_locales": 256, "acr_values": 512}
"""Characters."""
_STATE: Final = re.compile(r"[\x20-\x7e]{1,2048}")


class ResponseMode(StrEnum):
    """OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode section 2, and
    JARM section 2.3."""

    QUERY = "query"
    FORM_POST = "form_post"
    QUERY_JWT = "query.jwt"
    FORM_POST_JWT = "form_post.jwt"
    JWT = "jwt"
    """For a code the same as QUERY_JWT (section 2.3.4)."""


SIGNED_MODES: Final = frozenset({ResponseMode.QUERY_JWT, ResponseMode.FORM_POST_JWT, ResponseMode.JWT})
POSTED_MODES: Final = frozenset({ResponseMode.FORM_POST, ResponseMode.FORM_POST_JWT})


@frozen
class ReturnAddress:
    """Where every answer to this request may go, errors as well. Only `flows.return_address` builds it."""

    client: ClientRule
    redirect_uri: RegisteredRedirectUri
    mode: ResponseMode
    state: str | None = field(repr=False)


@frozen
class AuthorizationRequest:
    """Every check of the request itself is passed. `max_age` in seconds. `named`: whom it is about."""

    address: ReturnAddress
    scopes: frozenset[Scope]
    challenge: str
    prompts: frozenset[Prompt]
    max_age: int | None = None
    nonce: str | None = None
    login_hint: str = ""
    claims: str | None = None
    named: frozenset[Subject] | None = None
    """None: anybody."""
    acrs: frozenset[str] | None = None
    """Of which the sign-in has to be one; None: any."""
    key: Thumbprint | None = None
    """With which the code is good; None: any (RFC 9449 section 10)."""
    resources: frozenset[str] = frozenset()
    """Of RFC 8707; none: all that the scopes reach."""
    details: str | None = None
    """Of RFC 9396, as canonical JSON."""
    spends: TokenHash | None = None
    """The pushed request that this is."""
    ends: bool = False
    """Whether it could be brought only for a while."""


def given_once(pairs: Sequence[tuple[str, str]]) -> Parameters:
    """What can be believed before it is known whether anything stands twice: that which does not."""
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if value and names.count(name) == 1}


def require_known_client(once: Parameters, registry: Registry) -> ClientRule:
    """Raise UnauthorizedClient where the contract has no client of this name."""
    client = registry.client(require(once, "client_id"))
    if client is None:
        raise UnauthorizedClient(Reason.CLIENT_UNKNOWN)
    return client


def require_enabled(disabled_at: int | None) -> None:
    """Raise UnauthorizedClient where the client was revoked."""
    if disabled_at is not None:
        raise UnauthorizedClient(Reason.CLIENT_DISABLED)


def mode_or_query(once: Parameters) -> ResponseMode:
    """How errors go back even where `response_mode` is one of them."""
    mode = once.get("response_mode", "")
    return ResponseMode(mode) if mode in list(ResponseMode) else ResponseMode.QUERY


def state_or_none(once: Parameters) -> str | None:
    """What goes back with an error even where `state` is one."""
    state = once.get("state")
    return state if state is not None and _STATE.fullmatch(state) else None


def require_bounded(parameters: Parameters, address: ReturnAddress) -> None:
    """Raise InvalidRequest for a value that is too long, or a state that is not of its characters (RFC 6749 appendix
    A.5)."""
    for name, most in LONGEST.items():
        if len(parameters.get(name, "")) > most:
            raise InvalidRequest(Reason.PARAMETER_INVALID, name)
    if parameters.get("state") != address.state:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "state")


def require_response_mode(parameters: Parameters, client: ClientRule) -> None:
    """Raise InvalidRequest for a mode that is not served, and for one that signs nothing where the client's profile
    wants signed answers (FAPI 2.0 Message Signing section 5.4)."""
    mode = parameters.get("response_mode", ResponseMode.QUERY)
    if mode not in list(ResponseMode):
        raise InvalidRequest(Reason.RESPONSE_MODE_UNSUPPORTED, "response_mode")
    if client.profile.signed_answers and mode not in SIGNED_MODES:
        raise InvalidRequest(Reason.ANSWER_NOT_SIGNED, "response_mode")


def require_no_request_object(parameters: Parameters) -> None:
    """Raise the error of each parameter that is not served (OpenID Connect Core sections 3.1.2.6 and 7.2.1)."""
    if "request" in parameters:
        raise RequestNotSupported(Reason.REQUEST_OBJECT_UNSUPPORTED)
    if "request_uri" in parameters:
        raise RequestUriNotSupported(Reason.REQUEST_OBJECT_UNSUPPORTED)
    if "registration" in parameters:
        raise RegistrationNotSupported(Reason.REQUEST_OBJECT_UNSUPPORTED)


def require_response_type(parameters: Parameters) -> None:
    """Raise UnsupportedResponseType unless it is `code`, the only one of OAuth 2.1."""
    if require(parameters, "response_type") != RESPONSE_TYPE:
        raise UnsupportedResponseType(Reason.RESPONSE_TYPE_UNSUPPORTED)


def require_scopes(parameters: Parameters, client: ClientRule, registry: Registry) -> frozenset[Scope]:
    """Raise InvalidScope unless the client may ask for all of them, and there is one (RFC 6749 section 3.3).

    offline_access is left out for a client whose kind has no refresh tokens (OpenID Connect Core section 11): it would
    only keep its tokens from ending with the session.
    """
    if "scope" not in parameters:
        raise InvalidScope(Reason.PARAMETER_MISSING, "scope")
    asked = read_scope(parameters["scope"])
    scopes = asked if GrantType.REFRESH_TOKEN in client.profile.grants else asked - {OFFLINE_ACCESS}
    if not scopes:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    require_allowed(scopes, client, registry.contract)
    return scopes
