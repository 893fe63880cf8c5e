"""Where answers may go: redirect URIs compared exactly (RFC 9700 section 4.1.3, RFC 6749 section 3.1.2.3)."""

import re
from collections.abc import Iterable
from typing import Final, NewType
from urllib.parse import urlsplit

from ostiary.contract.model import ClientAuth, ClientRule
from ostiary.model.errors import InvalidRequest
from ostiary.model.principal import Kind
from ostiary.model.reasons import Reason

RegisteredRedirectUri = NewType("RegisteredRedirectUri", str)
"""Only the checks here build it."""

_LOOPBACK: Final = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?([/?][^#]*|)", re.ASCII)


def require_redirect_uri(uri: str | None, client: ClientRule) -> RegisteredRedirectUri:
    """Raise InvalidRequest unless the URI is one of the client's, equal in each character.

    An app on a person's device cannot choose the port that it gets on the loopback address, so there it may be any
    (RFC 8252 section 7.3).
    """
    if uri is None:
        raise InvalidRequest(Reason.PARAMETER_MISSING, "redirect_uri")
    return _require(uri, client.redirect_uris, "redirect_uri", any_port=is_native(client))


def require_post_logout_redirect_uri(uri: str, client: ClientRule) -> RegisteredRedirectUri:
    """The same for where a person returns to after signing out (RP-Initiated Logout section 3)."""
    return _require(uri, client.post_logout_redirect_uris, "post_logout_redirect_uri", any_port=is_native(client))


def _require(uri: str, registered: Iterable[str], parameter: str, any_port: bool) -> RegisteredRedirectUri:
    if uri in registered:
        return RegisteredRedirectUri(uri)
    loopback = without_port(uri) if any_port else None
    if loopback is not None and loopback in map(without_port, registered):
        return RegisteredRedirectUri(uri)
    raise InvalidRequest(Reason.REDIRECT_URI_MISMATCH, parameter)


def is_native(client: ClientRule) -> bool:
    """Whether the client may be an app on a person's device (RFC 8252): mobile, or somebody else's public client."""
    if client.profile.kind is Kind.MOBILE:
        return True
    return client.profile.kind is Kind.THIRD_PARTY and client.auth_method is ClientAuth.NONE


def is_assured(uri: RegisteredRedirectUri, client: ClientRule) -> bool:
    """Whether an answer that goes there is of use to this client alone: it authenticates, be it as an attested
    instance, or the device's system knows whose app an https address belongs to (RFC 8252 sections 7.2 and 8.6)."""
    return client.auth_method is not ClientAuth.NONE or uri.startswith("https:")


def without_port(uri: str) -> str | None:
    """A loopback IP URI without its port; None for every other one. `localhost` is a name that a resolver answers, and
    does not count (RFC 8252 section 8.3)."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match[2] or 0) > 65535:
        return None
    return match[1] + match[3]


def origin_of(uri: RegisteredRedirectUri) -> str:
    """The source that a Content-Security-Policy names it with (CSP Level 3 section 2.3.1): the origin; the scheme where
    there is none, or where the host is an IPv6 address, which a policy cannot name."""
    url = urlsplit(uri)
    if url.scheme not in ("http", "https") or "[" in url.netloc:
        return f"{url.scheme}:"
    return f"{url.scheme}://{url.netloc}"


def shown(uri: RegisteredRedirectUri) -> str:
    """How the URI is named to a person: its host, or the app's scheme."""
    url = urlsplit(uri)
    return url.netloc or url.scheme
