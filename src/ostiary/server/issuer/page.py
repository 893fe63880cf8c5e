"""Pages and redirects as answers, with the fields that keep them from being framed, cached or scripted."""

from collections.abc import Mapping
from typing import Final, assert_never

from ostiary.model.errors import MethodNotAllowed, NotFound, OAuthError, Refusal
from ostiary.model.reasons import Reason
from ostiary.pages.assets import ASSETS
from ostiary.pages.render import asset as path_of
from ostiary.pages.render import render
from ostiary.pages.views import ErrorView, FormPostView, Hindrance, Problem, TooSoon, View
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import NO_STORE, Answer, Header, Incoming, allow
from ostiary.server.issuer.refusal import RETRY_AFTER

_ALWAYS: Final[tuple[Header, ...]] = (
    (b"content-type", b"text/html; charset=utf-8"),
    NO_STORE,
    (b"x-frame-options", b"DENY"),
)
_STATUS: Final[Mapping[Problem, tuple[int, tuple[Header, ...]]]] = {
    Problem.WRONG: (400, ()),
    Problem.CODE_WRONG: (400, ()),
    Problem.NOT_BEFORE_THEM: (400, ()),
    Problem.OUT_OF_DATE: (403, ()),
    Problem.BUSY: (503, ((b"retry-after", RETRY_AFTER),)),
}
_FOR_EVER: Final[Header] = (b"cache-control", b"public, max-age=31536000, immutable")


def page(desk: Desk, view: View, status: int = 200, headers: tuple[Header, ...] = ()) -> Answer:
    made = render(view, desk.registry.issuer)
    policies = ((b"content-security-policy", made.policy.encode()), (b"referrer-policy", _referrer(view)))
    return Answer(status, (*_ALWAYS, *policies, *headers), made.body)


def form_page(desk: Desk, view: View, cookies: tuple[Header, ...]) -> Answer:
    """With the status of what hindered its form before, and the fields that go with that (RFC 6585 section 4)."""
    status, headers = _status_of(view.problem)
    return page(desk, view, status, (*cookies, *headers))


def _status_of(problem: Hindrance | None) -> tuple[int, tuple[Header, ...]]:
    match problem:
        case None:
            return 200, ()
        case TooSoon(seconds):
            return 429, ((b"retry-after", b"%d" % seconds),)
        case Problem():
            return _STATUS[problem]
        case _:
            assert_never(problem)


def _referrer(view: View) -> bytes:
    """No other site learns our addresses, which have requests in them; a client that gets a form learns whose it is."""
    return b"strict-origin" if isinstance(view, FormPostView) else b"same-origin"


def redirect(location: str, headers: tuple[Header, ...] = ()) -> Answer:
    """With 303, so that a form's body is never sent on (RFC 9700 section 4.12)."""
    where = (b"location", location.encode())
    return Answer(303, (where, NO_STORE, (b"referrer-policy", b"no-referrer"), *headers))


def see(path: str, query: bytes, headers: tuple[Header, ...] = ()) -> Answer:
    """To one of our own pages."""
    return redirect(where(path, query) if query else path, headers)


def where(path: str, query: bytes) -> str:
    return f"{path}?{query.decode('latin-1')}"


def error_page(desk: Desk, incoming: Incoming, error: Refusal) -> Answer:
    """What a person is told; the reference leads to the rest."""
    title, text = _TOLD.get(error.reason, _USUAL)
    view = ErrorView(title, text, error.code, error.detail, incoming.ref)
    status = 400 if isinstance(error, OAuthError) and error.status == 401 else error.status
    return page(desk, view, status, (allow(error.allowed),) if isinstance(error, MethodNotAllowed) else ())


async def asset(desk: Desk, incoming: Incoming) -> Answer:
    """Raises NotFound."""
    found = _BY_PATH.get(incoming.path)
    if found is None:
        raise NotFound(Reason.ROUTE_UNKNOWN)
    return Answer(200, ((b"content-type", found.type.encode()), _FOR_EVER), found.body)


_BY_PATH: Final = {path_of(file): found for file, found in ASSETS.items()}
ASSET_PATHS: Final = tuple(_BY_PATH)

_USUAL: Final = (
    "This link does not work",
    "The app sent you here with a request that cannot be answered. Please go back to it and try again.",
)
_TOLD: Final = {
    Reason.FORM_FORGED: (
        "Please start again",
        "This page was not opened by this browser, or its cookies are blocked. Go back to the app and start again.",
    ),
    Reason.FORM_EXPIRED: ("Please start again", "The page was open for too long. Go back to the app and start again."),
    Reason.LOGIN_NOT_BEGUN: (
        "Please start again",
        "This browser has not begun this sign-in, or its cookies are blocked. Go back to the app and start again.",
    ),
    Reason.LOGIN_TOO_LATE: ("Please start again", "Signing in took too long. Go back to the app and start again."),
    Reason.LOGIN_REPEATED: ("You are signed in already", "This page was opened twice. Go back to the app."),
    Reason.CLIENT_UNKNOWN: ("This app is not known here", "It sent you here, but nobody has registered it."),
    Reason.CLIENT_DISABLED: ("This app was switched off", "It may not sign people in here any more."),
    Reason.REDIRECT_URI_MISMATCH: (
        "This app sent you here in a way that is not safe",
        "It wants you to return to an address that is not registered for it, so nothing was sent there.",
    ),
    Reason.REQUEST_URI_SPENT: ("This link was used already", "Go back to the app and start again."),
    Reason.REQUEST_URI_EXPIRED: ("Please start again", "This link is too old. Go back to the app and start again."),
    Reason.REQUEST_URI_UNKNOWN: ("Please start again", "This link is too old. Go back to the app and start again."),
    Reason.SCOPE_NOT_ALLOWED: (
        "Your account cannot give that",
        "What was asked for is not among the things that your account may do, so nothing was allowed.",
    ),
    Reason.USER_CODE_ANSWERED: (
        "This device has its answer",
        "Its code was used already. If the device still asks, let it show a new code, and type that.",
    ),
    Reason.USER_CODE_EXPIRED: (
        "This code is too old",
        "A code is good for ten minutes. Let the device show a new one, and type that.",
    ),
    Reason.USER_CODE_UNKNOWN: ("This code is too old", "Let the device show a new one, and type that."),
    Reason.STORE_UNAVAILABLE: ("Please try again in a moment", "Nothing was lost. The service is busy right now."),
    Reason.UNEXPECTED: ("Something went wrong on our side", "Please try again. Nothing was sent to the app."),
}
