"""Signing in: the form of the sign-in page, and the page itself for those who want another account."""

from ostiary.issuer.form import Parameters
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.interaction import Passed
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden, Refusal, TemporarilyUnavailable
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import Problem
from ostiary.server.issuer.asked import Asked, ToClient, read
from ostiary.server.issuer.attempt import SignedIn, attempt
from ostiary.server.issuer.authorize import sign_in_page
from ostiary.server.issuer.browser import Browser, require_token, session_cookie, with_passed
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import see
from ostiary.server.issuer.refusal import record
from ostiary.server.issuer.telling import tell_error


async def sign_in(desk: Desk, incoming: Incoming) -> Answer:
    """Raises OAuthError where nobody may be told but the person."""
    try:
        asked = await read(desk, incoming)
    except ToClient as failed:
        return await tell_error(desk, incoming, failed)
    if incoming.method != "POST":
        return sign_in_page(desk, asked)
    form = incoming.form()
    try:
        return await _sent(desk, incoming, asked, form)
    except Forbidden as refused:
        return await _again(desk, incoming, asked, form, refused, Problem.OUT_OF_DATE)
    except TemporarilyUnavailable as refused:
        return await _again(desk, incoming, asked, form, refused, Problem.BUSY)


async def _again(
    desk: Desk, incoming: Incoming, asked: Asked, form: Parameters, refused: Refusal, problem: Problem
) -> Answer:
    await record(desk, incoming, incoming.path, refused, asked.request.address.client.id, Plan())
    return sign_in_page(desk, asked, login=form.get("login"), problem=problem)


async def _sent(desk: Desk, incoming: Incoming, asked: Asked, form: Parameters) -> Answer:
    """Raises Forbidden and TemporarilyUnavailable."""
    if "continue" in form:
        return _go_on(desk, asked, form)
    require_token(desk, asked.browser, Purpose.SIGN_IN, asked.query, form)
    return await _try(desk, incoming, asked, form)


def _go_on(desk: Desk, asked: Asked, form: Parameters) -> Answer:
    """With the account that is signed in."""
    visitor = asked.browser.visitor
    if visitor is None:
        raise Forbidden(Reason.FORM_EXPIRED)
    require_token(desk, asked.browser, Purpose.CHOOSE, asked.query, form, visitor.session.id)
    return see(endpoints.AUTHORIZE, with_passed(desk, asked.browser, visitor, Passed.CHOSE, asked.query))


async def _try(desk: Desk, incoming: Incoming, asked: Asked, form: Parameters) -> Answer:
    came = await attempt(desk, incoming, asked.browser.visitor, form)
    if not isinstance(came, SignedIn):
        return sign_in_page(desk, asked, login=form.get("login", ""), problem=came)
    browser = Browser(asked.browser.name, False, came.visitor)
    back = with_passed(desk, browser, came.visitor, Passed.SIGNED_IN, asked.query)
    return see(endpoints.AUTHORIZE, back, (session_cookie(came.secret),))
