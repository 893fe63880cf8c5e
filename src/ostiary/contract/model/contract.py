"""All of a contract, as one value."""

from collections.abc import Mapping
from dataclasses import field

from ostiary.contract.model.apps import AttesterRule
from ostiary.contract.model.clients import ClientRule
from ostiary.contract.model.listeners import Bounds, GatewayRule, Network, Timeouts
from ostiary.contract.model.registration import RegistrationRule
from ostiary.contract.model.routes import RouteRule, Shape
from ostiary.contract.model.scopes import DetailRule, ScopeRule
from ostiary.contract.model.services import ServiceRule
from ostiary.contract.pins import Pins
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GatewayName, Role, Scope, ServiceName
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason


@frozen
class InsecureUse:
    """A setting that weakens a profile, with the reason the contract must give."""

    setting: str
    because: str


@frozen
class Contract:
    """Everything in force. `digest` names this version: SHA-256 of its file's bytes, in hexadecimal."""

    origin: str
    """`https://host[:port]`: what clients see, and the issuer's name."""
    digest: str
    services: Mapping[ServiceName, ServiceRule]
    scopes: Mapping[Scope, ScopeRule]
    roles: Mapping[Role, frozenset[Scope]]
    clients: Mapping[ClientId, ClientRule]
    routes: tuple[RouteRule, ...]
    unserved: Mapping[Shape, Reason] = field(default_factory=dict)
    """Requests that a route fits and that none answers (`contract.overlaps`)."""
    details: Mapping[str, DetailRule] = field(default_factory=dict)
    bounds: Bounds = Bounds()
    timeouts: Timeouts = Timeouts()
    trusted_proxies: tuple[Network, ...] = ()
    internal_networks: tuple[Network, ...] = ()
    gateways: Mapping[GatewayName, GatewayRule] = field(default_factory=dict)
    hsts: bool = True
    feed_bound_seconds: int = 5
    """A gateway that has not heard the feed for longer refuses."""
    audit_bound_seconds: int = 5
    pins: Pins | None = None
    attesters: Mapping[str, AttesterRule] = field(default_factory=dict)
    registration: RegistrationRule | None = None
    """None: no client registers itself, and none that did before is let in."""
    key_rotation_seconds: int = 90 * 86400
    session_idle_seconds: int = 3600
    session_absolute_seconds: int = 12 * 3600
    insecure: tuple[InsecureUse, ...] = field(default=())

    @property
    def proves(self) -> bool:
        """Whether a client's tokens are bound to a key of its own (RFC 9449)."""
        return any(client.profile.binding is Binding.DPOP for client in self.clients.values())

    @property
    def mutual_tls(self) -> GatewayRule | None:
        """The first listener that asks for client certificates (RFC 8705 section 5)."""
        return next((gateway for gateway in self.gateways.values() if gateway.asks_certificate), None)
