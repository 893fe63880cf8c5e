"""Signing out at a client's wish (OpenID Connect RP-Initiated Logout 1.0). Its errors are always shown on a page."""

from dataclasses import field
from urllib.parse import urlencode

from ostiary.contract.model import LONGEST_ACCESS_TOKEN, ClientRule
from ostiary.issuer.form import Parameters
from ostiary.issuer.id_token_hint import IdTokenHint
from ostiary.issuer.redirect_uris import RegisteredRedirectUri, require_post_logout_redirect_uri
from ostiary.issuer.registry import Registry
from ostiary.model.errors import InvalidRequest, UnauthorizedClient
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason
from ostiary.people.sessions import Lifetimes, Visitor

LONGEST_STATE = 2048


@frozen
class LogoutRequest:
    """Every check is passed. `back`: where the person may return to, with the client's state."""

    client: ClientRule | None
    hint: IdTokenHint | None
    back: RegisteredRedirectUri | None = None
    state: str | None = field(default=None, repr=False)


def require_one_client(parameters: Parameters, hint: IdTokenHint | None, registry: Registry) -> ClientRule | None:
    """Who asks. Raises InvalidRequest where hint and `client_id` name different clients (section 2), and
    UnauthorizedClient where the contract has none of that name."""
    id = parameters.get("client_id") or (hint.audience[0] if hint and hint.audience else None)
    if id is None:
        return None
    if hint is not None and id not in hint.audience:
        raise InvalidRequest(Reason.LOGOUT_HINT_INVALID, "client_id")
    client = registry.client(id)
    if client is None:
        raise UnauthorizedClient(Reason.CLIENT_UNKNOWN)
    return client


def require_registered_return(parameters: Parameters, client: ClientRule | None) -> RegisteredRedirectUri | None:
    """Raise InvalidRequest unless the URI is one of the client that asks, to the letter (section 3)."""
    uri = parameters.get("post_logout_redirect_uri")
    if uri is None:
        return None
    if client is None:
        raise InvalidRequest(Reason.PARAMETER_MISSING, "client_id")
    return require_post_logout_redirect_uri(uri, client)


def require_bounded_state(parameters: Parameters) -> str | None:
    """Raise InvalidRequest where it is too long."""
    state = parameters.get("state")
    if state is not None and len(state) > LONGEST_STATE:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "state")
    return state


def is_about(request: LogoutRequest, visitor: Visitor) -> bool:
    """Whether the hint names the session of this browser. Otherwise only the person can end it (section 2)."""
    hint = request.hint
    if hint is None or hint.subject != visitor.person.subject:
        return False
    return hint.session is None or hint.session == visitor.session.id


def location(request: LogoutRequest) -> str | None:
    """Where the person returns to, state included (section 3)."""
    if request.back is None or request.state is None:
        return request.back
    return f"{request.back}{'&' if '?' in request.back else '?'}{urlencode((('state', request.state),))}"


def lifetimes(registry: Registry) -> Lifetimes:
    """Of sessions, and of whatever a session has let out."""
    contract = registry.contract
    return Lifetimes(contract.session_idle_seconds, contract.session_absolute_seconds, LONGEST_ACCESS_TOKEN)
