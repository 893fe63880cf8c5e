"""Web clients whose tokens are kept here (RFC 10017): sign-in, its answer, and the session behind a cookie."""

from ostiary.contract.model import ClientRule
from ostiary.issuer import web_login as login
from ostiary.issuer import web_session as sessions
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.decision import Decided
from ostiary.issuer.family import GrantFacts
from ostiary.issuer.flows.grants import authorization_code
from ostiary.issuer.form import Parameters
from ostiary.issuer.registry import Registry
from ostiary.issuer.token import CodeRequest, Tokens
from ostiary.issuer.web_login import Begun, Wish
from ostiary.issuer.web_records import WebSession
from ostiary.model.fresh import Fresh


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
) -> Decided[Tokens]:
    """The code of that response for tokens, as any client exchanges it."""
    login.require_first_use(facts)
    login.require_nonce(begun, facts)
    decision = authorization_code(registry, who, request, facts, now, fresh)
    assert isinstance(decision, Decided), "nothing but a code used twice ends a family"
    return decision


def web_session(
    registry: Registry, web: WebSession | None, client: ClientRule, facts: GrantFacts, now: float
) -> WebSession:
    """Whether the session that a cookie names still holds."""
    found = sessions.require_session(registry, web, client, now)
    sessions.require_behind_it(facts, now)
    return found
