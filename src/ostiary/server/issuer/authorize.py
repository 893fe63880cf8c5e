"""The authorization endpoint: shows what `flows.next_step` says."""

from typing import assert_never

from ostiary.issuer import flows
from ostiary.issuer.consent import appearance, in_words
from ostiary.issuer.details import in_words as details_in_words
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.interaction import AskConsent, AskSignIn, Ready
from ostiary.issuer.redirect_uris import shown
from ostiary.model import endpoints
from ostiary.model.errors import OAuthError
from ostiary.model.plan import Plan
from ostiary.pages.views import ConsentView, DetailShown, Hindrance, Problem, SignInView
from ostiary.people.sessions import Visitor
from ostiary.server.issuer.asked import Asked, ToClient, read
from ostiary.server.issuer.browser import token_for
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import form_page, see, where
from ostiary.server.issuer.telling import finish, tell_error


async def authorize(desk: Desk, incoming: Incoming) -> Answer:
    """Raises OAuthError where nobody may be told but the person."""
    if incoming.method == "POST":  # section 3.1.2.1; a browser sends our cookies only with the GET after it
        return see(endpoints.AUTHORIZE, incoming.form_as_query())
    try:
        asked = await read(desk, incoming)
        return await _next(desk, asked)
    except ToClient as failed:
        return await tell_error(desk, incoming, failed)


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
    return form_page(desk, view, browser.cookies)


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
    return form_page(desk, view, asked.browser.cookies)


def shown_on(asked: Asked, step: AskConsent) -> tuple[str, ...]:
    """What a person agrees to on the consent page: as whom, for which client as it looks there, and to what. The
    details are the request's own, which the form is bound to."""
    looks = appearance(asked.request.address.client) or ""
    return (step.visitor.session.id, step.visitor.person.subject, looks, *sorted(step.question.wanted))
