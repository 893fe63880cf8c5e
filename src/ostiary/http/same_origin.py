"""What browsers say about the page that sent a request (Fetch Standard section 3.2, Fetch Metadata section 2.2)."""

from typing import Final

SAFE: Final = frozenset((b"GET", b"HEAD", b"OPTIONS"))
"""Methods that change nothing (RFC 9110 section 9.2.1)."""


def is_own(own: bytes, origin: bytes | None, site: bytes | None) -> bool:
    """Whether the browser says that a page of this origin sent it, and nothing says otherwise. `site`: the value of
    Sec-Fetch-Site."""
    if site is not None and site != b"same-origin":
        return False
    return origin == own or (origin is None and site is not None)


def is_foreign(own: bytes, origin: bytes | None, site: bytes | None) -> bool:
    """Whether the browser says that a page of another origin sent it."""
    return (origin is not None and origin != own) or site in (b"cross-site", b"same-site")
