"""Where a client that registers itself may have its answers sent: an address of its own, on the public internet or in
an app (RFC 7591 section 5, RFC 8252 section 7)."""

import re
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from ostiary.contract.model import ClientAuth, Contract
from ostiary.http.fetchable import is_dotted_name
from ostiary.issuer.redirect_uris import without_port
from ostiary.model.errors import InvalidRedirectUri
from ostiary.model.reasons import Reason

MOST: Final = 10
MOST_CHARACTERS: Final = 1000
_URI: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+")
"""RFC 3986 appendix A, without `#` and the wildcard."""
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PRIVATE_USE: Final = re.compile(rf"(?=[a-z])(?:{_LABEL}\.)+{_LABEL}:/(?!/)[^/].*")
"""Named after a domain, with a path and no authority (RFC 8252 section 7.1). A scheme begins with a letter (RFC 3986
section 3.1): what begins with a digit leads a browser to a path below where it is, which is the issuer."""
_INSIDE: Final = frozenset({"local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "onion"})
"""Ends of names that are resolved inside of a network (RFC 6761, RFC 6762, RFC 7686, RFC 8375, and habit)."""


def require_redirect_uris(uris: tuple[str, ...], method: ClientAuth, contract: Contract) -> None:
    """Raise InvalidRedirectUri unless there are some, and each is one that such a client may have."""
    if not 0 < len(uris) <= MOST or len(set(uris)) != len(uris):
        raise InvalidRedirectUri(Reason.METADATA_REDIRECT_URI, "redirect_uris")
    for uri in uris:
        if not _is_exact(uri) or not _is_reachable(uri, method, contract):
            raise InvalidRedirectUri(Reason.METADATA_REDIRECT_URI, "redirect_uris")


def _is_exact(uri: str) -> bool:
    if len(uri) > MOST_CHARACTERS or _URI.fullmatch(uri) is None:
        return False
    try:
        url = urlsplit(uri)
        usable = url.port != 0
    except ValueError:
        return False
    dots = any(unquote(segment) in (".", "..") for segment in url.path.split("/"))
    return usable and not dots


def _is_reachable(uri: str, method: ClientAuth, contract: Contract) -> bool:
    """A client with credentials has a server; one without may be an app on a person's device."""
    url = urlsplit(uri)
    if url.scheme == "https":
        return uri.startswith("https://") and _is_public(url) and not _is_ours(url, contract)
    if method is not ClientAuth.NONE:
        return False
    return without_port(uri) is not None or _PRIVATE_USE.fullmatch(uri) is not None


def _is_public(url: SplitResult) -> bool:
    host = url.netloc if url.port is None else url.netloc.removesuffix(f":{url.port}")
    if not is_dotted_name(host):
        return False
    return host.rpartition(".")[2] not in _INSIDE and not host.endswith(".home.arpa")


def _is_ours(url: SplitResult, contract: Contract) -> bool:
    """Whether it leads to this program itself."""
    hosts = {urlsplit(origin).hostname for origin in (contract.origin, *(g.origin for g in contract.gateways.values()))}
    return url.hostname in hosts
