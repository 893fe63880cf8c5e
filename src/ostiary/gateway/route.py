"""A route, compiled: its pipeline as closures, in the order in which they run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from ostiary.contract.model import RouteRule
from ostiary.gateway.decision import Answer, Check, Forward, Inspection
from ostiary.gateway.identify.required import Identify
from ostiary.gateway.limits import Bucket, Charges
from ostiary.gateway.metrics import RouteCounts
from ostiary.model.frozen import frozen
from ostiary.model.ids import RouteId, ServiceName

ADDRESSES: Final = 256
"""Of which a route remembers what their requests spend."""


@frozen
class Step:
    """A check with its name, for `ostiary explain request`."""

    stage: str
    """`admit` or `authorize`."""
    says: str
    check: Check
    anew: bool = False
    """Asked of each request: the answer hangs on more than the head and the credential, or changes the request."""


@dataclass(slots=True, eq=False)
class Route:
    """One rule of the contract, ready to run."""

    rule: RouteRule
    service: ServiceName | None
    """None: the issuer."""
    identify: Identify | None
    """None: public."""
    checks: tuple[Check, ...]
    anew: tuple[Check, ...]
    """Those of them that also a request is asked whose like was let in before: the same head, the same credential."""
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
    by_address: Callable[[str], Charges] = field(init=False, repr=False)
    """What a request of nobody known spends."""

    def __post_init__(self) -> None:
        self.by_address = lru_cache(ADDRESSES)(lambda address: Charges.on(self.limits, {}, address))

    @property
    def id(self) -> RouteId:
        return self.rule.id
