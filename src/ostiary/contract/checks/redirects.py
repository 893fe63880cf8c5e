"""Redirect URIs and web origins: exact, safe, and there where the kind needs them.

RFC 9700 section 4.1.3, RFC 8252 sections 7 and 8.4, OpenID Connect Core section 3.1.2.1.
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, unquote

from ostiary.contract.credentials import credential_of
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_client import Client, Credential
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.places import is_host, is_loopback, is_web_origin, split_url
from ostiary.contract.profiles import PROFILES
from ostiary.model.principal import Kind

_INSTALLED = frozenset({Kind.MOBILE, Kind.THIRD_PARTY})
"""Kinds that may be apps on a person's device, where private-use schemes work (RFC 8252 section 7.1)."""
_OUTSIDE = re.compile(r'[^\x21-\x7e]|[\\"<>^`{|}]')
"""What no URI has (RFC 3986 appendix A)."""


def redirects(draft: Draft) -> Iterator[Mistake]:
    """Every redirect URI and origin that is not one exact address."""
    for name, client in draft.file.clients.items():
        path: Path = ("clients", name)
        for setting in ("redirect_uris", "post_logout_redirect_uris"):
            for index, uri in enumerate(getattr(client, setting)):
                fault = redirect_fault(uri, client.kind)
                if fault is not None:
                    yield draft.mistake((*path, setting, index), Code.REDIRECT_NOT_EXACT, *fault)
        yield from _told(draft, path, client)
        yield from _missing(draft, path, client)
        yield from _elsewhere(draft, path, client)
        for index, origin in enumerate(client.origins or ()):
            if not is_web_origin(origin, plain_loopback=True):
                says = "This is not an origin as browsers send it."
                mend = "Write `https://host` or `https://host:port`, in lower case, without path."
                yield draft.mistake((*path, "origins", index), Code.BAD_ORIGIN, says, mend)


def _missing(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    needed = PROFILES[client.kind].signs_people_in and draft.is_sure_of("clients", "redirect_uris")
    if needed and not client.redirect_uris:
        says = f"A client of kind {client.kind} needs to say where people come back to."
        yield draft.mistake(path, Code.REDIRECT_MISSING, says, "Add `redirect_uris: [...]`.", key=True)


def _told(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """Where a client's server is told of sign-outs is an address like those that people come back to."""
    uri, at = client.backchannel_logout_uri, (*path, "backchannel_logout_uri")
    fault = None if uri is None else redirect_fault(uri, client.kind)
    if fault is not None:
        yield draft.mistake(at, Code.REDIRECT_NOT_EXACT, *fault)
    sure = draft.is_sure_of("clients", "secret", "jwks", "jwks_file")
    if uri is not None and credential_of(client) is Credential.COOKIE and sure:
        says = "The client's sessions are kept here, where they end by themselves: nobody has to be told."
        yield draft.mistake(at, Code.SETTINGS_CONTRADICT, says, "Remove it, or give the client a `secret`.", key=True)


def _elsewhere(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """A cookie of this origin is of no use to pages of another one (RFC 10017 section 6.1.3.2)."""
    sure = draft.is_sure_of("origin") and draft.is_sure_of("clients", "secret", "jwks", "jwks_file")
    if credential_of(client) is not Credential.COOKIE or not sure:
        return
    for index, uri in enumerate(client.redirect_uris):
        if redirect_fault(uri, client.kind) is None and not uri.startswith(draft.file.origin + "/"):
            says = "The client has a cookie of this origin, and its pages are elsewhere."
            mend = "Serve the pages under `origin`, or give the client a `secret`, or make it a `spa`."
            yield draft.mistake((*path, "redirect_uris", index), Code.REDIRECT_ELSEWHERE, says, mend)


def redirect_fault(uri: str, kind: Kind) -> tuple[str, str] | None:
    """What is wrong with a redirect URI for clients of a kind, and the mend; None if nothing is."""
    if "*" in uri:
        return "A redirect URI has no wildcard.", "List each address that people come back to."
    if "#" in uri:
        return "A redirect URI has no fragment.", "Remove `#` and what follows."
    url = split_url(uri)
    if url is None or _OUTSIDE.search(uri) or uri.startswith(("/", "?")):
        return "A redirect URI is one absolute address.", "Write it whole, such as `https://app.example/callback`."
    if "@" in url.netloc:
        return "A redirect URI has no user information.", "Remove everything before `@`."
    if any(unquote(segment) in (".", "..") for segment in url.path.split("/")):
        return "A path with `.` or `..` is not one address.", "Write the path that it leads to."
    if url.scheme in ("http", "https"):
        return _web_fault(url)
    return _private_fault(uri, url, kind)


def _web_fault(url: SplitResult) -> tuple[str, str] | None:
    host = url.netloc.removesuffix(f":{url.port}")
    if not is_host(host):
        return "This has no host in lower case.", "Write it like `https://app.example/callback`."
    if url.scheme == "http" and not is_loopback(url.hostname):
        return "Over http anyone on the way reads the code.", "Write https; http is for 127.0.0.1, [::1] and localhost."
    return None


def _private_fault(uri: str, url: SplitResult, kind: Kind) -> tuple[str, str] | None:
    if kind not in _INSTALLED:
        return f"Clients of kind {kind} come back by https.", "Write it like `https://app.example/callback`."
    if "." not in url.scheme or not uri.startswith(url.scheme + ":"):
        mend = "Name it after a domain of yours, in lower case: `com.example.app:/callback`."
        return "Any app can claim this scheme, and no domain says whose it is.", mend
    if not url.path.startswith("/"):
        return "A private-use redirect URI has a path.", f"Write `{url.scheme}:/callback`."
    return None
