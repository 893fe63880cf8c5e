"""Where requests come in, how much they may bring, and for how long they are waited for."""

from ipaddress import IPv4Network, IPv6Network

from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName, RouteId
from ostiary.model.principal import Kind

Network = IPv4Network | IPv6Network


@frozen
class Bounds:
    """The most that a request may bring, each changeable by route."""

    request_line: int = 8 * 1024
    header_bytes: int = 32 * 1024
    header_count: int = 100
    body: int = 1024 * 1024


@frozen
class Timeouts:
    """In seconds."""

    headers: float = 10.0
    body: float = 30.0
    connect: float = 2.0
    first_byte: float = 30.0
    idle: float = 60.0
    """Between bytes of a stream, and of a kept-alive connection between requests."""


@frozen
class TlsFiles:
    """PEM files; paths are from the contract's folder, or absolute where it runs."""

    certificate: str
    key: str


@frozen
class GatewayRule:
    """A listener of its own, beside the door."""

    name: GatewayName
    origin: str
    """`https://host[:port]`: what its clients see."""
    kinds: frozenset[Kind]
    routes: frozenset[RouteId]
    """Those that are there; the others are not."""
    asks_certificate: bool
    """Whether it asks for a client certificate."""
