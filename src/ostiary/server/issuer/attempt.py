"""One try to sign in with a login and a password, whatever page it was typed on."""

from ostiary.issuer.form import Parameters
from ostiary.issuer.logout import lifetimes
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import Hindrance, Problem, TooSoon
from ostiary.people import sign_in as trying
from ostiary.people.delays import seconds_to_wait
from ostiary.people.logins import LONGEST, normalised
from ostiary.people.passwords import NOBODYS
from ostiary.people.records import Person
from ostiary.people.sessions import Visitor
from ostiary.people.sign_in import Tried
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Incoming


@frozen
class SignedIn:
    """`secret`: of the session's cookie."""

    visitor: Visitor
    secret: Secret


async def attempt(desk: Desk, incoming: Incoming, before: Visitor | None, form: Parameters) -> SignedIn | Hindrance:
    """Who comes too soon is not heard, whatever they typed. `before`: who is signed in at this browser. Raises
    TemporarilyUnavailable."""
    login = normalised(form.get("login", "")[: LONGEST + 1])
    tried = trying.tried(login, incoming.peer, desk.pseudonym_key)
    async with desk.passwords.turn(tried.account):
        now = desk.clock()
        if wait := seconds_to_wait(await desk.store.failures(tried.keys), now):
            await _record_delayed(desk, tried, now)
            return TooSoon(wait)
        person = await desk.store.person_by_login(login)
        right = await desk.passwords.right(Secret(form.get("password", "")), _hash_of(person))
        why = trying.why_not(person, right)
        if person is None or why is not None:
            await desk.store.commit(trying.failed(tried, why or Reason.CREDENTIALS_WRONG, now))
            return Problem.WRONG
        return await _signed_in(desk, person, before, tried)


def _hash_of(person: Person | None) -> str:
    """Nobody's password takes as long to check as somebody's."""
    return NOBODYS if person is None else person.password_hash


async def _record_delayed(desk: Desk, tried: Tried, now: float) -> None:
    """Past the flood bound it is counted instead."""
    if desk.refusals.lists(now, Reason.SIGN_IN_DELAYED, None, None, tried.peer_name):
        await desk.store.commit(Plan(events=(trying.refused(tried, Reason.SIGN_IN_DELAYED, now),)))


async def _signed_in(desk: Desk, person: Person, before: Visitor | None, tried: Tried) -> SignedIn:
    """The browser's session may have ended while the password was checked: then this is another one."""
    now, lives = int(desk.clock()), lifetimes(desk.registry)
    visitor, secret, plan = trying.succeeded(person, before, tried, now, lives, desk.fresh)
    if isinstance(await desk.store.commit(plan), AlreadySpent):
        visitor, secret, plan = trying.succeeded(person, None, tried, now, lives, desk.fresh)
        await desk.store.commit(plan)
    return SignedIn(visitor, secret)
