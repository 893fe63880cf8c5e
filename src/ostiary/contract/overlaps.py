"""Requests that a route fits and that no route may answer, since the service could take them for another operation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ostiary.contract.model import RouteRule, Segments, Shape
from ostiary.model.ids import ServiceName
from ostiary.model.reasons import Reason


def unserved(routes: Sequence[RouteRule], closed: Iterable[tuple[ServiceName, Shape]]) -> Mapping[Shape, Reason]:
    """What the contract closes beneath a more general route to the same service, and what two routes fit with neither
    the more exact."""
    ruled = _with_heads([(route.shape, route.service) for route in routes])
    shut = _with_heads([(shape, service) for service, shape in closed])
    all_ = ruled + shut
    found: dict[Shape, Reason] = {}
    for one, other in overlapping([shape for shape, _ in all_]):
        (first, service), (second, its_service) = all_[one], all_[other]
        both = first[0], meet(first[1], second[1])
        if other < len(ruled):
            found[both] = Reason.ROUTE_AMBIGUOUS
        elif one < len(ruled) and service == its_service:
            found[both] = Reason.ROUTE_CLOSED
    served = dict(ruled)
    heads = {shape: Reason.ROUTE_CLOSED for shape, service in shut if served.get(shape) == service}
    return {shape: reason for shape, reason in found.items() if shape not in served} | heads


def _with_heads(shapes: Sequence[tuple[Shape, ServiceName]]) -> list[tuple[Shape, ServiceName]]:
    """Who answers GET answers HEAD (RFC 9110 section 9.3.2)."""
    known = dict(shapes)
    heads = [(("HEAD", shape[1]), service) for shape, service in shapes if shape[0] == "GET"]
    return [*shapes, *(head for head in heads if head[0] not in known)]


def meet(one: Segments, other: Segments) -> Segments:
    """What fits both of two that overlap."""
    return tuple(first if second is None else second for first, second in zip(one, other, strict=True))


def overlapping(shapes: Iterable[Shape]) -> Iterator[tuple[int, int]]:
    """Which differ and are fitted by the same request: pairs of their places, the earlier first."""
    roots: dict[tuple[str, int], _Branch] = {}
    for place, (method, segments) in enumerate(shapes):
        branch = roots.setdefault((method, len(segments)), _Branch())
        for segment in segments:
            branch = branch.follow(segment)
        branch.ends.append(place)
    for root in roots.values():
        for one, other in _pairs(root, root):
            yield min(one, other), max(one, other)


@dataclass(slots=True)
class _Branch:
    """The shapes that share the segments up to here."""

    literals: dict[str, "_Branch"] = field(default_factory=dict)
    parameter: "_Branch | None" = None
    ends: list[int] = field(default_factory=list)

    def follow(self, segment: str | None) -> "_Branch":
        if segment is not None:
            return self.literals.setdefault(segment, _Branch())
        self.parameter = self.parameter or _Branch()
        return self.parameter


def _pairs(one: _Branch, other: _Branch) -> Iterator[tuple[int, int]]:
    """Of ends below the two that some path leads to both; the two are as deep as each other."""
    if one is not other:
        yield from ((first, second) for first in one.ends for second in other.ends)
    for segment, branch in one.literals.items():
        if segment in other.literals:
            yield from _pairs(branch, other.literals[segment])
        if other.parameter is not None:
            yield from _pairs(branch, other.parameter)
    if one.parameter is not None and one is not other:
        for branch in other.literals.values():
            yield from _pairs(one.parameter, branch)
    if one.parameter is not None and other.parameter is not None:
        yield from _pairs(one.parameter, other.parameter)
