"""Routes: which of them say what they need, and which answer the same requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_route import Route
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import LimitBy, Upgrade
from ostiary.model.endpoints import RESERVED

_NEEDS_A_TOKEN = ("scope", "roles", "owner", "tenant", "kinds", "bound", "step_up")


def routes(draft: Draft) -> Iterator[Mistake]:
    """Everything about routes that needs no look at clients or documents."""
    for index, route in enumerate(draft.file.routes):
        path: Path = ("routes", index)
        yield from _rule(draft, path, route)
        yield from _limits(draft, path, route)
        if any(_path(route).startswith(prefix) for prefix in RESERVED):
            says, mend = "Paths here belong to the issuer.", f"Choose a path outside of {', '.join(RESERVED)}."
            yield draft.mistake((*path, "on"), Code.ROUTE_RESERVED, says, mend)
        if route.upgrade is Upgrade.WEBSOCKET and route.on.method != "GET":
            says = "A WebSocket begins with GET."
            yield draft.mistake((*path, "upgrade"), Code.UPGRADE_NOT_GET, says, "Write `on: GET ...`.")
    yield from _overlaps(draft)


def _path(route: Route) -> str:
    return route.on.text.partition(" ")[2]


def _rule(draft: Draft, path: Path, route: Route) -> Iterator[Mistake]:
    if not route.public:
        if not route.scope and draft.is_sure_of("routes", "scope", "public"):
            says = "The route does not say what it needs."
            mend = "Add `scope: ...`, or `public: true` if everyone may call it."
            yield draft.mistake(path, Code.ROUTE_WITHOUT_RULE, says, mend)
        return
    for setting in _NEEDS_A_TOKEN:
        if setting in route.model_fields_set:
            says = f"A public route asks for no token, so `{setting}` cannot be checked."
            mend = f"Remove `{setting}`, or `public: true`."
            yield draft.mistake((*path, setting), Code.PUBLIC_WITH_RULE, says, mend, key=True)


def _limits(draft: Draft, path: Path, route: Route) -> Iterator[Mistake]:
    for index, limit in enumerate(route.limit or ()):
        if route.public and limit.per is not LimitBy.IP:
            says = f"Nobody knows the {limit.per} of a public request."
            yield draft.mistake((*path, "limit", index, "per"), Code.LIMIT_NOT_COUNTABLE, says, "Write `per: ip`.")


@dataclass(slots=True)
class _Branch:
    """The routes that share the segments up to here."""

    literals: dict[str, "_Branch"] = field(default_factory=dict)
    parameter: "_Branch | None" = None
    route: int | None = None
    """The index of the route that ends here."""

    def follow(self, segment: str | None) -> "_Branch":
        if segment is not None:
            return self.literals.setdefault(segment, _Branch())
        self.parameter = self.parameter or _Branch()
        return self.parameter


def _overlaps(draft: Draft) -> Iterator[Mistake]:
    roots: dict[tuple[str, int], _Branch] = {}
    for index, route in enumerate(draft.file.routes):
        branch = roots.setdefault((route.on.method, len(route.on.segments)), _Branch())
        for segment in route.on.segments:
            branch = branch.follow(segment)
        if branch.route is not None:
            first = draft.file.routes[branch.route].on.text
            says = f"This answers the same requests as `{first}`, and would never be reached."
            yield draft.mistake(("routes", index, "on"), Code.ROUTE_REPEATED, says, "Keep one of the two.")
        else:
            branch.route = index
    for root in roots.values():
        for one, other in sorted(set(_ambiguous(root, root, False, False))):
            earlier, later = sorted((one, other))
            first = draft.file.routes[earlier].on.text
            says = f"Some requests are answered by this and by `{first}`, and neither is the more exact."
            mend = "Change one path, so that no request fits both: the service could choose the other one."
            yield draft.mistake(("routes", later, "on"), Code.ROUTE_AMBIGUOUS, says, mend)


def _ambiguous(one: _Branch, other: _Branch, one_exact: bool, other_exact: bool) -> Iterator[tuple[int, int]]:
    """Pairs of routes that some path fits both, each with a literal where the other has a parameter."""
    if one_exact and other_exact and one.route is not None and other.route is not None:
        yield one.route, other.route
    for segment, branch in one.literals.items():
        if segment in other.literals:
            yield from _ambiguous(branch, other.literals[segment], one_exact, other_exact)
        if other.parameter is not None:
            yield from _ambiguous(branch, other.parameter, True, other_exact)
    if one.parameter is not None and one is not other:
        for branch in other.literals.values():
            yield from _ambiguous(one.parameter, branch, one_exact, True)
    if one.parameter is not None and other.parameter is not None:
        yield from _ambiguous(one.parameter, other.parameter, one_exact, other_exact)
