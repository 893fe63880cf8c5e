"""Forward: the head that an upstream gets, written anew from what was parsed."""

from ostiary.contract.model import ServiceRule
from ostiary.gateway.decision import Asked, Forward
from ostiary.gateway.identity import Line
from ostiary.http import framing
from ostiary.http.fields import without_our_cookies
from ostiary.keys.certificate import ClientCertificate
from ostiary.model.ids import GatewayName

_CREDENTIALS = (b"authorization", b"dpop")
"""What the gateway reads itself, and the issuer too."""
UPGRADE = b"connection: upgrade\r\nupgrade: websocket\r\n"
_VIA = (b"via: 1.0 ostiary\r\n", b"via: 1.1 ostiary\r\n")
"""By the minor version of the request; behind what proxies before this door said (RFC 9110 section 7.6.3)."""


def to_service(service: ServiceRule, identity: Line) -> Forward:
    """The head for a service: its own Host, the client's fields that pass, who asks, and nothing the client said of
    itself."""
    prefix = service.base_path.encode()
    first = f" HTTP/1.1\r\nhost: {service.authority}\r\n".encode()

    def forward(asked: Asked, names: bytes, frame: bytes) -> bytes:
        head, seen = asked.head, asked.seen
        return b"".join(
            (
                head.method,
                b" ",
                prefix,
                head.path if head.query is None else b"%b?%b" % (head.path, head.query),
                first,
                head.passed,
                _VIA[head.minor],
                asked.peer.forwarded,
                b"" if seen is None else identity(seen, asked.now),
                _cookie(without_our_cookies(head.fields[b"cookie"])) if b"cookie" in head.fields else b"",
                names,
                frame,
                b"\r\n",
            )
        )

    return forward


def to_issuer(gateway: GatewayName | None) -> Forward:
    """The head for the issuer: as the client sent it, credentials and cookies too, with what is known of the
    connection: the listener that it came to, the peer's address and certificate."""
    came_to = b"" if gateway is None else b"x-ostiary-gateway: %b\r\n" % gateway.encode()

    def forward(asked: Asked, names: bytes, frame: bytes) -> bytes:
        head, peer = asked.head, asked.peer
        return b"".join(
            (
                head.method,
                b" ",
                head.path if head.query is None else b"%b?%b" % (head.path, head.query),
                b" HTTP/1.1\r\nhost: issuer\r\n",
                head.passed,
                b"x-ostiary-peer: %b\r\n" % peer.text.encode(),
                came_to,
                b"" if peer.certificate is None else _certificate(peer.certificate),
                *[b"%b: %b\r\n" % (name, head.fields[name]) for name in _CREDENTIALS if name in head.fields],
                _cookie(head.fields.get(b"cookie", b"")),
                names,
                frame,
                b"\r\n",
            )
        )

    return forward


def _certificate(certificate: ClientCertificate) -> bytes:
    return b"x-ostiary-client-certificate: %b\r\n" % certificate.told


def frame(length: int | None) -> bytes:
    """The field that frames the body, as a line."""
    if length is None:
        return b""
    return b"transfer-encoding: chunked\r\n" if length == framing.CHUNKED else b"content-length: %d\r\n" % length


def _cookie(value: bytes) -> bytes:
    return b"cookie: %b\r\n" % value if value else b""
