"""Pipelines that tell what each of their steps decides: the same closures, as `ostiary explain request` runs them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ostiary.gateway.decision import Asked, Check, Inspection
from ostiary.gateway.facts import Unreadable
from ostiary.gateway.route import Route
from ostiary.model.errors import Forbidden, Refusal
from ostiary.model.reasons import Reason

Note = Callable[[str, str, Refusal | None], None]
"""Told of each step: its stage, its name, and the refusal or None."""


def watched(route: Route, note: Note) -> Route:
    """The route with every step told of."""
    checks = tuple(_check(step.stage, step.says, step.check, note) for step in route.steps)
    return replace(
        route,
        identify=None if route.identify is None else _check("identify", "token", route.identify, note),
        checks=checks,
        anew=checks,
        inspect=tuple(
            _inspection(says, inspection, note) for says, inspection in zip(route.inspects, route.inspect, strict=True)
        ),
    )


def _check(stage: str, says: str, check: Check, note: Note) -> Check:
    def told(asked: Asked) -> Refusal | None:
        refusal = check(asked)
        note(stage, says, refusal)
        return refusal

    return told


def _inspection(says: str, inspection: Inspection, note: Note) -> Inspection:
    def told(asked: Asked, body: Mapping[str, object]) -> Refusal | None:
        try:
            refusal = inspection(asked, body)
        except Unreadable:
            note("inspect", says, Forbidden(Reason.FACT_UNREADABLE))
            raise
        note("inspect", says, refusal)
        return refusal

    return told
