"""Resource indicators (RFC 8707): for which of the services that its scopes reach a token is."""

from typing import Final
from urllib.parse import urlsplit

from ostiary.issuer.form import Parameters
from ostiary.issuer.registry import Registry
from ostiary.model.errors import InvalidTarget
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason

Services = frozenset[str]
"""Audiences of services. Where some may be asked for, none stands for all that the scopes reach."""
NO_SERVICES: Final[Services] = frozenset()


@frozen
class Target:
    """What a token is for. Only `require_target` makes one. `services` is empty where the scopes reach none; `details`
    are those of RFC 9396, as canonical JSON."""

    scopes: frozenset[Scope]
    services: Services
    details: str | None = None


def read_resources(parameters: Parameters) -> Services:
    """The services that are asked for. Raises InvalidTarget for what is no absolute URI, or has a fragment (section
    2)."""
    asked = frozenset(parameters["resource"].split("\n")) if "resource" in parameters else NO_SERVICES
    for uri in asked:
        _require_absolute(uri)
    return asked


def _require_absolute(uri: str) -> None:
    try:
        url = urlsplit(uri)
    except ValueError:
        raise InvalidTarget(Reason.TARGET_INVALID_URI, "resource") from None
    if not url.scheme or not (url.netloc or url.path) or "#" in uri:
        raise InvalidTarget(Reason.TARGET_INVALID_URI, "resource")


def require_reached(asked: Services, scopes: frozenset[Scope], registry: Registry) -> Services:
    """Raise InvalidTarget for a service that none of the scopes reaches (section 2)."""
    if not asked <= reached(scopes, registry):
        raise InvalidTarget(Reason.TARGET_NOT_REACHED, "resource")
    return asked


def require_target(asked: Services, granted: Services, scopes: frozenset[Scope], registry: Registry) -> Target:
    """The services asked for, else those granted, else all; with the scopes that they know (section 2.2).

    Raises InvalidTarget for a service that was not granted, and where nothing is left of one that was.
    """
    if granted and not asked <= granted:
        raise InvalidTarget(Reason.TARGET_NOT_GRANTED, "resource")
    wanted = asked or granted
    if not wanted:
        return Target(scopes, reached(scopes, registry))
    require_reached(asked, scopes, registry)
    kept = frozenset(scope for scope in scopes if _belongs(scope, wanted, registry))
    services = wanted & reached(kept, registry)
    if not services:
        raise InvalidTarget(Reason.TARGET_NOT_REACHED, "resource")
    return Target(kept, services)


def _belongs(scope: Scope, services: Services, registry: Registry) -> bool:
    """Whether one of the services knows the scope, or none at all does: those of OpenID Connect are the issuer's."""
    known = registry.audiences.get(scope, NO_SERVICES)
    return not known or not known.isdisjoint(services)


def reached(scopes: frozenset[Scope], registry: Registry) -> Services:
    """The services that have a route for one of the scopes."""
    return NO_SERVICES.union(*[registry.audiences.get(scope, NO_SERVICES) for scope in scopes])
