"""What a route asks of a client, in the order in which the gateway asks it; each with words for who fails."""

from collections.abc import Callable, Iterator

from ostiary.contract.expand_client import binding_of
from ostiary.contract.expand_route import kinds_of
from ostiary.contract.file import ContractFile
from ostiary.contract.file_client import Client
from ostiary.contract.file_route import Route
from ostiary.contract.mistakes import Code
from ostiary.contract.profiles import PROFILES
from ostiary.model.frozen import frozen


@frozen
class Hurdle:
    """`says` is for one client that fails; `nobody` for all of them, with `mend` and `code`."""

    passes: Callable[[Client], bool]
    says: str
    nobody: str
    mend: str
    code: Code = Code.ROUTE_UNREACHABLE


def hurdles(file: ContractFile, route: Route) -> Iterator[Hurdle]:
    """Of a route that is not public."""
    kinds, least, needed = kinds_of(route), route.bound.binding, frozenset(route.scope)
    scopes = ", ".join(route.scope)
    yield Hurdle(
        lambda client: client.kind in kinds,
        "the route is not for its kind",
        "No client is of a kind that this route lets in.",
        "Add a client, or change `kinds`.",
    )
    yield Hurdle(
        lambda client: binding_of(client) >= least,
        f"it is not bound as strongly as {route.bound}",
        f"No client of these kinds is bound as strongly as `{route.bound}`.",
        "Ask less in `bound`, or give a client a stronger credential.",
    )
    yield Hurdle(
        lambda client: needed.issubset(client.scopes),
        f"it does not have the scope {scopes}",
        f"No client can reach this route yet, since none of these kinds has its scopes: {scopes}.",
        "Add them to the `scopes` of a client, or remove the route.",
        Code.ROUTE_WITHOUT_CLIENT,
    )
    yield Hurdle(
        lambda client: _as_person(file, client, route) or _as_itself(client, route),
        "roles, owner or tenant cannot fit, since it acts for itself or no role grants the scope",
        f"No client with {scopes} can fulfil roles, owner and tenant as well.",
        "Give the client that acts for itself a role and a tenant, or let a client act for people whose roles fit.",
    )


def _as_person(file: ContractFile, client: Client, route: Route) -> bool:
    """Some person may exist whose roles carry the scopes, one of them among those that the route names."""
    everything = {scope for scopes in file.roles.values() for scope in scopes}
    acts = PROFILES[client.kind].acts_for_people or client.acts_for_people is True
    return acts and everything.issuperset(route.scope)


def _as_itself(client: Client, route: Route) -> bool:
    """A client that acts for itself owns nothing that a person can own."""
    if PROFILES[client.kind].acts_for_people or route.owner is not None:
        return False
    has_role = not route.roles or not set(route.roles).isdisjoint(client.roles)
    return has_role and (route.tenant is None or client.tenant is not None)
