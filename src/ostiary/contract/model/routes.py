"""Which requests go where, and what they must prove."""

from enum import StrEnum

from ostiary.contract.model.clients import ClientRule
from ostiary.contract.model.limits import Limit
from ostiary.contract.model.listeners import Bounds, Timeouts
from ostiary.contract.model.scopes import StepUp
from ostiary.model.frozen import frozen
from ostiary.model.ids import Role, RouteId, Scope, ServiceName
from ostiary.model.principal import Binding, Kind


@frozen
class Fact:
    """Where a rule reads from the request: `path.user`, `query.user`, `body.account.owner`, `claims.tenant`."""

    source: str
    """`path`, `query`, `body` or `claims`."""
    path: tuple[str, ...]


class Upgrade(StrEnum):
    WEBSOCKET = "websocket"


Segments = tuple[str | None, ...]
"""Of a path, percent-decoded; None for a `{parameter}`."""
Shape = tuple[str, Segments]
"""A method and segments: what a pattern matches, whatever its parameters are called."""


@frozen
class RouteRule:
    """One rule: which requests, to where, and what they must prove."""

    id: RouteId
    method: str
    segments: Segments
    parameters: tuple[str, ...]
    """Names of the `{parameter}` segments, in order."""
    service: ServiceName
    scopes: frozenset[Scope]
    """All are needed. Empty only on public routes."""
    public: bool = False
    roles: frozenset[Role] = frozenset()
    """One is enough; empty: any."""
    owner: Fact | None = None
    tenant: Fact | None = None
    kinds: frozenset[Kind] = frozenset(Kind)
    bound: Binding = Binding.BEARER
    limits: tuple[Limit, ...] = ()
    step_up: StepUp | None = None
    """The strictest of its scopes'."""
    bounds: Bounds = Bounds()
    timeouts: Timeouts = Timeouts()
    upgrade: Upgrade | None = None
    internal: bool = False
    """Whether it is there only for `internal_networks` and connections with a client certificate."""
    line: int = 0
    """In the contract's file."""

    @property
    def shape(self) -> Shape:
        return self.method, self.segments


def limits_of(rule: RouteRule, client: ClientRule) -> tuple[Limit, ...]:
    """What a request of the client spends on the route: the limits of both, or the kind's where neither has one."""
    return rule.limits + client.limits or (client.profile.limit,)
