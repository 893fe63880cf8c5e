"""Refusals as a client sees them: problem details (RFC 9457) and challenges (RFC 6750, RFC 9470, RFC 9728)."""

import json
from collections.abc import Sequence
from typing import Final

from ostiary.model.algorithms import PROVING
from ostiary.model.errors import (
    BEARER,
    DPOP,
    HttpRefused,
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidSignature,
    MethodNotAllowed,
    MissingToken,
    Refusal,
    TokenRefused,
    TooManyRequests,
    UpgradeRequired,
    UseDpopNonce,
)
from ostiary.model.ids import Reference

TYPE: Final = "urn:ostiary:problem:"
"""Before the code of the error; docs/errors.md says what each means."""
QUOTA_EXCEEDED: Final = "https://iana.org/assignments/http-problem-types#quota-exceeded"
"""draft-ietf-httpapi-ratelimit-headers-11 section 5.1."""

PHRASES: Final = {
    400: b"Bad Request",
    401: b"Unauthorized",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    409: b"Conflict",
    412: b"Precondition Failed",
    413: b"Content Too Large",
    414: b"URI Too Long",
    415: b"Unsupported Media Type",
    417: b"Expectation Failed",
    421: b"Misdirected Request",
    422: b"Unprocessable Content",
    426: b"Upgrade Required",
    428: b"Precondition Required",
    429: b"Too Many Requests",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
    501: b"Not Implemented",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
    504: b"Gateway Timeout",
    505: b"HTTP Version Not Supported",
}

APP_VERSION: Final = b"x-app-version"
"""The field in which an app states its build."""
UPGRADE: Final = b"upgrade: %b\r\nconnection: upgrade\r\n" % APP_VERSION
"""Which a 426 has to have (RFC 9110 section 15.5.22): what has to be newer is what this field names."""


def body(error: Refusal, ref: Reference, violated: str | None = None) -> bytes:
    """The problem as JSON. `violated` is the name of the limit that refused."""
    members: dict[str, object] = {"type": TYPE + error.code, "title": error.public, "status": error.status}
    if violated is not None:
        members |= {"type": QUOTA_EXCEEDED, "violated-policies": [violated]}
    if isinstance(error, UpgradeRequired):
        members |= {"min_version": error.min_version, "store_links": dict(error.store_links)}
    if error.detail:
        members["detail"] = error.detail
    members |= {"code": error.code, "ref": ref}
    return json.dumps(members).encode()


def lines(error: Refusal, metadata: str | None, schemes: Sequence[str]) -> bytes:
    """The fields that this error brings, as lines. `metadata`: URL of the protected resource's metadata. `schemes`:
    those that the client used, or may use."""
    match error:
        case TokenRefused():
            challenges = (challenge(error, metadata, scheme) for scheme in schemes)
            nonce = f"dpop-nonce: {error.nonce}\r\n".encode() if isinstance(error, UseDpopNonce) else b""
            return nonce + b"".join(b"www-authenticate: %b\r\n" % each.encode() for each in challenges)
        case TooManyRequests(retry_after=seconds):
            return b"retry-after: %d\r\n" % seconds
        case MethodNotAllowed(allowed=methods):
            return b"allow: %b\r\n" % ", ".join(methods).encode()
        case UpgradeRequired():
            return UPGRADE
        case HttpRefused(status=503):
            return b"retry-after: 1\r\n"
    return b""


def challenge(error: TokenRefused, metadata: str | None, scheme: str = BEARER) -> str:
    """RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470 section 3, RFC 9728 section 5.1. Without a token it carries
    no error."""
    tokenless = isinstance(error, MissingToken | InvalidSignature)
    parameters = {} if tokenless else {"error": error.code, "error_description": error.public}
    match error:
        case InsufficientScope(needed=scopes):
            parameters["scope"] = " ".join(scopes)
        case InsufficientUserAuthentication(acr=acr, max_age=max_age):
            parameters |= {"acr_values": acr} if acr is not None else {}
            parameters |= {"max_age": str(max_age)} if max_age is not None else {}
    if metadata is not None:
        parameters["resource_metadata"] = metadata
    if scheme == DPOP:
        parameters["algs"] = " ".join(PROVING)
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in parameters.items())
