"""Signing in: the form of the sign-in page, and the page itself for those who want another account."""

from ostiary.issuer.form import Parameters
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.interaction import Passed
from ostiary.issuer.logout import lifetimes
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden, Refusal, TemporarilyUnavailable
from ostiary.model.ids import Secret
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import Problem
from ostiary.people import sign_in as trying
from ostiary.people.delays import seconds_to_wait
from ostiary.people.logins import LONGEST, normalised
from ostiary.people.passwords import NOBODYS
from ostiary.people.records import Person
from ostiary.people.sign_in import Tried
from ostiary.server.issuer.authorize import Asked, ToClient, read, sign_in_page, tell_error
from ostiary.server.issuer.browser import Browser, require_token, session_cookie, with_passed
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import see
from ostiary.server.issuer.refusal import record


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
    """One try. Who comes too soon is not heard, whatever they typed."""
    typed = form.get("login", "")
    login = normalised(typed[: LONGEST + 1])
    tried = trying.tried(login, incoming.peer, desk.pseudonym_key)
    async with desk.passwords.turn(tried.account):
        now = desk.clock()
        if seconds_to_wait(await desk.store.failures(tried.keys), now):
            await _record_delayed(desk, tried, now)
            return sign_in_page(desk, asked, login=typed, problem=Problem.DELAYED)
        person = await desk.store.person_by_login(login)
        right = await desk.passwords.right(Secret(form.get("password", "")), _hash_of(person))
        why = trying.why_not(person, right)
        if person is None or why is not None:
            await desk.store.commit(trying.failed(tried, why or Reason.CREDENTIALS_WRONG, now))
            return sign_in_page(desk, asked, login=typed, problem=Problem.WRONG)
        await _let_the_change_pass(desk, person)
        return await _signed_in(desk, asked, person, tried)


def _hash_of(person: Person | None) -> str:
    """Nobody's password takes as long to check as somebody's."""
    return NOBODYS if person is None else person.password_hash


async def _record_delayed(desk: Desk, tried: Tried, now: float) -> None:
    """Past the flood bound it is counted instead."""
    if desk.refusals.lists(now, Reason.SIGN_IN_DELAYED, None, None, tried.peer_name):
        await desk.store.commit(Plan(events=(trying.refused(tried, Reason.SIGN_IN_DELAYED, now),)))


async def _let_the_change_pass(desk: Desk, person: Person) -> None:
    """What was issued in the second of a change is dead, so who signs in within it waits for the next."""
    early = person.changed_at + 1 - desk.clock()
    if 0 < early <= 1:
        await desk.pause(early)


async def _signed_in(desk: Desk, asked: Asked, person: Person, tried: Tried) -> Answer:
    """The browser's session may have ended while the password was checked: then this is another one."""
    now, lives = int(desk.clock()), lifetimes(desk.registry)
    visitor, secret, plan = trying.succeeded(person, asked.browser.visitor, tried, now, lives, desk.fresh)
    if isinstance(await desk.store.commit(plan), AlreadySpent):
        visitor, secret, plan = trying.succeeded(person, None, tried, now, lives, desk.fresh)
        await desk.store.commit(plan)
    browser = Browser(asked.browser.name, False, visitor)
    back = with_passed(desk, browser, visitor, Passed.SIGNED_IN, asked.query)
    return see(endpoints.AUTHORIZE, back, (session_cookie(secret),))
