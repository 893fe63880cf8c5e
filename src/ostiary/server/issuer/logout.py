"""Signing out, at a client's wish or the person's own (OpenID Connect RP-Initiated Logout 1.0)."""

from ostiary.issuer import flows
from ostiary.issuer import logout as wishes
from ostiary.issuer.form import read_pairs, require_form, require_no_repetition
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.logout import LogoutRequest
from ostiary.issuer.redirect_uris import origin_of
from ostiary.model import endpoints
from ostiary.model.errors import InvalidRequest
from ostiary.model.reasons import Reason
from ostiary.pages.views import NoticeView, SignOutView
from ostiary.people.sessions import Visitor, end
from ostiary.server.issuer.authorize import MOST_QUERY, where
from ostiary.server.issuer.browser import Browser, browser_of, no_session_cookie, require_token, token_for
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import page, redirect, see

SIGN_OUT = "sign-out"


async def logout(desk: Desk, incoming: Incoming) -> Answer:
    """Raises OAuthError and Forbidden."""
    if incoming.method == "POST" and not incoming.query and b"form=" not in incoming.body:
        return _as_get(incoming)
    parameters = require_no_repetition(read_pairs(incoming.query))
    request = flows.logout_request(desk.registry, parameters, desk.keys.at(desk.clock()).published)
    browser = await browser_of(desk, incoming)
    if browser.visitor is None:
        return _gone(desk, request)
    if incoming.method == "POST":
        return await _answered(desk, incoming, request, browser, browser.visitor)
    if wishes.is_about(request, browser.visitor):
        return await _sign_out(desk, request, browser.visitor)
    return _question(desk, incoming, request, browser, browser.visitor)


def _as_get(incoming: Incoming) -> Answer:
    """A client may send a form (section 2); a browser sends our cookies only with the GET after it."""
    require_form(incoming.header(b"content-type"))
    if len(incoming.body) > MOST_QUERY:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "too long")
    return see(endpoints.LOGOUT, incoming.body)


def _question(desk: Desk, incoming: Incoming, request: LogoutRequest, browser: Browser, visitor: Visitor) -> Answer:
    """Ask, or any link on any page could sign people out."""
    view = SignOutView(
        person=visitor.person.name,
        client=request.client.name if request.client else None,
        action=where(endpoints.LOGOUT, incoming.query),
        form=token_for(desk, browser, Purpose.SIGN_OUT, incoming.query, visitor.session.id),
        sends_to=(origin_of(request.back),) if request.back else (),
    )
    return page(desk, view, 200, browser.cookies)


async def _answered(
    desk: Desk, incoming: Incoming, request: LogoutRequest, browser: Browser, visitor: Visitor
) -> Answer:
    form = incoming.form()
    require_token(desk, browser, Purpose.SIGN_OUT, incoming.query, form, visitor.session.id)
    if form.get("answer") == SIGN_OUT:
        return await _sign_out(desk, request, visitor)
    stayed = _last(request, "You are still signed in", "Nothing has changed.")
    return page(desk, stayed)


async def _sign_out(desk: Desk, request: LogoutRequest, visitor: Visitor) -> Answer:
    client = request.client.id if request.client else None
    await desk.store.commit(end(visitor, client, int(desk.clock()), wishes.lifetimes(desk.registry)))
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
