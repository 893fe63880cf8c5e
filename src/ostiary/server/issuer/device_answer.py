"""Signing in for a device, and what the person answers on its page."""

from ostiary.issuer import device_verification as verification
from ostiary.issuer.decision import Decided
from ostiary.issuer.device_verification import AskDevice, Distance
from ostiary.issuer.form import Parameters
from ostiary.issuer.form_token import Purpose
from ostiary.model import endpoints
from ostiary.model.errors import AccessDenied, Forbidden, InvalidGrant, Refusal, TemporarilyUnavailable
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import NoticeView, Problem
from ostiary.people.sessions import touch
from ostiary.server.issuer.attempt import SignedIn, attempt
from ostiary.server.issuer.browser import require_token, session_cookie
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.device import next_step, question_page, read, shown_on, sign_in_page
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import page, see
from ostiary.server.issuer.refusal import record

ALLOW = "allow"
PRESENT = "yes"


async def device_sign_in(desk: Desk, incoming: Incoming) -> Answer:
    """Also for those who want another account. Raises OAuthError."""
    typed = await read(desk, incoming)
    if typed is None:
        return see(endpoints.DEVICE, b"")
    client = (await next_step(desk, typed)).client
    if incoming.method != "POST":
        return sign_in_page(desk, typed, client.name)
    form = incoming.form()
    try:
        require_token(desk, typed.browser, Purpose.DEVICE_SIGN_IN, typed.query, form)
        came = await attempt(desk, incoming, typed.browser.visitor, form)
    except (Forbidden, TemporarilyUnavailable) as refused:
        await record(desk, incoming, incoming.path, refused, client.id, Plan())
        return sign_in_page(desk, typed, client.name, form.get("login"), _why(refused))
    if not isinstance(came, SignedIn):
        return sign_in_page(desk, typed, client.name, form.get("login"), came)
    return see(endpoints.DEVICE, typed.whole, (session_cookie(came.secret),))


def _why(refused: Refusal) -> Problem:
    return Problem.OUT_OF_DATE if isinstance(refused, Forbidden) else Problem.BUSY


async def device_answer(desk: Desk, incoming: Incoming) -> Answer:
    """Whatever else is to be done first leads back to it. Raises OAuthError."""
    typed = await read(desk, incoming)
    if typed is None or incoming.method != "POST":
        return see(endpoints.DEVICE, b"" if typed is None else typed.whole)
    step = await next_step(desk, typed)
    if not isinstance(step, AskDevice):
        return see(endpoints.DEVICE, typed.whole)
    form = incoming.form()
    try:
        require_token(desk, typed.browser, Purpose.DEVICE, typed.query, form, *shown_on(step))
        return await _answered(desk, incoming, step, form)
    except (Forbidden, AccessDenied) as refused:
        await record(desk, incoming, incoming.path, refused, step.client.id, Plan())
        problem = Problem.OUT_OF_DATE if isinstance(refused, Forbidden) else Problem.NOT_BEFORE_THEM
        return question_page(desk, incoming, typed, step, problem)


async def _answered(desk: Desk, incoming: Incoming, step: AskDevice, form: Parameters) -> Answer:
    """Any answer but yes is no. Raises AccessDenied for a yes to a device that is not there."""
    now = int(desk.clock())
    distance = _distance(desk, incoming, step)
    if form.get("answer") != ALLOW:
        await _commit_one_answer(desk, verification.deny(step, distance, now))
        return page(desk, _DENIED)
    verification.require_before_them(form.get("present") == PRESENT)
    await _commit_one_answer(desk, verification.allow(step, distance, now, desk.fresh))
    await desk.store.commit(touch(step.visitor, now))
    return page(desk, _ALLOWED)


async def _commit_one_answer(desk: Desk, decided: Decided[None]) -> None:
    """Raises InvalidGrant where somebody was first."""
    outcome = await desk.store.commit(decided.plan)
    if isinstance(outcome, AlreadySpent):
        raise InvalidGrant(Reason.USER_CODE_ANSWERED)


def _distance(desk: Desk, incoming: Incoming, step: AskDevice) -> Distance:
    near = verification.near(step.request.peer, incoming.peer)
    return Distance(desk.pseudonym(step.request.peer), desk.pseudonym(incoming.peer), near)


_ALLOWED = NoticeView("The device may come in", "It goes on by itself within a few seconds. You can close this window.")
_DENIED = NoticeView(
    "Nothing was allowed",
    "The device gets nothing. If somebody sent you its code or a link, tell the people who run this service.",
)
