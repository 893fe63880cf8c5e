"""The alphabets of HTTP/1.1 as tables for `bytes.translate(None, table)`: what is left over is not allowed."""

import string
from typing import Final

CRLF: Final = b"\r\n"
HEAD_END: Final = b"\r\n\r\n"
OWS: Final = b" \t"

ALPHANUMERIC: Final = (string.ascii_letters + string.digits).encode()
TOKEN: Final = ALPHANUMERIC + b"!#$%&'*+-.^_`|~"
"""RFC 9110 section 5.6.2."""
NOT_TOKEN: Final = bytes(range(256)).translate(None, TOKEN)
FIELD_TEXT: Final = b"\t" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
"""RFC 9110 section 5.5: field-vchar, SP and HTAB."""
UNRESERVED: Final = ALPHANUMERIC + b"-._~"
"""RFC 3986 section 2.3."""
PATH: Final = UNRESERVED + b"!$&'()*+,=:@/"
"""RFC 3986 section 3.3 without `%` and without `;`, which some servers cut paths at."""
QUERY: Final = bytes(byte for byte in range(0x21, 0x7F) if byte not in b'"#<>')
"""RFC 3986 section 3.4 and what browsers leave as it is in queries (WHATWG URL, query percent-encode set)."""
HEX: Final = string.hexdigits.encode()
DIGITS: Final = string.digits.encode()


def is_token(text: bytes) -> bool:
    """Whether this is a token (RFC 9110 section 5.6.2)."""
    return bool(text) and not text.translate(None, TOKEN)


def is_field_text(head: bytes, lines: int) -> bool:
    """Whether a head of so many lines has no byte that a field may not have, and CR and LF only in pairs between its
    lines (RFC 9110 section 5.5, RFC 9112 section 2.2)."""
    return head.translate(None, FIELD_TEXT) == CRLF * (lines - 1)
