"""URLs of strangers that may be fetched: https, a name and nothing odd, so that no two programs read them differently
(RFC 3986, RFC 9700 section 4.11)."""

import re
from typing import Final
from urllib.parse import urlsplit

from ostiary.model.frozen import frozen

MOST_CHARACTERS: Final = 1000
HTTPS: Final = 443
_PLAIN: Final = re.compile(r"https://[A-Za-z0-9\-._~:/?&'()+,;=%@!$*]+")
"""Without `#`, `\\`, brackets and spaces; that there is no `@` before the path is looked at as well."""
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_LONGEST_NAME: Final = 253


def is_dotted_name(host: str) -> bool:
    """Whether it is a name of two labels or more in lower case, the last beginning with a letter: no spelling of an
    address is one."""
    return len(host) <= _LONGEST_NAME and _NAME.fullmatch(host) is not None


@frozen
class Place:
    """Where something is: `target` is its path and query."""

    host: str
    port: int
    target: str


def read_place(uri: str, ports: frozenset[int] = frozenset()) -> Place | None:
    """None for what may not be fetched. `ports`: allowed beside that of https."""
    if len(uri) > MOST_CHARACTERS or _PLAIN.fullmatch(uri) is None:
        return None
    try:
        url = urlsplit(uri)
        port = HTTPS if url.port is None else url.port
    except ValueError:
        return None
    host = url.netloc if url.port is None else url.netloc.removesuffix(f":{url.port}")
    if not is_dotted_name(host) or port not in {HTTPS, *ports}:
        return None
    return Place(host, port, (url.path or "/") + (f"?{url.query}" if url.query else ""))
