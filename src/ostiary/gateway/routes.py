"""Which route a request is for: one look-up for each segment of its path, however many routes there are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ostiary.contract.model import Segments, Shape
from ostiary.gateway.route import Route
from ostiary.http import target
from ostiary.http.recent import Recent
from ostiary.http.request import RequestHead
from ostiary.model.errors import MethodNotAllowed, NotFound
from ostiary.model.reasons import Reason

_REMEMBERED: Final = 128 * 1024
"""Bytes of paths."""


class _Node:
    """The routes that share the segments up to here."""

    __slots__ = ("fixed", "folded", "methods", "parameter")

    def __init__(self) -> None:
        self.fixed: dict[bytes, _Node] = {}
        self.folded: set[bytes] = set()
        """The fixed segments in lower case."""
        self.parameter: _Node | None = None
        self.methods: dict[bytes, Route | Reason] = {}
        """Where a request is for a route that it may not have, why: it does not fall to a more general one."""


class Routes:
    """All routes of a contract. A fixed segment wins over a parameter."""

    def __init__(self, routes: Iterable[Route], unserved: Mapping[Shape, Reason]) -> None:
        """`unserved`: what none of them answers, although one may fit."""
        self._root: Final = _Node()
        self._found: Final[Recent[tuple[Route, list[str]]]] = Recent(_REMEMBERED)
        self._known: Final = self._found.young.get
        leads: dict[Shape, Route | Reason] = {**unserved, **{route.rule.shape: route for route in routes}}
        for (method, segments), lead in sorted(leads.items(), key=lambda each: each[0][0] != "HEAD"):
            self._add(method.encode(), segments, lead)

    def _add(self, method: bytes, segments: Segments, lead: Route | Reason) -> None:
        node = self._root
        for segment in segments:
            node = _child(node, segment)
        node.methods[method] = lead
        if method == b"GET":
            node.methods.setdefault(b"HEAD", lead)

    def of(self, head: RequestHead) -> tuple[Route, list[str]]:
        """As `find`, with the parameters decoded; a path that comes again is not searched again."""
        key = head.method + head.path
        found = self._known(key) or self._found.get(key)
        if found is None:
            route, captures = self.find(head.method, head.segments)
            found = route, list(map(target.decoded, captures))
            self._found.add(key, found)
        return found

    def find(self, method: bytes, segments: list[bytes]) -> tuple[Route, list[bytes]]:
        """The route and what stands where it has parameters, still encoded. Raises NotFound, MethodNotAllowed."""
        node = self._root
        captures: list[bytes] = []
        for segment in segments:
            child = node.fixed.get(segment)
            if child is None:
                child = node.parameter
                if child is None or not segment or (node.folded and segment.lower() in node.folded):
                    break
                captures.append(segment)
            node = child
        else:
            route = node.methods.get(method)
            if isinstance(route, Route):
                return route, captures
        return self._search(method, segments)

    def _search(self, method: bytes, segments: list[bytes]) -> tuple[Route, list[bytes]]:
        """The straight way failed: try the parameters beside fixed segments too."""
        for node, captures in _ends(self._root, segments, 0, ()):
            match node.methods.get(method):
                case Route() as route:
                    return route, list(captures)
                case Reason() as reason:
                    raise NotFound(reason)
        allowed = self.methods(segments).keys() | {b"OPTIONS"}
        raise MethodNotAllowed(Reason.ROUTE_METHOD, sorted(name.decode() for name in allowed))

    def methods(self, segments: list[bytes]) -> dict[bytes, Route]:
        """The routes of a path by method. Raises NotFound."""
        leads: dict[bytes, Route | Reason] = {}
        for node, _ in _ends(self._root, segments, 0, ()):
            leads = node.methods | leads
        found = {method: lead for method, lead in leads.items() if isinstance(lead, Route)}
        if not found:
            raise NotFound(Reason.ROUTE_UNKNOWN)
        return found


def _child(node: _Node, segment: str | None) -> _Node:
    if segment is None:
        node.parameter = node.parameter or _Node()
        return node.parameter
    spelled, _ = target.canonical(b"/" + segment.encode())
    name = spelled[1:]
    node.folded.add(name.lower())
    return node.fixed.setdefault(name, _Node())


def _parameter(node: _Node, segment: bytes) -> _Node | None:
    """The parameter does not take what differs from a fixed segment only in case: an upstream that ignores case would
    serve another route than the one whose rules were asked."""
    return None if segment.lower() in node.folded else node.parameter


def _ends(
    node: _Node, segments: list[bytes], at: int, captures: tuple[bytes, ...]
) -> Iterator[tuple[_Node, tuple[bytes, ...]]]:
    """Every node that the path leads to, the one with the earliest fixed segments first."""
    if at == len(segments):
        if node.methods:
            yield node, captures
        return
    segment = segments[at]
    if segment in node.fixed:
        yield from _ends(node.fixed[segment], segments, at + 1, captures)
    spelled = segment in node.fixed or _parameter(node, segment) is not None
    if node.parameter is not None and segment and spelled:
        yield from _ends(node.parameter, segments, at + 1, (*captures, segment))
