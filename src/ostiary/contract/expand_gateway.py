"""From a listener of the file to its rule."""

from collections.abc import Iterator

from ostiary.contract.file import ContractFile
from ostiary.contract.file_listener import GatewayOf
from ostiary.contract.file_route import Route
from ostiary.contract.model import GatewayRule
from ostiary.contract.versions import version_of
from ostiary.model.ids import GatewayName, RouteId
from ostiary.model.principal import Kind


def gateway_rule(file: ContractFile, name: str, stated: GatewayOf) -> GatewayRule:
    return GatewayRule(
        name=GatewayName(name),
        origin=stated.origin,
        kinds=frozenset(Kind if stated.kinds is None else stated.kinds),
        routes=frozenset(RouteId(route.on.text) for route in served(file, stated)),
        asks_certificate=stated.client_certificates is not None,
    )


def served(file: ContractFile, stated: GatewayOf) -> Iterator[Route]:
    """The routes that are there."""
    for route in named_routes(file, stated):
        if stated.versions is None or version_of(route) in stated.versions:
            yield route


def named_routes(file: ContractFile, stated: GatewayOf) -> Iterator[Route]:
    """Those that it names, of whatever version."""
    for route in file.routes:
        if stated.routes is None or any(is_named(route, named) for named in stated.routes):
            yield route


def is_named(route: Route, named: str) -> bool:
    """By its `on`, or by the beginning of its path, up to a slash."""
    if not named.startswith("/"):
        return route.on.text == named
    path = route.on.text.partition(" ")[2]
    return path == named or path.startswith(named.rstrip("/") + "/")
