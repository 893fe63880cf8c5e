"""Where requests go to, and what an upstream is told of who asks."""

from enum import StrEnum

from ostiary.model.frozen import frozen
from ostiary.model.ids import ServiceName


class Identity(StrEnum):
    """How an upstream learns who asks."""

    JWT = "jwt"
    HEADERS = "headers"


@frozen
class ServiceRule:
    """An upstream. `audience` is the `aud` of tokens for it."""

    name: ServiceName
    host: str
    port: int
    tls: bool
    base_path: str
    """Prefixed to every path; empty or `/like/this`."""
    audience: str
    identity: Identity = Identity.JWT
    connections: int = 128
    """The most to this service, from each worker."""
    health_path: str | None = None
    openapi: str | None = None
