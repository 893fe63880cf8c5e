"""The pages for the person before a device: its code, a fresh sign-in, and the question (RFC 8628 section 3.3)."""

from typing import Final, assert_never

from ostiary.issuer import device_verification as verification
from ostiary.issuer import flows
from ostiary.issuer.consent import in_words
from ostiary.issuer.device_verification import AskDevice, AskFreshSignIn, DeviceStep
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.user_code import UserCode, read_user_code, shown, user_code_hash
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden
from ostiary.model.frozen import frozen
from ostiary.pages.views import DeviceView, Hindrance, Problem, SignInView, UserCodeView
from ostiary.server.issuer.browser import PASSED, Browser, browser_of, require_token, token_for
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import form_page, where

_PARAMETER: Final = b"user_code="


@frozen
class Typed:
    """A code that the person typed or compared in this browser. `query`: its own; `whole`: with the proof of that."""

    code: UserCode
    browser: Browser
    query: bytes
    whole: bytes


async def device(desk: Desk, incoming: Incoming) -> Answer:
    """A link alone leads to the page for the code and no further (RFC 8628 sections 3.3.1 and 5.4). Raises OAuthError
    where the device waits no more."""
    typed = await read(desk, incoming)
    if typed is None:
        linked = read_user_code(incoming.query_parameters().get("user_code", ""))
        return code_page(desk, await browser_of(desk, incoming), "" if linked is None else shown(linked))
    step = await next_step(desk, typed)
    match step:
        case AskFreshSignIn(client=client):
            return sign_in_page(desk, typed, client.name)
        case AskDevice():
            return question_page(desk, incoming, typed, step)
        case _:
            assert_never(step)


async def read(desk: Desk, incoming: Incoming) -> Typed | None:
    """None where this browser has not brought the code itself."""
    own, _, token = incoming.query.partition(PASSED)
    code = read_user_code(own.removeprefix(_PARAMETER).decode("latin-1"))
    if code is None:
        return None
    browser = await browser_of(desk, incoming)
    try:
        require_token(desk, browser, Purpose.USER_CODE_TYPED, own, {"form": token.decode("latin-1")})
    except Forbidden:
        return None
    return Typed(code, browser, own, incoming.query)


def query_of(code: UserCode) -> bytes:
    return _PARAMETER + shown(code).encode()


async def next_step(desk: Desk, typed: Typed) -> DeviceStep:
    """Raises OAuthError."""
    request = await desk.store.device_request_by_user_code(user_code_hash(typed.code, desk.device_key))
    disabled_at = None if request is None else await desk.store.client_disabled_at(request.client)
    return flows.device_step(desk.registry, request, disabled_at, typed.browser.visitor, int(desk.clock()))


def code_page(desk: Desk, browser: Browser, code: str, problem: Hindrance | None = None) -> Answer:
    """`code`: what a link brought or somebody typed before."""
    view = UserCodeView(
        action=endpoints.DEVICE,
        form=token_for(desk, browser, Purpose.USER_CODE, b""),
        code=code,
        problem=problem,
    )
    return form_page(desk, view, browser.cookies)


def sign_in_page(
    desk: Desk, typed: Typed, client: str, login: str | None = None, problem: Hindrance | None = None
) -> Answer:
    """`login`: what was typed before."""
    visitor = typed.browser.visitor
    view = SignInView(
        client=client,
        action=where(endpoints.DEVICE_SIGN_IN, typed.whole),
        form=token_for(desk, typed.browser, Purpose.DEVICE_SIGN_IN, typed.query),
        login=login if login is not None else visitor.person.login if visitor is not None else "",
        problem=problem,
    )
    return form_page(desk, view, typed.browser.cookies)


def question_page(
    desk: Desk, incoming: Incoming, typed: Typed, step: AskDevice, problem: Problem | None = None
) -> Answer:
    request = step.request
    view = DeviceView(
        client=step.client.name,
        name=request.name,
        person=step.visitor.person.name,
        code=shown(typed.code),
        minutes=(int(desk.clock()) - request.issued_at) // 60,
        address=request.peer,
        near=verification.near(request.peer, incoming.peer),
        wanted=in_words(step.scopes, desk.registry.contract),
        action=where(endpoints.DEVICE_ANSWER, typed.whole),
        form=token_for(desk, typed.browser, Purpose.DEVICE, typed.query, *shown_on(step)),
        switch=where(endpoints.DEVICE_SIGN_IN, typed.whole),
        problem=problem,
    )
    return form_page(desk, view, typed.browser.cookies)


def shown_on(step: AskDevice) -> tuple[str, ...]:
    """What a person answers on the page: as whom, for which request, and to what."""
    session = step.visitor.session
    return (session.id, session.subject, step.request.hash.hex(), *sorted(step.scopes))
