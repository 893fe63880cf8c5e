"""What the gateway does with requests."""

from ostiary.model.events import Event
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GatewayName, Reference, RouteId, Subject, TenantId
from ostiary.model.reasons import Reason


@frozen(kw_only=True)
class GatewayRefused(Event):
    """The gateway refused a request: `route` is absent where none matched, `ref` is what the client was told."""

    reason: Reason
    ref: Reference
    status: int
    peer: str
    route: RouteId | None = None
    client: ClientId | None = None
    subject: Subject | None = None
    tenant: TenantId | None = None


@frozen(kw_only=True)
class RefusalsCounted(Event):
    """Refusals past the bound of what is listed, since the record before: one for each who, where and why."""

    count: int
    reason: Reason
    seconds: float
    route: RouteId | None = None
    client: ClientId | None = None
    peer: str | None = None


@frozen(kw_only=True)
class HandshakesRefused(Event):
    """TLS handshakes that a listener refused, since the record before: one for each who, where and why. `gateway` is
    absent for the door."""

    count: int
    reason: Reason
    seconds: float
    gateway: GatewayName | None = None
    peer: str | None = None


@frozen(kw_only=True)
class RequestsAllowed(Event):
    """A batch of requests that a service answered. `who`: distinct (client, subject, tenant); `where`: distinct routes;
    `requests`: (milliseconds since `at`, index in who, index in where, status, request number) for each."""

    prefix: str
    who: tuple[tuple[str, str | None, str | None], ...]
    where: tuple[RouteId, ...]
    requests: tuple[tuple[int, int, int, int, int], ...]


@frozen(kw_only=True)
class RecordsLost(Event):
    """Allowed requests that were answered and could not be recorded, counted when recording works again."""

    count: int
