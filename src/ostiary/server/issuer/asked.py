"""What an authorization request asks and who is there: read and loaded for the endpoint and for its pages' forms."""

from collections.abc import Sequence

from ostiary.issuer import flows
from ostiary.issuer.authorize import AuthorizationRequest, ReturnAddress, given_once
from ostiary.issuer.brought import Brought
from ostiary.issuer.form import read_pairs
from ostiary.issuer.interaction import Passed, Visit
from ostiary.issuer.pushed import PushedFacts, name_of
from ostiary.issuer.redirect_uris import origin_of
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import InvalidRequest, OAuthError
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from ostiary.people.records import Consent
from ostiary.people.sessions import Visitor
from ostiary.server.issuer.browser import Browser, browser_of, read_passed, with_opened
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import MOST_QUERY, Incoming


@frozen
class Asked:
    """An authorization request whose every check is passed, and the browser that brings it.

    `query`: its own parameters. `whole`: with the proof of what was passed for it. `again`: what to come back with.
    """

    request: AuthorizationRequest
    browser: Browser
    visit: Visit
    query: bytes
    whole: bytes
    again: bytes

    @property
    def is_new(self) -> bool:
        """It ends, and its page has no address yet that can be reloaded after that."""
        return self.request.ends and self.whole == self.query

    @property
    def sends_to(self) -> tuple[str, ...]:
        """Where a form on the request's pages may lead in the end."""
        return (origin_of(self.request.address.redirect_uri),)


class ToClient(Exception):
    """The request fails, and its client is to be told."""

    def __init__(self, address: ReturnAddress, error: OAuthError) -> None:
        super().__init__()
        self.address = address
        self.error = error


async def read(desk: Desk, incoming: Incoming) -> Asked:
    """Read the request and load what it is about. Raises OAuthError, and ToClient once the client may be told."""
    browser = await browser_of(desk, incoming)
    query, passed = read_passed(desk, browser, incoming.query)
    if len(query) > MOST_QUERY:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "too long")
    now = desk.clock()
    await _freshen_keys(desk, read_pairs(query), now)
    brought = await _brought(desk, query, passed, now)
    named = desk.registry.client(given_once(brought.pairs).get("client_id", ""))
    disabled_at = None if named is None else await desk.store.client_disabled_at(named.id)
    address = flows.return_address(desk.registry, brought, disabled_at)
    try:
        request = flows.authorization_request(desk.registry, brought, address, desk.keys.at(now).published)
    except OAuthError as error:
        raise ToClient(address, error) from None
    consent = await _consent(desk, browser.visitor, address.client.id)
    again = with_opened(desk, browser, query) if request.ends else query
    return Asked(request, browser, Visit(browser.visitor, consent, passed), query, incoming.query, again)


async def _freshen_keys(desk: Desk, pairs: Sequence[tuple[str, str]], now: float) -> None:
    """Of the client that signed a request object, where it brings one and keeps its keys elsewhere."""
    once = dict(pairs)
    client = desk.registry.client(once.get("client_id", ""))
    if client is not None and "request" in once:
        await desk.freshen_keys(client, once["request"], now)


async def _brought(desk: Desk, query: bytes, passed: Passed, now: float) -> Brought:
    """The request itself, or the one that was pushed or signed. Raises OAuthError."""
    pairs, opened = read_pairs(query), passed is not Passed.NOTHING
    uri = name_of(pairs)
    if uri is None:
        return flows.signed_request(desk.registry, Brought(pairs), opened, now)
    found = await desk.store.pushed_request(token_hash(uri.reveal()))
    return flows.pushed_request(pairs, PushedFacts(uri, found, opened), now)


async def _consent(desk: Desk, visitor: Visitor | None, client: ClientId) -> Consent | None:
    return None if visitor is None else await desk.store.consent(visitor.person.subject, client)
