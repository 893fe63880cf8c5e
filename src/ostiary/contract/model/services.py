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

    @property
    def authority(self) -> str:
        """As in its URLs, an address of IPv6 in brackets (RFC 3986 section 3.2.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
