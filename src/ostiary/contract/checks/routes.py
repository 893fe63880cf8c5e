"""Routes: which of them say what they need, and which answer the same requests."""

from collections.abc import Iterator

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_route import Route
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import LimitBy, Segments, Shape, Upgrade
from ostiary.contract.overlaps import meet, overlapping
from ostiary.contract.patterns import Pattern
from ostiary.model.endpoints import RESERVED

_NEEDS_A_TOKEN = ("scope", "roles", "owner", "tenant", "kinds", "bound", "step_up")


def routes(draft: Draft) -> Iterator[Mistake]:
    """Everything about routes that needs no look at clients or documents."""
    for index, route in enumerate(draft.file.routes):
        path: Path = ("routes", index)
        yield from _rule(draft, path, route)
        yield from _limits(draft, path, route)
        if f"/{route.on.segments[0]}/" in RESERVED:
            says, mend = "Paths here belong to the issuer.", f"Choose a path outside of {', '.join(RESERVED)}."
            yield draft.mistake((*path, "on"), Code.ROUTE_RESERVED, says, mend)
        if route.upgrade is Upgrade.WEBSOCKET and route.on.method != "GET":
            says = "A WebSocket begins with GET."
            yield draft.mistake((*path, "upgrade"), Code.UPGRADE_NOT_GET, says, "Write `on: GET ...`.")
    yield from _overlaps(draft)


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
            says = f"A public request has no {limit.per} that is known."
            yield draft.mistake((*path, "limit", index, "per"), Code.LIMIT_NOT_COUNTABLE, says, "Write `per: ip`.")


def _overlaps(draft: Draft) -> Iterator[Mistake]:
    shapes = [route.on.shape for route in draft.file.routes]
    first: dict[Shape, int] = {}
    for index, shape in enumerate(shapes):
        if first.setdefault(shape, index) != index:
            text = draft.file.routes[first[shape]].on.text
            says = f"This answers the same requests as `{text}`, and would never be reached."
            yield draft.mistake(("routes", index, "on"), Code.ROUTE_REPEATED, says, "Keep one of the two.")
    for one, other in sorted(overlapping(shapes)):
        both = meet(shapes[one][1], shapes[other][1])
        if (shapes[one][0], both) in first:
            continue
        earlier, later = (draft.file.routes[index].on for index in (one, other))
        says = (
            f"`{_written(later, both)}` fits this and `{earlier.text}`, and neither is the more exact: it is refused."
        )
        mend = "Write a route for it if it matters; otherwise leave it."
        yield draft.mistake(("routes", other, "on"), Code.ROUTE_AMBIGUOUS, says, mend)


def _written(pattern: Pattern, segments: Segments) -> str:
    """The pattern with these segments, its parameters as they are called."""
    method, *named = pattern.text.split("/")
    pairs = zip(named, segments, strict=True)
    return "/".join([method, *(name if segment is None else segment for name, segment in pairs)])
