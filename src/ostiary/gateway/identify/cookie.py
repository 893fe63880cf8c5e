"""The cookie of a web client's pages: a session whose tokens are kept behind this door (RFC 10017 section 6.1).

What stands behind a cookie is not in it. It is asked for when the cookie comes the first time and when its token is too
old, by whoever runs the pipeline: `Unloaded` says what is missing. Every other request is judged from memory.
"""

from dataclasses import field
from typing import Final

from ostiary.contract.model import Contract
from ostiary.gateway.decision import Asked, Check, Cookie, Unloaded
from ostiary.gateway.identify.access_token import client_of, seen_of, verified
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.http.request import RequestHead
from ostiary.http.same_origin import SAFE, is_own
from ostiary.keys.hashing import same
from ostiary.keys.session_cookie import PREFIX, csrf_token, is_ours
from ostiary.model.errors import Forbidden, InvalidToken, Refusal
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

MARK: Final = b"\0C"
_PREFIX: Final = PREFIX.encode()
_SEVERAL: Final = MARK + b"several"
TOLD_EVERY: Final = 60
"""Seconds: a session that is used is said to be so no more often than this."""


def serves(contract: Contract) -> bool:
    """Whether the tokens of a client are kept here."""
    return any(client.is_handled for client in contract.clients.values())


def find(asked: Asked, trust: Trust) -> bytes | None:
    """Name and value of the session cookie. Where pages of several clients share the origin, the one of the client that
    the CSRF token names."""
    cookies = asked.head.fields.get(b"cookie")
    if cookies is None or _PREFIX not in cookies:
        return None
    if b";" not in cookies:
        return MARK + cookies if cookies.startswith(_PREFIX) else None
    pairs = (pair.strip(b" \t") for pair in cookies.split(b";"))
    return _meant(asked.head, [pair for pair in pairs if pair.startswith(_PREFIX)])


def _meant(head: RequestHead, found: list[bytes]) -> bytes | None:
    if len(found) > 1:
        client = head.fields.get(b"x-csrf-token", b"").rpartition(b".")[0]
        found = [pair for pair in found if pair.startswith(b"%b%b=" % (_PREFIX, client))]
        return MARK + found[0] if len(found) == 1 else _SEVERAL
    return MARK + found[0] if found else None


def cookie(credential: bytes, asked: Asked, trust: Trust) -> Seen:
    """Raises Unloaded for a cookie that we made, and InvalidToken for every other one: those are not asked for."""
    if credential == _SEVERAL:
        raise InvalidToken(Reason.COOKIE_REPEATED)
    name, _, value = credential[len(MARK + _PREFIX) :].partition(b"=")
    client, key = trust.contract.clients.get(ClientId(name.decode("latin-1"))), trust.web.key
    if client is None or not client.is_handled or key is None or not is_ours(value, client.id, key):
        raise InvalidToken(Reason.COOKIE_FORGED)
    raise Unloaded(Cookie(credential, client.id, value))


@frozen
class Loaded:
    """What stands behind a cookie. `ends_at`: when the session does if nobody uses it, in seconds since the epoch."""

    token: bytes = field(repr=False)
    ends_at: int


def remember(cookie: Cookie, loaded: Loaded, trust: Trust, now: float) -> None:
    """From now on requests with the cookie are judged from memory. Raises InvalidToken."""
    claims = verified(loaded.token, trust, now)
    client = client_of(claims, trust)
    if client.id != cookie.client or trust.web.key is None:
        raise InvalidToken(Reason.COOKIE_FORGED)
    seen = seen_of(claims, client, Binding.COOKIE, trust)
    seen.expires_at = min(seen.expires_at, loaded.ends_at)
    seen.cookie = cookie
    csrf = csrf_token(cookie.value, client.id, trust.web.key).encode()
    seen.prove = _proven(cookie, csrf, trust, now + TOLD_EVERY)
    trust.remembered.drop(cookie.credential)
    trust.remembered.add(cookie.credential, seen)


def _proven(cookie: Cookie, csrf: bytes, trust: Trust, told: float) -> Check:
    """The request is one of the session's own pages (RFC 10017 section 6.1.3.3). `told`: when it is time to say that
    the session is used."""
    own, used = trust.contract.origin.encode(), trust.web.used

    def check(asked: Asked) -> Refusal | None:
        nonlocal told
        head = asked.head
        refusal = _read(head, own) if head.method in SAFE else _changed(head, own, csrf)
        if refusal is None and asked.now >= told:
            told = asked.now + TOLD_EVERY
            used.add(cookie)
        return refusal

    return check


def _read(head: RequestHead, own: bytes) -> Refusal | None:
    """Nothing changes, so links from elsewhere may lead here; scripts may not, and a WebSocket is not only read."""
    origin, site = head.fields.get(b"origin"), head.fields.get(b"sec-fetch-site")
    foreign = (origin is not None and origin != own) or site == b"cross-site"
    if foreign or (b"upgrade" in head.fields and not is_own(own, origin, site)):
        return Forbidden(Reason.CSRF_ORIGIN)
    return None


def _changed(head: RequestHead, own: bytes, csrf: bytes) -> Refusal | None:
    if not is_own(own, head.fields.get(b"origin"), head.fields.get(b"sec-fetch-site")):
        return Forbidden(Reason.CSRF_ORIGIN)
    return None if same(head.fields.get(b"x-csrf-token", b""), csrf) else Forbidden(Reason.CSRF_TOKEN)
