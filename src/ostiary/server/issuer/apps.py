"""The page on which people see where they are signed in, and end it."""

from datetime import UTC, datetime
from typing import Final

from ostiary.issuer import instances as known
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.instances import Instance
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden, Refusal, TemporarilyUnavailable
from ostiary.model.plan import Plan
from ostiary.pages.views import AppShown, AppsView, Hindrance, Problem, SignInView
from ostiary.people.sessions import Visitor
from ostiary.server.issuer.attempt import SignedIn, attempt
from ostiary.server.issuer.browser import Browser, browser_of, require_token, session_cookie, token_for
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import form_page, see
from ostiary.server.issuer.refusal import record

_HERE: Final = "your apps"
_KEY_SHOWN: Final = 8
"""Letters of a key's thumbprint: enough to tell two phones apart."""


async def apps(desk: Desk, incoming: Incoming) -> Answer:
    """The list, and the end of one on it. Who is not signed in signs in first. Raises OAuthError."""
    browser = await browser_of(desk, incoming)
    visitor = browser.visitor
    if visitor is None:
        return _sign_in_page(desk, browser)
    instances = await _instances(desk, visitor)
    if incoming.method != "POST":
        return _list(desk, browser, visitor, instances)
    form = incoming.form()
    grant = form.get("grant", "")
    try:
        require_token(desk, browser, Purpose.END_APP, b"", form, visitor.session.id, grant)
    except Forbidden as refused:
        await record(desk, incoming, incoming.path, refused, None, Plan())
        return _list(desk, browser, visitor, instances, Problem.OUT_OF_DATE)
    chosen = known.named(instances, grant)
    if chosen is not None:
        await desk.store.commit(known.end(chosen, desk.clock()))
    return see(endpoints.APPS, b"")


async def apps_sign_in(desk: Desk, incoming: Incoming) -> Answer:
    """Raises OAuthError."""
    if incoming.method != "POST":
        return see(endpoints.APPS, b"")
    browser, form = await browser_of(desk, incoming), incoming.form()
    try:
        require_token(desk, browser, Purpose.APPS_SIGN_IN, b"", form)
        came = await attempt(desk, incoming, browser.visitor, form)
    except (Forbidden, TemporarilyUnavailable) as refused:
        await record(desk, incoming, incoming.path, refused, None, Plan())
        return _sign_in_page(desk, browser, form.get("login", ""), _why(refused))
    if not isinstance(came, SignedIn):
        return _sign_in_page(desk, browser, form.get("login", ""), came)
    return see(endpoints.APPS, b"", (session_cookie(came.secret),))


async def _instances(desk: Desk, visitor: Visitor) -> tuple[Instance, ...]:
    now = int(desk.clock())
    found = await desk.store.instances(visitor.person.subject, now)
    sessions = {session: await desk.store.session(session) for session in {each.grant.session for each in found}}
    return known.living(found, sessions, visitor.person, now)


def _list(
    desk: Desk, browser: Browser, visitor: Visitor, instances: tuple[Instance, ...], problem: Problem | None = None
) -> Answer:
    view = AppsView(
        person=visitor.person.name,
        action=endpoints.APPS,
        sign_out=endpoints.LOGOUT,
        apps=tuple(_shown(desk, browser, visitor, each) for each in instances),
        problem=problem,
    )
    return form_page(desk, view, browser.cookies)


def _shown(desk: Desk, browser: Browser, visitor: Visitor, instance: Instance) -> AppShown:
    grant, key = instance.grant, instance.family.key
    client = desk.registry.client(grant.client)
    return AppShown(
        name=grant.client if client is None else client.name,
        key=None if key is None else key[:_KEY_SHOWN],
        since=_moment(grant.issued_at),
        used=_moment(instance.used_at),
        grant=grant.id,
        form=token_for(desk, browser, Purpose.END_APP, b"", visitor.session.id, grant.id),
    )


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _sign_in_page(desk: Desk, browser: Browser, login: str = "", problem: Hindrance | None = None) -> Answer:
    view = SignInView(
        client=_HERE,
        action=endpoints.APPS_SIGN_IN,
        form=token_for(desk, browser, Purpose.APPS_SIGN_IN, b""),
        login=login,
        problem=problem,
    )
    return form_page(desk, view, browser.cookies)


def _why(refused: Refusal) -> Problem:
    return Problem.OUT_OF_DATE if isinstance(refused, Forbidden) else Problem.BUSY
