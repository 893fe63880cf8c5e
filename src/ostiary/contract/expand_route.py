"""From a route of the file to its rule."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ostiary.contract.file import ContractFile
from ostiary.contract.file_route import Expose, LimitOf, Route, StepUpOf
from ostiary.contract.model import Bounds, Limit, LimitBy, Rate, RouteRule, ScopeRule, StepUp, Timeouts
from ostiary.contract.profiles import PROFILES
from ostiary.model.ids import Role, RouteId, Scope, ServiceName
from ostiary.model.principal import Kind

_STRENGTH = ("pwd", "mfa")
"""Of `acr` values, the weakest first."""


def route_rule(file: ContractFile, route: Route, scopes: Mapping[Scope, ScopeRule], line: int) -> RouteRule:
    """The rule of a route; what it does not say is what the contract says for all."""
    needed = frozenset(map(Scope, route.scope))
    asked = [scopes[scope].step_up for scope in needed] + [step_up(route.step_up)]
    return RouteRule(
        id=RouteId(route.on.text),
        method=route.on.method,
        segments=route.on.segments,
        parameters=route.on.parameters,
        service=ServiceName(route.to),
        scopes=needed,
        public=route.public,
        roles=frozenset(map(Role, route.roles)),
        owner=route.owner,
        tenant=route.tenant,
        kinds=kinds_of(route),
        bound=route.bound.binding,
        limits=limits(_stated_limits(file, route)),
        step_up=_strictest(asked),
        bounds=replace(Bounds(**file.bounds.model_dump()), **route.bounds.model_dump(exclude_none=True)),
        timeouts=replace(Timeouts(**file.timeouts.model_dump()), **route.timeouts.model_dump(exclude_none=True)),
        upgrade=route.upgrade,
        internal=route.expose is Expose.INTERNAL,
        line=line,
    )


def kinds_of(route: Route) -> frozenset[Kind]:
    """As stated, else those whose profile sees routes that name none."""
    if route.kinds is not None:
        return frozenset(route.kinds)
    return frozenset(kind for kind, sheet in PROFILES.items() if sheet.sees_unnamed.value)


def _stated_limits(file: ContractFile, route: Route) -> Iterable[LimitOf]:
    """The route's own, else the contract's; of these a public route has those that count what it knows."""
    if route.limit is not None:
        return route.limit
    return [limit for limit in file.limit if not route.public or limit.per is LimitBy.IP]


def step_up(asked: StepUpOf | None) -> StepUp | None:
    if asked is None or (asked.acr is None and asked.max_age is None):
        return None
    return StepUp(asked.acr.value if asked.acr else None, asked.max_age)


def _strictest(asked: Iterable[StepUp | None]) -> StepUp | None:
    """The strongest `acr` and the shortest `max_age` of all."""
    stated = [one for one in asked if one is not None]
    if not stated:
        return None
    strengths = [one.acr for one in stated if one.acr is not None]
    ages = [one.max_age for one in stated if one.max_age is not None]
    return StepUp(max(strengths, key=_STRENGTH.index, default=None), min(ages, default=None))


def limits(stated: Iterable[LimitOf], prefix: str = "") -> tuple[Limit, ...]:
    """Limits with policy names that differ: `person`, `ip`, `ip-2`."""
    seen: Counter[str] = Counter()
    named = []
    for limit in stated:
        seen[limit.per] += 1
        name = prefix + limit.per + (f"-{seen[limit.per]}" if seen[limit.per] > 1 else "")
        count, seconds = limit.rate
        named.append(Limit(name, limit.per, Rate(count, seconds, limit.burst or count)))
    return tuple(named)
