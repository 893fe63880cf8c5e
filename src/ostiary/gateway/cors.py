"""CORS by the kind of a client: scripts of its own origins read its answers, and nobody else's do (Fetch Standard)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ostiary.contract.model import ClientRule, Contract, RouteRule
from ostiary.gateway.decision import Asked
from ostiary.http.request import RequestHead
from ostiary.model.errors import Forbidden
from ostiary.model.reasons import Reason

if TYPE_CHECKING:
    from ostiary.gateway.route import Route

MAX_AGE: Final = 600
"""Seconds for which a browser remembers a preflight."""
EXPOSED: Final = b"dpop-nonce, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id"


def origins_of(rule: RouteRule, contract: Contract) -> frozenset[bytes]:
    """The origins of clients that can have a token which this route lets in."""
    return frozenset(
        origin.encode()
        for client in contract.clients.values()
        if client.profile.cors and (rule.public or _lets_in(rule, client))
        for origin in client.origins
    )


def _lets_in(rule: RouteRule, client: ClientRule) -> bool:
    return client.profile.kind in rule.kinds and rule.scopes <= client.scopes


def lines(asked: Asked) -> bytes:
    """The CORS fields of an answer, as lines. Where no token was read, the route says whose scripts may read it."""
    origins = asked.route.origins
    if not origins:
        return b""
    origin = asked.head.fields.get(b"origin")
    allowed = origins if asked.seen is None else asked.seen.origins or ()
    return _VARY if origin is None or origin not in allowed else _granted(origin)


def _granted(origin: bytes) -> bytes:
    return b"access-control-allow-origin: %b\r\naccess-control-expose-headers: %b\r\n%b" % (origin, EXPOSED, _VARY)


_VARY: Final = b"vary: origin\r\n"


def preflight(head: RequestHead, methods: Mapping[bytes, "Route"]) -> bytes:
    """The fields that answer a preflight for a path with these methods, as lines. Raises
    Forbidden(ORIGIN_NOT_ALLOWED)."""
    origin, method = head.fields[b"origin"], head.fields[b"access-control-request-method"]
    if method not in methods or origin not in methods[method].origins:
        raise Forbidden(Reason.ORIGIN_NOT_ALLOWED)
    wanted = head.fields.get(b"access-control-request-headers")
    allowed = sorted(name for name, route in methods.items() if origin in route.origins)
    return b"".join(
        (
            b"access-control-allow-origin: %b\r\n" % origin,
            b"access-control-allow-methods: %b\r\n" % b", ".join(allowed),
            b"access-control-allow-headers: %b\r\n" % wanted if wanted else b"",
            b"access-control-max-age: %d\r\n" % MAX_AGE,
            b"vary: origin, access-control-request-method, access-control-request-headers\r\n",
        )
    )


def is_preflight(head: RequestHead) -> bool:
    """Whether a request for OPTIONS is one (Fetch Standard section 3.2.2)."""
    return b"origin" in head.fields and b"access-control-request-method" in head.fields
