"""Base64url without padding, and only the one spelling of each value (RFC 7515 section 2, RFC 4648 section 3.5)."""

import base64
import binascii


class NotBase64url(ValueError):
    """The text has padding, white space, a foreign character, or bits that its bytes do not need."""


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: bytes) -> bytes:
    """Return the bytes; raise NotBase64url unless `text` is exactly how `encode` would spell them."""
    try:
        raw = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        raise NotBase64url from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != text:
        raise NotBase64url
    return raw
