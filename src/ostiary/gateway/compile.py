"""A contract becomes pipelines: for each route the closures that a request runs through, made when it loads.

    bytes -> request -> identify -> admit -> authorize -> limit -> inspect -> forward -> filter -> record

`service_route` names what stands behind each word, in this order; `Gateway.decide` runs it. What follows `limit`
happens as the request goes on: the shell calls `inspect` with the body, `forward` for the upstream's head, `answer`
(the filter) for the client's, and records.
"""

from collections.abc import Iterator
from dataclasses import field

from ostiary.contract.model import Contract, RouteRule, ServiceRule
from ostiary.gateway import admit, authorize, cors, facts, filter, forward, identity, limits
from ostiary.gateway.certificates import Trusted
from ostiary.gateway.decision import Inspection
from ostiary.gateway.identify.required import required
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.metrics import Counts
from ostiary.gateway.query_keys import QueryKeys
from ostiary.gateway.route import Route, Step
from ostiary.http.request import HeadBounds
from ostiary.model import endpoints
from ostiary.model.errors import BEARER, DPOP
from ostiary.model.frozen import frozen
from ostiary.model.principal import Binding


@frozen
class Facts:
    """What pipelines rest on beside the contract: memory that is kept true while they run."""

    trust: Trust
    table: limits.Table
    sign: identity.Sign
    counts: Counts = field(default_factory=Counts)
    trusted: Trusted = field(default_factory=Trusted)
    """Whose client certificates the listener takes."""


def service_route(rule: RouteRule, contract: Contract, known: Facts) -> Route:
    """One rule of the contract."""
    service = contract.services[rule.service]
    steps, inspections = tuple(_steps(rule, contract)), dict(_inspections(rule))
    return Route(
        rule=rule,
        service=service.name,
        identify=None if rule.public else required(service.audience, known.trust, contract.feed_bound_seconds),
        checks=tuple(step.check for step in steps),
        anew=tuple(step.check for step in steps if step.anew),
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
        yield Step("admit", "old keys are taken out of the query", keys.taken_out, anew=True)
    if _head_bounds(rule) != widest(contract):
        yield Step("admit", "bounds of the head", admit.head_within(_head_bounds(rule)))
    yield Step("admit", "bound of the body", admit.body_within(rule.bounds.body))
    yield Step("admit", "no token in the query", admit.no_token_in_query)
    if rule.upgrade is None:
        yield Step("admit", "no upgrade", admit.no_upgrade)
    if rule.public:
        return
    builds = {client.id: client.builds for client in contract.clients.values() if client.builds is not None}
    if builds:
        yield Step("admit", "min_version", admit.living_build(builds), anew=True)
    if any(client.allow_ips for client in contract.clients.values()):
        yield Step("admit", "allow_ips", admit.known_address, anew=True)
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
        yield Step("authorize", "step_up", authorize.step_up(rule.step_up), anew=True)


def _inspections(rule: RouteRule) -> Iterator[tuple[str, Inspection]]:
    """What reads the body, by name."""
    if rule.tenant is not None and rule.tenant.source == "body":
        yield "tenant", authorize.tenant_in_body(rule.tenant)
    if rule.owner is not None and rule.owner.source == "body":
        yield "owner", authorize.owner_in_body(rule.owner)


def _metadata(service: ServiceRule, contract: Contract) -> str:
    return f"{contract.origin}{endpoints.PROTECTED_RESOURCE}/{service.name}"


def _head_bounds(rule: RouteRule) -> HeadBounds:
    return HeadBounds(rule.bounds.request_line, rule.bounds.header_bytes, rule.bounds.header_count)


def widest(contract: Contract) -> HeadBounds:
    """What the listener allows before it knows the route."""
    all_bounds = [contract.bounds, *(rule.bounds for rule in contract.routes)]
    return HeadBounds(
        max(bounds.request_line for bounds in all_bounds),
        max(bounds.header_bytes for bounds in all_bounds),
        max(bounds.header_count for bounds in all_bounds),
    )
