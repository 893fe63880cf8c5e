"""Reach: whether any client of the contract can fulfil what a route asks."""

from collections.abc import Iterator

from ostiary.contract.checks.scopes import granted
from ostiary.contract.draft import Draft
from ostiary.contract.file import ContractFile
from ostiary.contract.file_route import Route
from ostiary.contract.hurdles import Hurdle, hurdles
from ostiary.contract.mistakes import Mistake


def reach(draft: Draft) -> Iterator[Mistake]:
    """Routes that no client can reach. Silent where a mistake hides what clients and roles have."""
    file = draft.file
    if not draft.is_sure_of("clients", "scopes", "roles", "tenant", "credential") or not draft.is_sure_of("roles"):
        return
    known = granted(file) & set(file.scopes)
    for index, route in enumerate(file.routes):
        if route.public or not route.scope or not known.issuperset(route.scope):
            continue
        hurdle = _stops_all(file, route)
        if hurdle is not None:
            yield draft.mistake(("routes", index), hurdle.code, hurdle.nobody, hurdle.mend)


def _stops_all(file: ContractFile, route: Route) -> Hurdle | None:
    """Where the last of the clients fails; None if one gets through."""
    clients = list(file.clients.values())
    for hurdle in hurdles(file, route):
        clients = [client for client in clients if hurdle.passes(client)]
        if not clients:
            return hurdle
    return None
