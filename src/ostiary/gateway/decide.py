"""What becomes of a request, as far as its head tells: the first refusal of its route's pipeline, or on it goes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ostiary.contract.model import Contract, GatewayRule, RouteRule
from ostiary.gateway import certificates, cors, limits
from ostiary.gateway.certificates import own_of
from ostiary.gateway.compile import Facts, service_route, widest
from ostiary.gateway.decision import Allow, Asked, Decision, Load, Refuse, Reply, Unloaded
from ostiary.gateway.issuer_routes import IssuerRoutes, is_of_issuer
from ostiary.gateway.peer import Peer
from ostiary.gateway.remembered import Seen
from ostiary.gateway.route import Route
from ostiary.gateway.routes import Routes
from ostiary.http.fields import request_names
from ostiary.http.request import RequestHead, RequestParser
from ostiary.http.target import served_authorities
from ostiary.keys.certificate import ClientCertificate
from ostiary.model.errors import HttpRefused, Refusal, TooManyRequests
from ostiary.model.reasons import Reason

LetIn = tuple[Routes, Route, list[str], Seen | None]
"""Of a head that was let in: among which routes its own was found, which, its captures, and with which credential. All
that the checks asked of these is the same when they come again."""
_NOBODY: Final = object()


class Gateway:
    """One contract, compiled. Nothing in it waits."""

    def __init__(
        self,
        contract: Contract,
        known: Facts,
        each: Callable[[Route], Route] | None = None,
        listener: GatewayRule | None = None,
    ) -> None:
        """`each` may wrap the contract's routes, to watch them (`gateway.watch`). `listener`: None is the door."""
        self.contract: Final = contract
        self.trust: Final = known.trust
        self.origin: Final = contract.origin if listener is None else listener.origin
        self.parser: Final = RequestParser(request_names(), served_authorities(self.origin), widest(contract))
        self._spend: Final = known.table.spend
        rules = [rule for rule in contract.routes if listener is None or rule.id in listener.routes]
        made = [service_route(_narrowed(rule, listener), contract, known) for rule in rules]
        routes = made if each is None else list(map(each, made))
        served = {rule.shape for rule in rules}
        elsewhere = {rule.shape: Reason.ROUTE_ELSEWHERE for rule in contract.routes if rule.shape not in served}
        internal = {rule.shape: Reason.ROUTE_INTERNAL for rule in rules if rule.internal}
        unserved = {**contract.unserved, **elsewhere}
        self._routes: Final = Routes(routes, unserved)
        self._hides: Final = bool(internal)
        self._outside: Final = Routes((route for route in routes if not route.rule.internal), unserved | internal)
        self._inside: Final = contract.internal_networks
        self._trusted: Final = known.trusted
        self._own: Final = own_of(contract.clients.values())
        self._issuer: Final = IssuerRoutes(contract, known, None if listener is None else listener.name)

    def decide(self, head: RequestHead, peer: Peer, now: float, clock: int) -> Decision:
        """All that is decided before the body. `now`: seconds since the epoch; `clock`: monotonic nanoseconds."""
        if peer.certificate is not None and (refused := self.certificate_refusal(peer.certificate, now)) is not None:
            return Refuse(refused, None)
        routes = self._outside if self._hides and not self._is_inside(peer) else self._routes
        before: LetIn | None = head.note
        let_in: object = _NOBODY
        if before is not None and before[0] is routes:
            _, route, captures, let_in = before
        else:
            try:
                route, captures = (self._issuer.of(head), []) if is_of_issuer(head) else routes.of(head)
            except HttpRefused as refused:
                return self._options(head, routes) if head.method == b"OPTIONS" else Refuse(refused, None)
        asked = Asked(head, peer, route, captures, now, clock)
        try:
            refusal = self._judge(asked, let_in)
        except Unloaded as missing:
            return Load(asked, missing.cookie)
        if refusal is not None:
            return Refuse(refusal, asked)
        if asked.seen is not let_in:
            head.keep((routes, route, captures, asked.seen))
        return Allow(asked)

    def certificate_refusal(self, certificate: ClientCertificate, now: float) -> HttpRefused | None:
        """Why the connection's certificate is good no more; None where it is."""
        return certificates.refusal(certificate, self._trusted, self._own, now)

    def _is_inside(self, peer: Peer) -> bool:
        """Whether internal routes are there for this connection."""
        return peer.certificate is not None or peer.within(self._inside)

    def _judge(self, asked: Asked, let_in: object) -> Refusal | None:
        """Identify, admit, authorize, limit. `let_in`: with which credential this head was before. Raises Unloaded."""
        route = asked.route
        if route.identify is not None:
            refusal = route.identify(asked)
            if refusal is not None:
                return refusal
        for check in route.anew if asked.seen is let_in else route.checks:
            refusal = check(asked)
            if refusal is not None:
                return refusal
        return self._limit(asked)

    def _limit(self, asked: Asked) -> Refusal | None:
        """Spend one request on every limit of the route and the client, else on that of its kind; or on none."""
        seen, route = asked.seen, asked.route
        charges = None if seen is None else seen.charges.get(route.rule.id)
        if charges is None:
            if seen is None and not route.limits:
                return None
            charges = _charges(asked)
        if not charges.of:
            return None
        left, reached = self._spend(charges.of, asked.clock)
        if reached is None:
            asked.limits = charges.fields(left)
            return None
        asked.limits = limits.refused_fields(reached)
        return TooManyRequests(Reason.LIMIT_REACHED, reached.wait)

    def _options(self, head: RequestHead, routes: Routes) -> Decision:
        """Preflights, and questions for what a path can do (RFC 9110 section 9.3.7)."""
        if head.path == b"*":
            return Reply(204, b"allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n")
        try:
            methods = routes.methods(head.segments)
            if cors.is_preflight(head):
                return Reply(204, cors.preflight(head, methods))
        except HttpRefused as refused:
            return Refuse(refused, None)
        return Reply(204, b"allow: %b\r\n" % b", ".join(sorted(methods.keys() | {b"OPTIONS"})))


def _charges(asked: Asked) -> limits.Charges:
    """What the request spends; remembered where it is the same for all requests of the credential."""
    seen, route = asked.seen, asked.route
    if seen is None:
        return route.by_address(asked.peer.bucket)
    together = route.limits + seen.limits or seen.otherwise
    charges = limits.Charges.on(together, seen.counted_as, asked.peer.bucket)
    if all(limit.per in seen.counted_as for limit in together):
        seen.charges[route.rule.id] = charges
    return charges


def _narrowed(rule: RouteRule, listener: GatewayRule | None) -> RouteRule:
    """A listener's kinds beside the route's."""
    return rule if listener is None else replace(rule, kinds=rule.kinds & listener.kinds)
