"""The value of a web session's cookie: a secret, and a mark by which it is known for ours before anything is looked up.

The mark is bound to the client, so that no client's cookie passes for another's. With the same key comes what the
session's own pages send beside the cookie: it is worth nothing without it, and tells nothing of it.
"""

import hmac
from typing import Final

from ostiary.keys import base64url
from ostiary.keys.hashing import same
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.ids import ClientId, Secret

PURPOSE: Final = "web sessions"
"""Of the key that is derived from the master key."""
PREFIX: Final = "__Host-ostiary-web-"
"""With this prefix no other host, no plain HTTP and no narrower path can set them (RFC 6265bis section 4.1.3)."""
_MARK_BYTES: Final = 16
_LENGTH: Final = 66
"""Of 32 bytes and a mark in base64url, and the dot between them."""


def name_of(client: ClientId) -> str:
    """Each client of an origin has a cookie of its own."""
    return PREFIX + client


def new_value(client: ClientId, key: bytes, fresh: Fresh) -> Secret:
    """`key`: the one derived for PURPOSE."""
    secret = fresh_name(fresh, 32)
    return Secret(f"{secret}.{_mark(key, b'cookie', client, secret.encode())}")


def is_ours(value: bytes, client: ClientId, key: bytes) -> bool:
    """Whether we made it, for this client."""
    secret, _, mark = value.rpartition(b".")
    return len(value) == _LENGTH and same(mark, _mark(key, b"cookie", client, secret).encode())


def csrf_token(value: bytes, client: ClientId, key: bytes) -> str:
    """What requests of the session's pages bring in a field that no other site can send: the client's name and a mark
    (RFC 10017 section 6.1.3.3)."""
    return f"{client}.{_mark(key, b'csrf', client, value)}"


def _mark(key: bytes, purpose: bytes, client: ClientId, secret: bytes) -> str:
    """No client's name has a NUL."""
    text = b"\0".join((purpose, client.encode(), secret))
    return base64url.encode(hmac.digest(key, text, "sha256")[:_MARK_BYTES])
