"""A route, compiled: its pipeline as closures, in the order in which they run."""

from dataclasses import dataclass

from ostiary.contract.model import RouteRule
from ostiary.gateway.decision import Answer, Check, Forward, Inspection
from ostiary.gateway.identify.required import Identify
from ostiary.gateway.limits import Bucket
from ostiary.gateway.metrics import RouteCounts
from ostiary.model.ids import RouteId, ServiceName


@dataclass(frozen=True, slots=True)
class Step:
    """A check with its name, for `ostiary explain request`."""

    stage: str
    """`admit` or `authorize`."""
    says: str
    check: Check


@dataclass(slots=True, eq=False)
class Route:
    """One rule of the contract, ready to run."""

    rule: RouteRule
    service: ServiceName | None
    """None: the issuer."""
    identify: Identify | None
    """None: public."""
    checks: tuple[Check, ...]
    limits: tuple[Bucket, ...]
    inspect: tuple[Inspection, ...]
    """Where it is not empty, the body is read whole before it is forwarded."""
    forward: Forward
    answer: Answer
    origins: frozenset[bytes]
    """Of the web clients whose scripts may call it."""
    metadata: str | None
    """URL of the protected resource's metadata (RFC 9728)."""
    schemes: tuple[str, ...]
    """Of the challenge where no credential came: how clients of the contract bring tokens."""
    counts: RouteCounts
    steps: tuple[Step, ...]
    """The checks with their names."""
    inspects: tuple[str, ...]
    """The names of `inspect`."""

    @property
    def id(self) -> RouteId:
        return self.rule.id
