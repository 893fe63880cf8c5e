"""Base64url without padding, and only the one spelling of each value (RFC 7515 section 2, RFC 4648 section 3.5)."""

import binascii
from typing import Final

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_BASE64: Final = bytes.maketrans(b"-_+/", b"+/!!")
"""What is of the other alphabet becomes what is of none."""
_PADDING: Final = (b"", None, b"==", b"=")
"""By how many characters are left over a multiple of four; one alone stands for nothing."""
_LAST: Final[tuple[frozenset[int], ...]] = (
    frozenset(_ALPHABET),
    frozenset(),
    frozenset(_ALPHABET[::16]),
    frozenset(_ALPHABET[::4]),
)
"""What the last character can be: the bits that no byte needs are zero."""


class NotBase64url(ValueError):
    """The text has padding, white space, a foreign character, or bits that its bytes do not need."""


def encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_").decode("ascii")


def decode(text: bytes) -> bytes:
    """Return the bytes; raise NotBase64url unless `text` is exactly how `encode` would spell them."""
    left = len(text) & 3
    padding = _PADDING[left]
    if padding is None or (text and text[-1] not in _LAST[left]):
        raise NotBase64url
    try:
        return binascii.a2b_base64(text.translate(_TO_BASE64) + padding, strict_mode=True)
    except binascii.Error:
        raise NotBase64url from None
