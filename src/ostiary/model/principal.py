"""One principal, whatever the client brought."""

from enum import IntEnum, StrEnum

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GrantId, Role, Scope, SessionId, Subject, TenantId


class Kind(StrEnum):
    """What a client is; the kind carries its whole profile."""

    WEB = "web"
    SPA = "spa"
    MOBILE = "mobile"
    PARTNER = "partner"
    THIRD_PARTY = "third-party"
    SERVICE = "service"
    DEVICE = "device"
    LEGACY = "legacy"


class Binding(IntEnum):
    """How strongly a request is bound to the one who may make it; the greater, the stronger."""

    NONE = 0
    BEARER = 1
    API_KEY = 2
    COOKIE = 3
    SIGNATURE = 4
    DPOP = 5
    MTLS = 6


@frozen
class Principal:
    """Who asks, as every step after `identify` sees it. `auth_time` is in seconds since the epoch."""

    client: ClientId
    kind: Kind
    binding: Binding
    scopes: frozenset[Scope]
    subject: Subject | None = None
    """The person; None where a client acts for itself."""
    tenant: TenantId | None = None
    roles: frozenset[Role] = frozenset()
    session: SessionId | None = None
    grant: GrantId | None = None
    acr: str | None = None
    auth_time: int | None = None
    actors: tuple[ClientId, ...] = ()
    """Who acts for the person (RFC 8693), the last one first; empty where the person's own client asks."""
    behind: tuple[ClientId, ...] = ()
    """The other clients that it stands on: who acted before, and to whom the person granted it."""
    details: str | None = None
    """The authorization details (RFC 9396) as JSON; what they mean is the service's to say."""
