"""The form for a device's code."""

from ostiary.issuer import flows
from ostiary.issuer import user_code_tries as trying
from ostiary.issuer.device_records import DeviceRequest, EnterUserCode
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.user_code import LONGEST_TYPED, UserCode, read_user_code, user_code_hash
from ostiary.issuer.user_code_tries import Tried
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden, InvalidGrant
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import Problem, TooSoon
from ostiary.people.delays import seconds_to_wait
from ostiary.server.issuer.browser import PASSED, Browser, browser_of, require_token, token_for
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.device import code_page, device, query_of
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import see
from ostiary.server.issuer.refusal import record


async def user_code(desk: Desk, incoming: Incoming) -> Answer:
    """The page, and what was typed on it. Tries from one address come one after another. Raises OAuthError."""
    if incoming.method != "POST":
        return await device(desk, incoming)
    browser, form = await browser_of(desk, incoming), incoming.form()
    typed = form.get("user_code", "")[:LONGEST_TYPED]
    try:
        require_token(desk, browser, Purpose.USER_CODE, b"", form)
    except Forbidden as refused:
        await record(desk, incoming, incoming.path, refused, None, Plan())
        return code_page(desk, browser, typed, Problem.OUT_OF_DATE)
    tried = trying.tried(incoming.peer, browser.visitor, desk.pseudonym_key)
    async with desk.devices.of(tried.keys[0]):
        return await _try(desk, browser, typed, tried)


async def _try(desk: Desk, browser: Browser, typed: str, tried: Tried) -> Answer:
    """Who comes too soon is not heard, whatever they typed."""
    now, code = desk.clock(), read_user_code(typed)
    if wait := seconds_to_wait(await desk.store.failures(tried.keys), now):
        await _record_delayed(desk, tried, now)
        return code_page(desk, browser, typed, TooSoon(wait))
    try:
        found = await _find(desk, code)
    except InvalidGrant as refused:
        await desk.store.commit(trying.failed(tried, refused.reason, now))
        return code_page(desk, browser, typed, Problem.CODE_WRONG)
    assert code is not None
    await desk.store.commit(Plan((EnterUserCode(found.hash),)))
    own = query_of(code)
    proof = token_for(desk, browser, Purpose.USER_CODE_TYPED, own)
    return see(endpoints.DEVICE, own + PASSED + proof.encode(), browser.cookies)


async def _find(desk: Desk, code: UserCode | None) -> DeviceRequest:
    """Raises InvalidGrant."""
    key = desk.device_key
    request = None if code is None else await desk.store.device_request_by_user_code(user_code_hash(code, key))
    disabled_at = None if request is None else await desk.store.client_disabled_at(request.client)
    return flows.user_code(desk.registry, request, disabled_at, int(desk.clock()))


async def _record_delayed(desk: Desk, tried: Tried, now: float) -> None:
    """Past the flood bound it is counted instead."""
    if desk.refusals.lists(now, Reason.USER_CODE_DELAYED, None, None, tried.peer_name):
        await desk.store.commit(Plan(events=(trying.refused(tried, Reason.USER_CODE_DELAYED, now),)))
