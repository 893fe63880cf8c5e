"""Forms that only the page we showed can send: stateless tokens against forgery (RFC 9700 section 4.7, OWASP CSRF).

A token is bound to what the form is for, to the browser (a `__Host-` cookie that no other site can read or set), to the
authorization request that the page was about, and to whatever else the page showed.
"""

import hmac
from dataclasses import field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from ostiary.keys import base64url
from ostiary.keys.hashing import same
from ostiary.model.errors import Forbidden
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

LIFETIME: Final = 600
"""Seconds."""
_TIME_BYTES: Final = 8


class Purpose(StrEnum):
    SIGN_IN = "sign-in"
    CHOOSE = "choose"
    CONSENT = "consent"
    SIGN_OUT = "sign-out"
    SIGNED_IN = "signed-in"
    """Not a form: the way back from one to the authorization request."""
    CHOSE = "chose"
    OPENED = "opened"
    """The same, to a request that was brought in time."""
    USER_CODE = "user-code"
    USER_CODE_TYPED = "user-code-typed"
    """Not a form: the browser typed this code, and it is one."""
    DEVICE_SIGN_IN = "device-sign-in"
    DEVICE = "device"
    APPS_SIGN_IN = "apps-sign-in"
    END_APP = "end-app"


@frozen
class Bound:
    """What a token holds for. `browser`: the cookie's value. `query`: of the request. `shown`: anything else."""

    purpose: Purpose
    browser: str = field(repr=False)
    query: bytes = field(repr=False)
    shown: tuple[str, ...] = ()


def form_token(key: bytes, bound: Bound, now: int) -> str:
    """`key`: the one derived for forms."""
    time = now.to_bytes(_TIME_BYTES, "big")
    return base64url.encode(time + _mac(key, bound, time))


def require_form_token(key: bytes, token: str | None, bound: Bound, now: int) -> None:
    """Raise Forbidden unless the token was made for exactly this, less than LIFETIME seconds ago."""
    try:
        raw = base64url.decode((token or "").encode("ascii"))
    except ValueError:
        raise Forbidden(Reason.FORM_FORGED) from None
    time, mac = raw[:_TIME_BYTES], raw[_TIME_BYTES:]
    if not bound.browser or not same(mac, _mac(key, bound, time)):
        raise Forbidden(Reason.FORM_FORGED)
    if not 0 <= now - int.from_bytes(time, "big") < LIFETIME:
        raise Forbidden(Reason.FORM_EXPIRED)


def _mac(key: bytes, bound: Bound, time: bytes) -> bytes:
    """Over the hash of each part, so that no two lists of parts read alike."""
    parts = (bound.purpose.encode(), bound.browser.encode(), bound.query, *(text.encode() for text in bound.shown))
    return hmac.digest(key, time + b"".join(sha256(part).digest() for part in parts), "sha256")
