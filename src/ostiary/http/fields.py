"""What becomes of each header field: the tables for requests and responses (RFC 9110 section 7.6.1).

A field that is in no table is end-to-end and passes. Names are looked up as they were sent: the answer for a spelling
is remembered, so that a name is checked and lowered once and not once a request.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from ostiary.http import syntax
from ostiary.model.reasons import Reason


class Read(NamedTuple):
    """A field that the gateway itself reads. At most one may come, unless `repeated` is None."""

    name: bytes
    passes: bool = False
    """Whether it is also forwarded as it is."""
    repeated: Reason | None = Reason.REQUEST_MALFORMED


class Fixed(Enum):
    """What is done without reading the value."""

    PASS = "pass"  # noqa: S105  # no password: the field passes
    DROP = "drop"
    UNLESS_OURS = "unless-ours"
    """Set-Cookie passes, but for cookies of our own names."""


PASS: Final = Fixed.PASS
DROP: Final = Fixed.DROP
UNLESS_OURS: Final = Fixed.UNLESS_OURS
Treatment = Read | Fixed

OUR_COOKIES: Final = (b"__host-ostiary-", b"__secure-ostiary-")
"""Names of cookies that only the issuer gets and sets, in lower case."""

_OURS: Final = b"__Host-ostiary-"
"""As browsers send back what we have set."""

_HOP_BY_HOP: Final = (b"keep-alive", b"proxy-connection", b"proxy-authorization", b"te", b"trailer", b"http2-settings")
_OF_A_PROXY: Final = (
    b"forwarded",
    b"forwarded-for",
    b"x-forwarded",
    b"x-real-ip",
    b"x-client-ip",
    b"x-cluster-client-ip",
    b"client-ip",
    b"true-client-ip",
    b"fastly-client-ip",
    b"x-azure-clientip",
    b"x-original-forwarded-for",
    b"cf-connecting-ip",
    b"client-cert",
    b"client-cert-chain",
)
"""What only a proxy may say about a client (RFC 7239, RFC 9440); `x-forwarded-*` too."""
_OVERRIDES: Final = (
    b"x-http-method",
    b"x-http-method-override",
    b"x-method-override",
    b"x-original-url",
    b"x-original-uri",
    b"x-rewrite-url",
    b"x-original-host",
    b"x-host",
    b"x-http-host-override",
    b"proxy",
)
"""With these some servers replace the method, path or host that was decided on, or their own environment."""
_TELLTALES: Final = (b"server", b"x-powered-by", b"x-aspnet-version", b"x-aspnetmvc-version", b"x-runtime")
"""What a server is made of is nobody's business."""
_OF_THE_ORIGIN: Final = (b"alt-svc", b"clear-site-data", b"nel", b"report-to", b"service-worker-allowed")
"""What browsers keep for every path of an origin. With these one service could lead clients past this door, end their
sessions, have the address of each request told to another host, or put a script before the issuer's pages."""

REQUEST: Final[Mapping[bytes, Treatment]] = {
    **dict.fromkeys((*_HOP_BY_HOP, *_OF_A_PROXY, *_OVERRIDES, b"x-request-id"), DROP),
    b"host": Read(b"host", repeated=Reason.HOST_INVALID),
    b"content-length": Read(b"content-length", repeated=Reason.FRAMING_AMBIGUOUS),
    b"transfer-encoding": Read(b"transfer-encoding", repeated=Reason.FRAMING_AMBIGUOUS),
    b"connection": Read(b"connection", repeated=None),
    b"upgrade": Read(b"upgrade"),
    b"expect": Read(b"expect"),
    b"authorization": Read(b"authorization", repeated=Reason.TOKEN_REPEATED),
    b"x-api-key": Read(b"x-api-key", repeated=Reason.TOKEN_REPEATED),
    b"dpop": Read(b"dpop", repeated=Reason.TOKEN_REPEATED),
    b"cookie": Read(b"cookie", repeated=None),
    b"origin": Read(b"origin", passes=True),
    b"sec-fetch-site": Read(b"sec-fetch-site", passes=True),
    b"x-csrf-token": Read(b"x-csrf-token", passes=True),
    b"content-type": Read(b"content-type", passes=True),
    b"content-encoding": Read(b"content-encoding", passes=True),
    b"access-control-request-method": Read(b"access-control-request-method", passes=True),
    b"access-control-request-headers": Read(b"access-control-request-headers", passes=True, repeated=None),
    **{name: Read(name, passes=True, repeated=None) for name in (b"signature", b"signature-input", b"content-digest")},
    b"x-app-version": Read(b"x-app-version", passes=True, repeated=None),
    b"traceparent": Read(b"traceparent", repeated=None),
    b"tracestate": Read(b"tracestate", repeated=None),
    b"x-forwarded-for": Read(b"x-forwarded-for", repeated=None),
}

ISSUER_RESPONSE: Final[Mapping[bytes, Treatment]] = {
    **dict.fromkeys((*_HOP_BY_HOP, *_TELLTALES, b"x-request-id", b"strict-transport-security"), DROP),
    b"x-content-type-options": DROP,
    b"content-length": Read(b"content-length"),
    b"transfer-encoding": Read(b"transfer-encoding"),
    b"connection": Read(b"connection", repeated=None),
    b"upgrade": Read(b"upgrade"),
    b"date": Read(b"date", passes=True),
    b"content-type": Read(b"content-type", passes=True),
    b"content-security-policy": Read(b"content-security-policy", passes=True, repeated=None),
    b"referrer-policy": Read(b"referrer-policy", passes=True, repeated=None),
    b"x-frame-options": Read(b"x-frame-options", passes=True),
    b"location": Read(b"location"),
}
RESPONSE: Final[Mapping[bytes, Treatment]] = {
    **ISSUER_RESPONSE,
    **dict.fromkeys(_OF_THE_ORIGIN, DROP),
    b"set-cookie": UNLESS_OURS,
    b"deprecation": Read(b"deprecation", repeated=None),
    b"sunset": Read(b"sunset", repeated=None),
}
"""Of services, which share the origin with the issuer."""

_INTERNAL: Final = (b"x-ostiary-",)
_OF_ANOTHER_DOOR: Final = (
    b"remote-",
    b"x-remote-",
    b"x-auth-request-",
    b"x-webauth-",
    b"ssl-client-",
    b"x-ssl-client-",
)
"""As doors of other makes tell who asks, which a service may still believe from whatever stands before it."""
_REQUEST_PREFIXES: Final = (*_INTERNAL, *_OF_ANOTHER_DOOR, b"x-forwarded-")
_RESPONSE_PREFIXES: Final = (*_INTERNAL, b"access-control-")
_ABOUT_THE_CONNECTION: Final = (b"connection", b"upgrade", b"transfer-encoding")
_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 64


class Names(dict[bytes, Treatment | None]):
    """From a name as sent to its treatment; None for what is no name. A dict, because a hit then costs one look-up."""

    def __init__(self, table: Mapping[bytes, Treatment], prefixes: tuple[bytes, ...]) -> None:
        super().__init__(table)
        self._table = table
        self._prefixes = prefixes

    def __missing__(self, name: bytes) -> Treatment | None:
        treatment = self._treatment(name)
        if len(self) < _REMEMBERED and len(name) <= _LONGEST_REMEMBERED:
            self[name] = treatment
        return treatment

    def _treatment(self, name: bytes) -> Treatment | None:
        if not syntax.is_token(name):
            return None
        lowered = name.lower()
        known = self._table.get(lowered)
        if known is not None:
            return known
        heard = _as_servers_hear(lowered)
        if heard.startswith(self._prefixes) or (heard != lowered and heard in self._table):
            return DROP
        return PASS

    def is_end_to_end(self, name: bytes) -> bool:
        """Whether this is a field that no connection option may take away (RFC 9110 section 7.6.1)."""
        return isinstance(self._table.get(name), Read) and name not in _ABOUT_THE_CONNECTION


def _as_servers_hear(name: bytes) -> bytes:
    """With everything but letters and digits as `-`: CGI and WSGI servers hear `x_user` and `x-user` alike."""
    odd = name.translate(None, syntax.ALPHANUMERIC + b"-")
    return name.translate(bytes.maketrans(odd, b"-" * len(odd))) if odd else name


def request_names() -> Names:
    """Of requests."""
    return Names(REQUEST, _REQUEST_PREFIXES)


def response_names() -> Names:
    """Of a service's responses."""
    return Names(RESPONSE, _RESPONSE_PREFIXES)


def issuer_response_names() -> Names:
    """Of the issuer's responses."""
    return Names(ISSUER_RESPONSE, _INTERNAL)


def value_of(text: bytes) -> bytes:
    """A field value without the white space around it (RFC 9112 section 5.1)."""
    return text.strip(syntax.OWS)


def without_our_cookies(value: bytes) -> bytes:
    """A Cookie field's value for anyone but the issuer; empty where nothing is left (RFC 6265 section 4.2)."""
    if value.startswith(_OURS) and b";" not in value:
        return b""
    if b"ostiary" not in value.lower():
        return value
    pairs = (pair.strip(b" \t") for pair in value.split(b";"))
    return b"; ".join(pair for pair in pairs if not is_our_cookie(pair))


def is_our_cookie(pair: bytes) -> bool:
    """Whether `name=value` names a cookie of ours to anyone.

    Browsers compare these prefixes without case, and some send a cookie without a name as its value alone (RFC 6265bis
    section 5.7); servers drop more white space before a name than browsers know, U+0085 for one.
    """
    return pair.lstrip(syntax.NOT_TOKEN).lower().startswith(OUR_COOKIES)
