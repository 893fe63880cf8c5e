"""What a web client's own page would send: its session's cookie, where it is from, and the CSRF token."""

import secrets
from collections.abc import Sequence

from ostiary.contract.model import ClientRule
from ostiary.gateway.decision import Cookie
from ostiary.gateway.identify.cookie import MARK, Loaded, remember
from ostiary.gateway.identify.trust import Trust
from ostiary.keys.session_cookie import csrf_token, name_of, new_value

SECONDS = 60
"""For which the made-up session lives."""


def of_page(
    trust: Trust, client: ClientRule, token: str, said: Sequence[tuple[str, str]], now: float
) -> Sequence[tuple[str, str]]:
    """A session with this access token, and the fields that bring it; `said`: those that the request has already. No
    listener beside the door has sessions, and there is nothing to bring."""
    key = trust.web.key
    if key is None:
        return ()
    value = new_value(client.id, key, secrets.token_bytes).reveal()
    pair = f"{name_of(client.id)}={value}"
    cookie = Cookie(MARK + pair.encode(), client.id, value.encode())
    remember(cookie, Loaded(token.encode(), int(now) + SECONDS), trust, now)
    sends = {
        "cookie": pair,
        "origin": trust.contract.origin,
        "sec-fetch-site": "same-origin",
        "x-csrf-token": csrf_token(value.encode(), client.id, key),
    }
    stated = {name.lower() for name, _ in said}
    return [(name, text) for name, text in sends.items() if name not in stated]
