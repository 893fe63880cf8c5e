"""Where a body ends: one way to read it, or refused (RFC 9112 section 6)."""

from collections.abc import Mapping
from typing import Final

from ostiary.http import syntax
from ostiary.model.errors import BadRequest, NotImplementedHere
from ostiary.model.reasons import Reason

CHUNKED: Final = -1
UNTIL_CLOSE: Final = -2
"""Responses only: the body ends with the connection."""

RESET: Final = 205
_MOST_DIGITS: Final = 18
"""Of a Content-Length: more could overflow the 64 bits of some upstream."""


def of_request(fields: Mapping[bytes, bytes], minor: int) -> int | None:
    """Bytes of a request's body, or CHUNKED; None where nothing says that there is one.

    Raises BadRequest(FRAMING_AMBIGUOUS), also where chunked is not the final coding (section 6.3 rule 4), and
    NotImplementedHere(TRANSFER_CODING_UNKNOWN).
    """
    codings, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if codings is None:
        return None if length is None else content_length(length)
    if length is not None or minor == 0:
        raise BadRequest(Reason.FRAMING_AMBIGUOUS)
    _, comma, final = codings.lower().rpartition(b",")
    if final.strip(syntax.OWS) != b"chunked":
        raise BadRequest(Reason.FRAMING_AMBIGUOUS)
    if comma:
        raise NotImplementedHere(Reason.TRANSFER_CODING_UNKNOWN)
    return CHUNKED


def of_response(fields: Mapping[bytes, bytes], minor: int, status: int, method: bytes) -> int:
    """Bytes of the body that follows this head, or CHUNKED, or UNTIL_CLOSE (RFC 9112 section 6.3). A 205 has none
    either, whatever it says (RFC 9110 section 15.3.6): browsers read none, and would take it for the next answer.

    Raises BadRequest, which is the upstream's fault here, and NotImplementedHere.
    """
    declared = of_request(fields, minor)
    if method == b"HEAD" or status in (204, RESET, 304) or status < 200:
        return 0
    return UNTIL_CLOSE if declared is None else declared


def content_length(value: bytes) -> int:
    """Digits only: no sign, no space, no list (RFC 9110 section 8.6). Raises BadRequest(FRAMING_AMBIGUOUS)."""
    if not value or len(value) > _MOST_DIGITS or value.translate(None, syntax.DIGITS):
        raise BadRequest(Reason.FRAMING_AMBIGUOUS)
    return int(value)
