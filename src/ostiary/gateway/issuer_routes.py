"""The issuer's endpoints, which the gateway forwards to it: public, limited by address, judged there."""

from typing import Final

from ostiary.contract.model import Contract, Limit, LimitBy, Rate, RouteRule
from ostiary.gateway import admit, filter, forward, limits
from ostiary.gateway.compile import Facts
from ostiary.gateway.route import Route
from ostiary.http.request import RequestHead
from ostiary.model import endpoints
from ostiary.model.errors import BEARER, NotFound
from ostiary.model.ids import GatewayName, RouteId, ServiceName
from ostiary.model.reasons import Reason

_SIGN_IN_LIMIT: Final = Limit("sign-in", LimitBy.IP, Rate(count=2, seconds=1, burst=30))
_KEPT_LIMIT: Final = Limit("begin", LimitBy.IP, Rate(count=20, seconds=1, burst=200))
_LIMIT: Final = Limit("issuer", LimitBy.IP, Rate(count=1000, seconds=1, burst=4000))
"""For each address. A password costs 0.2 s of a core to check, a request that is kept takes 12 KB for half an hour,
everything else of the issuer is done in less than a millisecond."""
_RESERVED: Final = frozenset(path.split("/")[1].encode() for path in endpoints.RESERVED)
_PASSWORDS: Final = frozenset((b"POST", path.encode()) for path in endpoints.PASSWORDS)
_KEPT: Final = frozenset((method, path.encode()) for path in endpoints.KEPT for method in (b"POST", b"GET", b"HEAD"))


def is_of_issuer(head: RequestHead) -> bool:
    """Whether no route of the contract can be meant."""
    return head.segments[0] in _RESERVED


class IssuerRoutes:
    """As one listener has them. `gateway`: the listener's name, which serves clients alone; None is the door."""

    def __init__(self, contract: Contract, known: Facts, gateway: GatewayName | None) -> None:
        self._only_for_clients: Final = gateway is not None
        self._any: Final = _route(RouteId("issuer"), _LIMIT, contract, known, gateway)
        sign_in = _route(RouteId("issuer sign-in"), _SIGN_IN_LIMIT, contract, known, gateway)
        kept = _route(RouteId("issuer begin"), _KEPT_LIMIT, contract, known, gateway)
        self._narrower: Final = {**dict.fromkeys(_PASSWORDS, sign_in), **dict.fromkeys(_KEPT, kept)}

    def of(self, head: RequestHead) -> Route:
        """Raises NotFound. Which methods an endpoint has, the issuer knows and says in its refusal."""
        if self._only_for_clients and not _is_for_clients(head.path.decode("latin-1")):
            raise NotFound(Reason.ROUTE_UNKNOWN)
        return self._narrower.get((head.method, head.path), self._any)


def _is_for_clients(path: str) -> bool:
    """Whether a listener of its own serves it too."""
    return path in endpoints.FOR_CLIENTS or path.startswith(endpoints.PROTECTED_RESOURCE)


def _route(id: RouteId, limit: Limit, contract: Contract, known: Facts, gateway: GatewayName | None) -> Route:
    rule = RouteRule(
        id, "*", (), (), ServiceName("issuer"), frozenset(), True, bounds=contract.bounds, timeouts=contract.timeouts
    )
    return Route(
        rule=rule,
        service=None,
        identify=None,
        checks=(admit.body_within(rule.bounds.body), admit.no_upgrade),
        anew=(),
        limits=(limits.bucket(limit, id),),
        inspect=(),
        forward=forward.to_issuer(gateway),
        answer=filter.of_issuer(contract),
        origins=frozenset(),
        metadata=None,
        schemes=(BEARER,),
        counts=known.counts.of_route(id),
        steps=(),
        inspects=(),
    )
