"""Names that lead nowhere: services, scopes, roles, parameters."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import OIDC_SCOPES
from ostiary.contract.file_route import Route
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.profiles import PROFILES


def references(draft: Draft) -> Iterator[Mistake]:
    """Every name that the contract uses and does not have."""
    for name, granted in draft.file.roles.items():
        yield from _unknown(draft, ("roles", name), granted, "scopes", Code.UNKNOWN_SCOPE)
    for name, client in draft.file.clients.items():
        path: Path = ("clients", name)
        own = OIDC_SCOPES if PROFILES[client.kind].signs_people_in else frozenset()
        yield from _unknown(draft, (*path, "scopes"), client.scopes, "scopes", Code.UNKNOWN_SCOPE, own)
        yield from _unknown(draft, (*path, "roles"), client.roles, "roles", Code.UNKNOWN_ROLE)
        yield from _unknown(draft, (*path, "details"), client.details, "details", Code.UNKNOWN_DETAIL)
        own_attester = () if client.attester is None else (client.attester,)
        yield from _unknown(draft, (*path, "attester"), own_attester, "attesters", Code.UNKNOWN_ATTESTER)
    if draft.file.registration is not None:
        opened = draft.file.registration.scopes
        yield from _unknown(draft, ("registration", "scopes"), opened, "scopes", Code.UNKNOWN_SCOPE, OIDC_SCOPES)
    for name, detail in draft.file.details.items():
        yield from _unknown(draft, ("details", name, "scope"), (detail.scope,), "scopes", Code.UNKNOWN_SCOPE)
    for index, route in enumerate(draft.file.routes):
        yield from _of_route(draft, ("routes", index), route)


def _of_route(draft: Draft, path: Path, route: Route) -> Iterator[Mistake]:
    yield from _unknown(draft, (*path, "to"), (route.to,), "services", Code.UNKNOWN_SERVICE)
    yield from _unknown(draft, (*path, "scope"), route.scope, "scopes", Code.UNKNOWN_SCOPE)
    yield from _unknown(draft, (*path, "roles"), route.roles, "roles", Code.UNKNOWN_ROLE)
    for setting, fact in (("owner", route.owner), ("tenant", route.tenant)):
        if fact is not None and fact.source == "path" and fact.path[0] not in route.on.parameters:
            says = f"The path of this route has no parameter `{fact.path[0]}`."
            mend = suggest(fact.path[0], route.on.parameters, "query.{0}` or `body.{0}".format(fact.path[0]))
            yield draft.mistake((*path, setting), Code.UNKNOWN_PARAMETER, says, mend)


def _unknown(
    draft: Draft, path: Path, used: Iterable[str], section: str, code: Code, also: frozenset[str] = frozenset()
) -> Iterator[Mistake]:
    known = draft.declared.get(section, frozenset()) | also
    for index, name in enumerate(used):
        if name not in known:
            says = f"`{name}` is not among the contract's {section}."
            yield draft.mistake((*path, index), code, says, suggest(name, known, "", section))


def suggest(name: str, known: Iterable[str], otherwise: str, section: str = "") -> str:
    """The mend for a name that is not there."""
    matches = get_close_matches(name, sorted(known), n=1)
    if matches:
        return f"Write `{matches[0]}`."
    return f"Write `{otherwise}`." if otherwise else f"Add `{name}` to `{section}`, or write one that is there."
