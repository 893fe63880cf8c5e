"""The file a user writes, as types: routes, limits and bounds."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from ostiary.contract.model import Bounds, LimitBy, Timeouts, Upgrade
from ostiary.contract.patterns import FactText, PatternText
from ostiary.contract.setting import Setting
from ostiary.contract.words import CountPerTime, Flag, Name, ScopeName, Seconds, Size, Timeout
from ostiary.model.principal import Binding, Kind


def as_tuple(value: object) -> object:
    """One stands for a list of one."""
    return tuple(value) if isinstance(value, list) else (value,)


class Acr(StrEnum):
    """How a person signed in, as `acr` carries it."""

    PASSWORD = "pwd"  # noqa: S105  # the name of a way, not a secret
    MULTI_FACTOR = "mfa"


class StepUpOf(Setting):
    """What is asked of the sign-in (RFC 9470)."""

    acr: Acr | None = None
    """How the person has to have signed in."""
    max_age: Seconds | None = None
    """How long ago at most."""


class LimitOf(Setting):
    """How many requests, and whose count together."""

    per: LimitBy
    """Whose requests count together."""
    rate: CountPerTime
    """How many in which time, spread evenly."""
    burst: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """How many at once. By default as many as `rate` counts."""


_Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class BoundsOf(Setting):
    """The most that a request may bring."""

    request_line: Size = Bounds().request_line
    """Bytes of the request line."""
    header_bytes: Size = Bounds().header_bytes
    """Bytes of the header block."""
    header_count: _Count = Bounds().header_count
    """Header fields."""
    body: Size = Bounds().body
    """Bytes of the body."""


class RouteBounds(Setting):
    """What differs on this route from `bounds`."""

    request_line: Size | None = None
    """Bytes of the request line."""
    header_bytes: Size | None = None
    """Bytes of the header block."""
    header_count: _Count | None = None
    """Header fields."""
    body: Size | None = None
    """Bytes of the body."""


class TimeoutsOf(Setting):
    """How long the gateway waits."""

    headers: Timeout = Timeouts().headers
    """For the whole header block of a request."""
    body: Timeout = Timeouts().body
    """Between two parts of a request's body."""
    connect: Timeout = Timeouts().connect
    """For a connection to the service."""
    first_byte: Timeout = Timeouts().first_byte
    """For the first byte of the service's answer."""
    idle: Timeout = Timeouts().idle
    """Between bytes of a stream, and between requests on one connection."""


class RouteTimeouts(Setting):
    """What differs on this route from `timeouts`."""

    body: Timeout | None = None
    """Between two parts of a request's body."""
    connect: Timeout | None = None
    """For a connection to the service."""
    first_byte: Timeout | None = None
    """For the first byte of the service's answer."""
    idle: Timeout | None = None
    """Between bytes of a stream."""


class BindingName(StrEnum):
    """How strongly a request is bound to its client, weakest first."""

    BEARER = "bearer"
    API_KEY = "api-key"
    COOKIE = "cookie"
    SIGNATURE = "signature"
    DPOP = "dpop"
    MTLS = "mtls"

    @property
    def binding(self) -> Binding:
        return Binding[self.name]


class Expose(StrEnum):
    """From where a route can be reached."""

    EVERYWHERE = "everywhere"
    INTERNAL = "internal"


class Route(Setting):
    """Which requests, to where, and what they must prove."""

    on: PatternText
    """The method and the path, with `{name}` for a segment that may be anything: `GET /v1/users/{user}/orders`."""
    to: Name
    """The service that answers."""
    scope: Annotated[
        tuple[ScopeName, ...], BeforeValidator(as_tuple, json_schema_input_type=ScopeName | list[ScopeName])
    ] = ()
    """The scope that the token needs; of a list, all."""
    version: Name | None = None
    """The version of the API that it belongs to. By default the first segment of the path that reads like `v1` or
    `v2.1`; without one the route is of no version."""
    public: Flag = False
    """Everyone may call this, without a token."""
    roles: tuple[Name, ...] = ()
    """The person needs one of these. By default any."""
    owner: FactText | None = None
    """Where the request names whose thing it is about; it has to be the person who asks. A bare word is a parameter of
    the path; else `path.`, `query.`, `body.` or `claims.` and a name."""
    tenant: FactText | None = None
    """Where the request names the tenant; it has to be the tenant of who asks. Written like `owner`."""
    kinds: tuple[Kind, ...] | None = None
    """The kinds of clients that may call this. By default all but `legacy`."""
    bound: BindingName = BindingName.BEARER
    """The least proof of possession."""
    expose: Expose = Expose.EVERYWHERE
    """`internal`: the route is there only for requests from `internal_networks`, or with a client certificate."""
    step_up: StepUpOf | None = None
    """What is asked of the sign-in, beside what the scopes ask (RFC 9470)."""
    limit: (
        Annotated[tuple[LimitOf, ...], BeforeValidator(as_tuple, json_schema_input_type=LimitOf | list[LimitOf])] | None
    ) = None
    """The limit or limits of this route, in place of the contract's."""
    bounds: RouteBounds = Field(default_factory=RouteBounds)
    """The most that a request to this route may bring."""
    timeouts: RouteTimeouts = Field(default_factory=RouteTimeouts)
    """How long the gateway waits on this route."""
    upgrade: Upgrade | None = None
    """The protocol that a connection may change to."""
