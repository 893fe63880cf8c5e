"""Scopes: whether somebody grants them, whether some route needs them, whether the name is free."""

from collections.abc import Iterator

from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import OIDC_SCOPES
from ostiary.contract.file import ContractFile
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.profiles import PROFILES


def granted(file: ContractFile) -> frozenset[str]:
    """Scopes of roles, and of clients that act for themselves."""
    by_roles = (scope for scopes in file.roles.values() for scope in scopes)
    clients = (client for client in file.clients.values() if not PROFILES[client.kind].acts_for_people)
    return frozenset(by_roles) | {scope for client in clients for scope in client.scopes}


def scopes(draft: Draft) -> Iterator[Mistake]:
    """Scopes that nobody grants, that nothing needs, and names that OpenID Connect has taken."""
    grants, needed = granted(draft.file), {scope for route in draft.file.routes for scope in route.scope}
    knows_grants = draft.is_sure_of("roles") and draft.is_sure_of("clients", "scopes")
    for name in draft.file.scopes:
        path = ("scopes", name)
        if name in OIDC_SCOPES:
            says = f"`{name}` has a meaning of its own; clients that sign people in may always ask for it."
            yield draft.mistake(path, Code.SCOPE_RESERVED, says, "Remove it here, or choose another name.", key=True)
        elif knows_grants and name not in grants:
            says = f"Nobody grants `{name}`: no role has it, and no client that acts for itself."
            yield draft.mistake(path, Code.SCOPE_NOBODY_GRANTS, says, "Add it to a role, or remove it.", key=True)
        elif name not in needed and draft.is_sure_of("routes", "scope"):
            says = f"No route needs `{name}`."
            yield draft.mistake(path, Code.SCOPE_UNUSED, says, "Name it in a route, or remove it.", key=True)
