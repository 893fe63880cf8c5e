"""A contract becomes pipelines: for each route the closures that a request runs through, made when it loads.

    bytes -> request -> identify -> admit -> authorize -> limit -> inspect -> forward -> filter -> record

`_service_route` names what stands behind each word, in this order; `Gateway.decide` runs it. What follows `limit`
happens as the request goes on: the shell calls `inspect` with the body, `forward` for the upstream's head, `answer`
(the filter) for the client's, and records.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ostiary.contract.model import Contract, GatewayRule, Limit, LimitBy, Rate, RouteRule, ServiceRule
from ostiary.gateway import admit, authorize, certificates, cors, facts, filter, forward, identity, limits
from ostiary.gateway.certificates import Trusted, own_of
from ostiary.gateway.decision import Allow, Asked, Check, Decision, Inspection, Load, Refuse, Reply, Unloaded
from ostiary.gateway.identify.required import required
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.metrics import Counts
from ostiary.gateway.peer import Peer
from ostiary.gateway.query_keys import QueryKeys
from ostiary.gateway.route import Route, Step
from ostiary.gateway.routes import Routes
from ostiary.http.fields import request_names
from ostiary.http.request import HeadBounds, RequestHead, RequestParser
from ostiary.http.target import served_authorities
from ostiary.keys.certificate import ClientCertificate
from ostiary.model import endpoints
from ostiary.model.errors import BEARER, DPOP, HttpRefused, MethodNotAllowed, NotFound, Refusal, TooManyRequests
from ostiary.model.ids import GatewayName, RouteId, ServiceName
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

ISSUER_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST")
REGISTRATION_METHODS: Final = (*ISSUER_METHODS, "DELETE", "PUT")
"""A registration is changed and ended by methods of its own (RFC 7592 section 2)."""
SIGN_IN_LIMIT: Final = Limit("sign-in", LimitBy.IP, Rate(count=2, seconds=1, burst=30))
ISSUER_LIMIT: Final = Limit("issuer", LimitBy.IP, Rate(count=1000, seconds=1, burst=4000))
"""For each address. A password costs 0.2 s of a core to check, everything else of the issuer below a millisecond."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What pipelines rest on beside the contract: memory that is kept true while they run."""

    trust: Trust
    table: limits.Table
    sign: identity.Sign
    counts: Counts = field(default_factory=Counts)
    trusted: Trusted = field(default_factory=Trusted)
    """Whose client certificates the listener takes."""


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
        self.parser: Final = RequestParser(request_names(), served_authorities(self.origin), _widest(contract))
        self._spend: Final = known.table.spend
        rules = [rule for rule in contract.routes if listener is None or rule.id in listener.routes]
        made = [_service_route(_narrowed(rule, listener), contract, known) for rule in rules]
        routes = made if each is None else list(map(each, made))
        elsewhere = {rule.shape: Reason.ROUTE_ELSEWHERE for rule in contract.routes if rule not in rules}
        internal = {rule.shape: Reason.ROUTE_INTERNAL for rule in rules if rule.internal}
        unserved = {**contract.unserved, **elsewhere}
        self._routes: Final = Routes(routes, unserved)
        self._outside: Final = Routes((route for route in routes if not route.rule.internal), unserved | internal)
        self._inside: Final = contract.internal_networks
        self._trusted: Final = known.trusted
        self._own: Final = own_of(contract.clients.values())
        self._only_for_clients: Final = listener is not None
        name = None if listener is None else listener.name
        self._issuer: Final = _issuer_route(RouteId("issuer"), ISSUER_LIMIT, contract, known, name)
        self._sign_in: Final = _issuer_route(RouteId("issuer sign-in"), SIGN_IN_LIMIT, contract, known, name)

    def decide(self, head: RequestHead, peer: Peer, now: float, clock: int) -> Decision:
        """All that is decided before the body. `now`: seconds since the epoch; `clock`: monotonic nanoseconds."""
        if peer.certificate is not None and (refused := self.certificate_refusal(peer.certificate, now)) is not None:
            return Refuse(refused, None)
        routes = self._routes if self._is_inside(peer) else self._outside
        try:
            route, captures = self._of_issuer(head) if head.segments[0] in _RESERVED else routes.of(head)
        except HttpRefused as refused:
            return self._options(head, routes) if head.method == b"OPTIONS" else Refuse(refused, None)
        asked = Asked(head, peer, route, captures, now, clock)
        try:
            refusal = self.judge(asked)
        except Unloaded as missing:
            return Load(asked, missing.cookie)
        return Allow(asked) if refusal is None else Refuse(refusal, asked)

    def certificate_refusal(self, certificate: ClientCertificate, now: float) -> HttpRefused | None:
        """Why the connection's certificate is good no more; None where it is."""
        return certificates.refusal(certificate, self._trusted, self._own, now)

    def _is_inside(self, peer: Peer) -> bool:
        """Whether internal routes are there for this connection."""
        return peer.certificate is not None or peer.within(self._inside)

    def judge(self, asked: Asked) -> Refusal | None:
        """Identify, admit, authorize, limit. Raises Unloaded."""
        route = asked.route
        if route.identify is not None:
            refusal = route.identify(asked)
            if refusal is not None:
                return refusal
        for check in route.checks:
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

    def _of_issuer(self, head: RequestHead) -> tuple[Route, list[str]]:
        if self._only_for_clients and not _is_for_clients(head.path.decode("latin-1")):
            raise NotFound(Reason.ROUTE_UNKNOWN)
        methods = REGISTRATION_METHODS if head.path == _REGISTER else ISSUER_METHODS
        if head.method.decode("latin-1") not in methods:
            raise MethodNotAllowed(Reason.ROUTE_METHOD, methods)
        return (self._sign_in if head.method == b"POST" and head.path == _SIGN_IN else self._issuer), []

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
        return limits.Charges.on(route.limits, {}, asked.peer.bucket)
    together = route.limits + seen.limits or seen.otherwise
    charges = limits.Charges.on(together, seen.counted_as, asked.peer.bucket)
    if all(limit.per in seen.counted_as for limit in together):
        seen.charges[route.rule.id] = charges
    return charges


_RESERVED: Final = frozenset(path.split("/")[1].encode() for path in endpoints.RESERVED)
_SIGN_IN: Final = endpoints.SIGN_IN.encode()
_REGISTER: Final = endpoints.REGISTER.encode()


def _is_for_clients(path: str) -> bool:
    """Whether a listener of its own serves it too."""
    return path in endpoints.FOR_CLIENTS or path.startswith(endpoints.PROTECTED_RESOURCE)


def _narrowed(rule: RouteRule, listener: GatewayRule | None) -> RouteRule:
    """A listener's kinds beside the route's."""
    return rule if listener is None else replace(rule, kinds=rule.kinds & listener.kinds)


def _service_route(rule: RouteRule, contract: Contract, known: Facts) -> Route:
    """One rule of the contract."""
    service = contract.services[rule.service]
    steps, inspections = tuple(_steps(rule, contract)), dict(_inspections(rule))
    return Route(
        rule=rule,
        service=service.name,
        identify=None if rule.public else required(service.audience, known.trust, contract.feed_bound_seconds),
        checks=tuple(step.check for step in steps),
        limits=tuple(limits.bucket(limit, rule.id) for limit in rule.limits),
        inspect=tuple(inspections.values()),
        forward=forward.to_service(service, identity.line(service, contract.origin, known.sign)),
        answer=filter.of_service(service, contract),
        origins=cors.origins_of(rule, contract),
        metadata=_metadata(service, contract),
        schemes=(BEARER, DPOP) if contract.proves else (BEARER,),
        counts=known.counts.of_route(rule.id),
        steps=steps,
        inspects=tuple(inspections),
    )


def _steps(rule: RouteRule, contract: Contract) -> Iterator[Step]:
    """The checks of a route in their order; what a rule does not ask costs nothing."""
    keys = QueryKeys(contract)
    if keys.names:
        yield Step("admit", "old keys are taken out of the query", keys.taken_out)
    if _head_bounds(rule) != _widest(contract):
        yield Step("admit", "bounds of the head", admit.head_within(_head_bounds(rule)))
    yield Step("admit", "bound of the body", admit.body_within(rule.bounds.body))
    yield Step("admit", "no token in the query", admit.no_token_in_query)
    if rule.upgrade is None:
        yield Step("admit", "no upgrade", admit.no_upgrade)
    if rule.public:
        return
    builds = {client.id: client.builds for client in contract.clients.values() if client.builds is not None}
    if builds:
        yield Step("admit", "min_version", admit.living_build(builds))
    if any(client.allow_ips for client in contract.clients.values()):
        yield Step("admit", "allow_ips", admit.known_address)
    if any(client.profile.cors for client in contract.clients.values()):
        yield Step("admit", "origins", admit.own_origin(contract.origin.encode()))
    if any(client.profile.kind not in rule.kinds for client in contract.clients.values()):
        yield Step("admit", "kinds", admit.one_of_kinds(rule.kinds))
    if rule.bound > Binding.BEARER:
        yield Step("admit", "bound", admit.bound_by(rule.bound))
    yield from _authorize(rule)


def _authorize(rule: RouteRule) -> Iterator[Step]:
    yield Step("authorize", "scope", authorize.scopes(rule.scopes))
    if rule.roles:
        yield Step("authorize", "roles", authorize.roles(rule.roles))
    if rule.tenant is not None and rule.tenant.source != "body":
        yield Step("authorize", "tenant", authorize.tenant(facts.reader(rule.tenant, rule)))
    if rule.owner is not None and rule.owner.source != "body":
        yield Step("authorize", "owner", authorize.owner(facts.reader(rule.owner, rule)))
    if rule.step_up is not None:
        yield Step("authorize", "step_up", authorize.step_up(rule.step_up))


def _inspections(rule: RouteRule) -> Iterator[tuple[str, Inspection]]:
    """What reads the body, by name."""
    if rule.tenant is not None and rule.tenant.source == "body":
        yield "tenant", authorize.tenant_in_body(rule.tenant)
    if rule.owner is not None and rule.owner.source == "body":
        yield "owner", authorize.owner_in_body(rule.owner)


def _issuer_route(id: RouteId, limit: Limit, contract: Contract, known: Facts, gateway: GatewayName | None) -> Route:
    """The issuer's endpoints: public, limited by address, judged there."""
    rule = RouteRule(
        id, "*", (), (), ServiceName("issuer"), frozenset(), True, bounds=contract.bounds, timeouts=contract.timeouts
    )
    checks: Sequence[Check] = (admit.body_within(rule.bounds.body), admit.no_upgrade)
    return Route(
        rule=rule,
        service=None,
        identify=None,
        checks=tuple(checks),
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


def _metadata(service: ServiceRule, contract: Contract) -> str:
    return f"{contract.origin}{endpoints.PROTECTED_RESOURCE}/{service.name}"


def _head_bounds(rule: RouteRule) -> HeadBounds:
    return HeadBounds(rule.bounds.request_line, rule.bounds.header_bytes, rule.bounds.header_count)


def _widest(contract: Contract) -> HeadBounds:
    """What the listener allows before it knows the route."""
    all_bounds = [contract.bounds, *(rule.bounds for rule in contract.routes)]
    return HeadBounds(
        max(bounds.request_line for bounds in all_bounds),
        max(bounds.header_bytes for bounds in all_bounds),
        max(bounds.header_count for bounds in all_bounds),
    )
