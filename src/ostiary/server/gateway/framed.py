"""Where the answer's body ends for the client, whose HTTP may be another than the upstream's (RFC 9112 section 6)."""

from typing import Final

from ostiary.gateway.decision import Asked
from ostiary.http.fields import value_of
from ostiary.http.request import RequestHead
from ostiary.http.response import ResponseHead

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_CHUNKED: Final = b"transfer-encoding: chunked\r\n"
SWITCHING: Final = b"connection: upgrade\r\nupgrade: websocket\r\n"


def answer(head: ResponseHead, asked: RequestHead) -> tuple[bytes, bool, bool]:
    """Of an answer that is empty or without a length: the framing field as a line, whether the body goes in chunks,
    and whether it ends with the connection."""
    if head.length == 0:
        return _of_nothing(head, asked), False, False
    if asked.minor == 1:
        return _CHUNKED, True, False
    return b"", False, True


def _of_nothing(head: ResponseHead, asked: RequestHead) -> bytes:
    """An answer without a body says how long the body would be, if the upstream does (RFC 9110 section 8.6)."""
    if asked.method != b"HEAD" and head.status != 304:
        return b"" if head.status == 204 else b"content-length: 0\r\n"
    length = head.fields.get(b"content-length")
    return b"" if length is None else b"content-length: %b\r\n" % length


def interim(head: ResponseHead) -> bytes:
    """An answer with a status below 200."""
    return head.passed + b"\r\n"


def wants_upgrade(asked: Asked) -> bool:
    """Whether the route lets through the WebSocket that the client asks for: a GET of HTTP/1.1 without a body
    (RFC 6455 section 4.2.1, RFC 9110 section 7.8)."""
    head, fields = asked.head, asked.head.fields
    return (
        asked.route.rule.upgrade is not None
        and fields.get(b"upgrade", b"").lower() == b"websocket"
        and b"upgrade" in {value_of(option) for option in fields.get(b"connection", b"").lower().split(b",")}
        and (head.method, head.minor, head.length) == (b"GET", 1, None)
    )
