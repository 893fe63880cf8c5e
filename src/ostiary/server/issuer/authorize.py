"""The authorization endpoint: loads who is there and what they agreed to, and shows what `flows.next_step` says."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from ostiary.issuer import answer as answers
from ostiary.issuer import flows
from ostiary.issuer.answer import AuthorizationAnswer
from ostiary.issuer.authorize import POSTED_MODES, AuthorizationRequest, ReturnAddress, given_once
from ostiary.issuer.brought import Brought
from ostiary.issuer.consent import appearance, in_words
from ostiary.issuer.details import in_words as details_in_words
from ostiary.issuer.form import read_pairs
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.interaction import AskConsent, AskSignIn, Passed, Ready, Visit
from ostiary.issuer.jarm import signed_where_asked
from ostiary.issuer.pushed import PushedFacts, name_of
from ostiary.issuer.redirect_uris import origin_of, shown
from ostiary.keys.hashing import token_hash
from ostiary.model import endpoints
from ostiary.model.errors import InvalidRequest, InvalidRequestUri, OAuthError
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Scope
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import ConsentView, DetailShown, FormPostView, Hindrance, Problem, SignInView, TooSoon
from ostiary.people.records import Consent
from ostiary.people.sessions import Visitor, touch
from ostiary.server.issuer.browser import Browser, browser_of, read_passed, token_for, with_opened
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import MOST_QUERY, Answer, Header, Incoming
from ostiary.server.issuer.page import page, redirect, see
from ostiary.server.issuer.refusal import RETRY_AFTER, record


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


STATUS: Final[Mapping[Problem, tuple[int, tuple[Header, ...]]]] = {
    Problem.WRONG: (400, ()),
    Problem.CODE_WRONG: (400, ()),
    Problem.NOT_BEFORE_THEM: (400, ()),
    Problem.OUT_OF_DATE: (403, ()),
    Problem.BUSY: (503, ((b"retry-after", RETRY_AFTER),)),
}


def status_of(problem: Hindrance | None) -> tuple[int, tuple[Header, ...]]:
    """Of a page with this on it, and the fields that go with it (RFC 6585 section 4)."""
    match problem:
        case None:
            return 200, ()
        case TooSoon(seconds):
            return 429, ((b"retry-after", b"%d" % seconds),)
        case Problem():
            return STATUS[problem]
        case _:
            assert_never(problem)


class ToClient(Exception):
    """The request fails, and its client is to be told."""

    def __init__(self, address: ReturnAddress, error: OAuthError) -> None:
        super().__init__()
        self.address = address
        self.error = error


async def authorize(desk: Desk, incoming: Incoming) -> Answer:
    """Raises OAuthError where nobody may be told but the person."""
    if incoming.method == "POST":  # section 3.1.2.1; a browser sends our cookies only with the GET after it
        return see(endpoints.AUTHORIZE, incoming.form_as_query())
    try:
        asked = await read(desk, incoming)
        return await _next(desk, asked)
    except ToClient as failed:
        return await tell_error(desk, incoming, failed)


async def read(desk: Desk, incoming: Incoming) -> Asked:
    """Read the request and load what it is about. Raises OAuthError, and ToClient once the client may be told."""
    browser = await browser_of(desk, incoming)
    query, passed = read_passed(desk, browser, incoming.query)
    if len(query) > MOST_QUERY:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "too long")
    now = desk.clock()
    await freshen_keys(desk, read_pairs(query), now)
    brought = await _brought(desk, query, passed, now)
    pairs = brought.pairs
    named = desk.registry.client(given_once(pairs).get("client_id", ""))
    disabled_at = None if named is None else await desk.store.client_disabled_at(named.id)
    address = flows.return_address(desk.registry, pairs, disabled_at)
    try:
        request = flows.authorization_request(desk.registry, brought, address, desk.keys.at(now).published)
    except OAuthError as error:
        raise ToClient(address, error) from None
    consent = await _consent(desk, browser.visitor, address.client.id)
    again = with_opened(desk, browser, query) if request.ends else query
    return Asked(request, browser, Visit(browser.visitor, consent, passed), query, incoming.query, again)


async def freshen_keys(desk: Desk, pairs: Sequence[tuple[str, str]], now: float) -> None:
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


async def _next(desk: Desk, asked: Asked) -> Answer:
    step = next_step(desk, asked)
    match step:
        case AskSignIn() | AskConsent() if asked.is_new:
            return see(endpoints.AUTHORIZE, asked.again, asked.browser.cookies)
        case AskSignIn(known):
            return sign_in_page(desk, asked, known)
        case AskConsent():
            return consent_page(desk, asked, step)
        case Ready(visitor, scopes):
            return await finish(desk, asked, visitor, scopes, Plan())
        case _:
            assert_never(step)


def next_step(desk: Desk, asked: Asked) -> AskSignIn | AskConsent | Ready:
    """Raises ToClient."""
    try:
        return flows.next_step(desk.registry, asked.request, asked.visit, int(desk.clock()))
    except OAuthError as error:
        raise ToClient(asked.request.address, error) from None


def sign_in_page(
    desk: Desk,
    asked: Asked,
    known: Visitor | None = None,
    login: str | None = None,
    problem: Hindrance | None = None,
) -> Answer:
    """`known`: who may go on without a password. `login`: what was typed before."""
    browser, query = asked.browser, asked.query
    status, headers = status_of(problem)
    choose = token_for(desk, browser, Purpose.CHOOSE, query, known.session.id) if known else ""
    view = SignInView(
        client=asked.request.address.client.name,
        action=where(endpoints.SIGN_IN, asked.again),
        form=token_for(desk, browser, Purpose.SIGN_IN, query),
        login=_suggested(asked, known) if login is None else login,
        problem=problem,
        known_as=known.person.name if known else None,
        choose_form=choose,
        sends_to=asked.sends_to,
    )
    return page(desk, view, status, (*browser.cookies, *headers))


def _suggested(asked: Asked, known: Visitor | None) -> str:
    """Who will probably sign in: whom the client names, or who has to do so anew."""
    visitor = asked.visit.visitor
    return asked.request.login_hint or (visitor.person.login if visitor is not None and known is None else "")


def consent_page(desk: Desk, asked: Asked, step: AskConsent, problem: Problem | None = None) -> Answer:
    contract, client = desk.registry.contract, asked.request.address.client
    view = ConsentView(
        client=client.name,
        person=step.visitor.person.name,
        details=tuple(DetailShown(told.says, told.rest) for told in details_in_words(step.question.details, contract)),
        wanted=in_words(step.question.wanted, contract),
        already=in_words(step.question.already, contract),
        action=where(endpoints.CONSENT, asked.whole),
        form=token_for(desk, asked.browser, Purpose.CONSENT, asked.query, *shown_on(asked, step)),
        switch=where(endpoints.SIGN_IN, asked.again),
        returns_to=shown(asked.request.address.redirect_uri),
        problem=problem,
        stranger=client.registered,
        logo=None if client.logo is None else f"{endpoints.LOGO}?id={client.logo}",
        sends_to=asked.sends_to,
    )
    return page(desk, view, 200 if problem is None else 403, asked.browser.cookies)


def shown_on(asked: Asked, step: AskConsent) -> tuple[str, ...]:
    """What a person agrees to on the consent page: as whom, for which client as it looks there, and to what. The
    details are the request's own, which the form is bound to."""
    looks = appearance(asked.request.address.client) or ""
    return (step.visitor.session.id, step.visitor.person.subject, looks, *sorted(step.question.wanted))


def where(path: str, query: bytes) -> str:
    return f"{path}?{query.decode('latin-1')}"


async def finish(desk: Desk, asked: Asked, visitor: Visitor, scopes: frozenset[Scope], before: Plan) -> Answer:
    """Issue the code, and go back to the client with it. `before`: what is committed with it. Raises InvalidRequestUri
    where the pushed request led to another code meanwhile."""
    now = desk.clock()
    decided = answers.issue_code(desk.registry, asked.request, visitor, scopes, int(now), desk.fresh)
    outcome = await desk.store.commit(before + touch(visitor, int(now)) + decided.plan)
    if isinstance(outcome, AlreadySpent):
        raise InvalidRequestUri(Reason.REQUEST_URI_SPENT)
    return tell(desk, decided.answer)


def tell(desk: Desk, decided: AuthorizationAnswer) -> Answer:
    """Send the browser back to the client (OAuth 2.0 Form Post Response Mode section 2, JARM section 2.3)."""
    now = desk.clock()
    answer = signed_where_asked(desk.registry, decided, desk.keys.at(now).signing, now)
    address = answer.address
    if address.mode not in POSTED_MODES:
        return redirect(answers.location(answer))
    uri = address.redirect_uri
    view = FormPostView(address.client.name, uri, answer.fields, sends_to=(origin_of(uri),))
    return page(desk, view)


async def tell_error(desk: Desk, incoming: Incoming, failed: ToClient, plan: Plan = Plan()) -> Answer:  # noqa: B008  # frozen and empty
    """Record what failed, and tell the client."""
    await record(desk, incoming, incoming.path, failed.error, failed.address.client.id, plan)
    return tell(desk, answers.error_answer(desk.registry, failed.address, failed.error))
