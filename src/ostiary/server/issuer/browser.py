"""A person's browser at the issuer: its cookies, who is signed in, and what it has done for a request."""

from dataclasses import field
from typing import Final

from ostiary.issuer.form import Parameters
from ostiary.issuer.form_token import Bound, Purpose, form_token, require_form_token
from ostiary.issuer.interaction import Passed
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import Forbidden
from ostiary.model.fresh import fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.people.sessions import Visitor, visitor
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Header, Incoming

SESSION: Final = "__Host-ostiary-session"
BROWSER: Final = "__Host-ostiary-browser"
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"
"""RFC 6265bis section 4.1: with the `__Host-` prefix no other host, and no plain HTTP, can set them."""
PASSED: Final = b"&ostiary="
"""Before the token that proves what this browser has done for the request; behind the request's own parameters."""
_LONGEST_COOKIE: Final = 128


@frozen
class Browser:
    """`name`: what forms are bound to. `fresh`: the browser does not have it yet. `visitor`: who is signed in."""

    name: str = field(repr=False)
    fresh: bool
    visitor: Visitor | None

    @property
    def cookies(self) -> tuple[Header, ...]:
        """What a page with a form has to set."""
        return (set_cookie(BROWSER, self.name),) if self.fresh else ()


async def browser_of(desk: Desk, incoming: Incoming) -> Browser:
    """Raises StoreUnavailable."""
    cookies = _cookies(incoming)
    name = cookies.get(BROWSER)
    found = await _visitor(desk, cookies.get(SESSION))
    return Browser(fresh_name(desk.fresh) if name is None else name, name is None, found)


async def _visitor(desk: Desk, secret: str | None) -> Visitor | None:
    session = None if secret is None else await desk.store.session_by_hash(token_hash(secret))
    person = None if session is None else await desk.store.person(session.subject)
    return visitor(session, person, int(desk.clock()), desk.registry.contract.session_idle_seconds)


def _cookies(incoming: Incoming) -> dict[str, str]:
    """Ours. One that stands twice with different values is believed in neither."""
    found: dict[str, str] = {}
    for name, value in _pairs(incoming):
        if name in (SESSION, BROWSER) and 0 < len(value) <= _LONGEST_COOKIE:
            found[name] = "" if found.get(name, value) != value else value
    return {name: value for name, value in found.items() if value}


def _pairs(incoming: Incoming) -> list[tuple[str, str]]:
    lines = [value.decode("latin-1") for value in incoming.fields.get(b"cookie", ())]
    split = (pair.strip(" \t").partition("=") for line in lines for pair in line.split(";"))
    return [(name, value) for name, _, value in split]


def set_cookie(name: str, value: str) -> Header:
    """Until the browser closes; how long a session lives is the store's to say."""
    return (b"set-cookie", f"{name}={value}; {_ATTRIBUTES}".encode())


def session_cookie(secret: Secret) -> Header:
    return set_cookie(SESSION, secret.reveal())


def no_session_cookie() -> Header:
    return (b"set-cookie", f"{SESSION}=; Max-Age=0; {_ATTRIBUTES}".encode())


def token_for(desk: Desk, browser: Browser, purpose: Purpose, query: bytes, *shown: str) -> str:
    """For a form of a page about this request."""
    return form_token(desk.form_key, Bound(purpose, browser.name, query, shown), int(desk.clock()))


def require_token(desk: Desk, browser: Browser, purpose: Purpose, query: bytes, form: Parameters, *shown: str) -> None:
    """Raise Forbidden unless the form came from the page that this browser was shown."""
    bound = Bound(purpose, browser.name, query, shown)
    require_form_token(desk.form_key, form.get("form"), bound, int(desk.clock()))


def with_passed(desk: Desk, browser: Browser, who: Visitor, passed: Passed, query: bytes) -> bytes:
    """The query, with the proof that this browser has done this for it, as this visitor."""
    token = token_for(desk, browser, _PROOF[passed], query, who.session.id)
    return query + PASSED + token.encode()


def with_opened(desk: Desk, browser: Browser, query: bytes) -> bytes:
    """The query, with the proof that this browser brought its request in time."""
    return query + PASSED + token_for(desk, browser, Purpose.OPENED, query).encode()


def read_passed(desk: Desk, browser: Browser, query: bytes) -> tuple[bytes, Passed]:
    """The request's own query, and what this browser has done for it. A token that does not hold proves nothing."""
    own, _, token = query.partition(PASSED)
    form = {"form": token.decode("latin-1")}
    for passed, purpose in _PROOF.items():
        if browser.visitor is not None and _holds(desk, browser, purpose, own, form, browser.visitor.session.id):
            return own, passed
    return own, Passed.OPENED if _holds(desk, browser, Purpose.OPENED, own, form) else Passed.NOTHING


def _holds(desk: Desk, browser: Browser, purpose: Purpose, own: bytes, form: Parameters, *shown: str) -> bool:
    try:
        require_token(desk, browser, purpose, own, form, *shown)
    except Forbidden:
        return False
    return True


_PROOF: Final = {Passed.SIGNED_IN: Purpose.SIGNED_IN, Passed.CHOSE: Purpose.CHOSE}
