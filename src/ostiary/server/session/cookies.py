"""The cookies of the token handler: one while somebody signs in, and one for each client's session."""

from typing import Final

from ostiary.issuer.web_login import SECONDS
from ostiary.keys.session_cookie import is_ours, name_of
from ostiary.model.errors import Forbidden
from ostiary.model.ids import ClientId, Secret
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Header, Incoming

LOGIN: Final = "__Host-ostiary-login"
_LONGEST: Final = 128
_ALWAYS: Final = "Path=/; Secure; HttpOnly"
"""RFC 10017 section 6.1.3.2."""


def login_cookie(incoming: Incoming) -> str | None:
    """Of the browser that begins a sign-in. One that stands twice is believed in neither."""
    found = _values(incoming, LOGIN)
    return found[0] if len(found) == 1 and 0 < len(found[0]) <= _LONGEST else None


def set_login_cookie(value: str) -> Header:
    """Lax: the answer may come behind a navigation that another site began."""
    return (b"set-cookie", f"{LOGIN}={value}; Max-Age={SECONDS}; {_ALWAYS}; SameSite=Lax".encode())


def session_value(desk: Desk, incoming: Incoming, client: ClientId) -> bytes | None:
    """What the client's cookie says, made by us for it. Raises Forbidden where it stands twice: one of them was planted
    (RFC 6265 section 8.6)."""
    found = _values(incoming, name_of(client))
    if len(found) > 1:
        raise Forbidden(Reason.COOKIE_REPEATED)
    value = found[0].encode("latin-1") if found else b""
    return value if is_ours(value, client, desk.web_key) else None


def set_session_cookie(client: ClientId, value: Secret) -> Header:
    """Until the browser closes; how long a session lives is the store's to say. Strict: no other site's request, link
    or form carries it."""
    return (b"set-cookie", f"{name_of(client)}={value.reveal()}; {_ALWAYS}; SameSite=Strict".encode())


def no_session_cookie(client: ClientId) -> Header:
    return (b"set-cookie", f"{name_of(client)}=; Max-Age=0; {_ALWAYS}; SameSite=Strict".encode())


def _values(incoming: Incoming, name: str) -> list[str]:
    lines = [value.decode("latin-1") for value in incoming.fields.get(b"cookie", ())]
    pairs = (pair.strip(" \t").partition("=") for line in lines for pair in line.split(";"))
    return [value for found, _, value in pairs if found == name]
