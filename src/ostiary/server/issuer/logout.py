"""Signing out, at a client's wish or the person's own (OpenID Connect RP-Initiated Logout 1.0)."""

from ostiary.issuer import flows
from ostiary.issuer import logout as wishes
from ostiary.issuer.form import read_parameters
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.logout import LogoutRequest
from ostiary.issuer.redirect_uris import origin_of
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.pages.views import NoticeView, Problem, SignOutView
from ostiary.people.sessions import Visitor, end
from ostiary.server.issuer.browser import Browser, browser_of, no_session_cookie, require_token, token_for
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import form_page, page, redirect, see, where
from ostiary.server.issuer.refusal import record

SIGN_OUT = "sign-out"


async def logout(desk: Desk, incoming: Incoming) -> Answer:
    """What a client sends a person to. Raises OAuthError."""
    if incoming.method == "POST":  # section 2; a browser sends our cookies only with the GET after it
        return see(endpoints.LOGOUT, incoming.form_as_query())
    request, browser = await _read(desk, incoming)
    if browser.visitor is None:
        return _gone(desk, request)
    if wishes.is_about(request, browser.visitor):
        return await _end(desk, request, browser.visitor)
    return _question(desk, incoming, request, browser, browser.visitor)


async def sign_out(desk: Desk, incoming: Incoming) -> Answer:
    """What the person answered. Raises OAuthError."""
    if incoming.method != "POST":
        return see(endpoints.LOGOUT, incoming.query)
    request, browser = await _read(desk, incoming)
    visitor, form = browser.visitor, incoming.form()
    if visitor is None:
        return _gone(desk, request)
    try:
        require_token(desk, browser, Purpose.SIGN_OUT, incoming.query, form, visitor.session.id)
    except Forbidden as refused:
        await record(desk, incoming, incoming.path, refused, _client(request), Plan())
        return _question(desk, incoming, request, browser, visitor, Problem.OUT_OF_DATE)
    if form.get("answer") == SIGN_OUT:
        return await _end(desk, request, visitor)
    return page(desk, _last(request, "You are still signed in", "Nothing has changed."))


async def _read(desk: Desk, incoming: Incoming) -> tuple[LogoutRequest, Browser]:
    parameters = read_parameters(incoming.query)
    request = flows.logout_request(desk.registry, parameters, desk.keys.at(desk.clock()).published)
    return request, await browser_of(desk, incoming)


def _client(request: LogoutRequest) -> ClientId | None:
    return request.client.id if request.client else None


def _question(
    desk: Desk,
    incoming: Incoming,
    request: LogoutRequest,
    browser: Browser,
    visitor: Visitor,
    problem: Problem | None = None,
) -> Answer:
    """Ask, or any link on any page could sign people out."""
    view = SignOutView(
        person=visitor.person.name,
        client=request.client.name if request.client else None,
        action=where(endpoints.SIGN_OUT, incoming.query),
        form=token_for(desk, browser, Purpose.SIGN_OUT, incoming.query, visitor.session.id),
        problem=problem,
        sends_to=(origin_of(request.back),) if request.back else (),
    )
    return form_page(desk, view, browser.cookies)


async def _end(desk: Desk, request: LogoutRequest, visitor: Visitor) -> Answer:
    lives = wishes.lifetimes(desk.registry)
    await desk.store.commit(end(visitor, _client(request), int(desk.clock()), lives))
    return _gone(desk, request)


def _gone(desk: Desk, request: LogoutRequest) -> Answer:
    """Nobody is signed in any more."""
    back = wishes.location(request)
    if back is not None:
        return redirect(back, (no_session_cookie(),))
    return page(desk, _last(request, "You are signed out", "You can close this window."), 200, (no_session_cookie(),))


def _last(request: LogoutRequest, title: str, text: str) -> NoticeView:
    name = request.client.name if request.client else None
    return NoticeView(title, text, wishes.location(request), name)
