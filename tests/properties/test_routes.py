"""Whatever the routes are, a request goes to the one that is the most exact of all that fit, or to none."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ostiary.contract.model import Segments, Shape
from ostiary.gateway.decision import Allow
from ostiary.model.ids import RouteId
from rules_world import Rules

SEGMENT = st.sampled_from(["a", "b", None])
SHAPE = st.tuples(st.sampled_from(["GET", "HEAD"]), st.tuples(SEGMENT, SEGMENT, SEGMENT))
PATHS = list(product("abc", repeat=3))
METHODS = ("GET", "HEAD")


@given(st.sets(SHAPE, min_size=1, max_size=6), st.sampled_from(["one", "other"]), st.sets(SHAPE, max_size=4))
def test_a_request_goes_to_the_most_exact_of_all_that_fit_or_to_none(
    ruled: set[Shape], to: str, closed: set[Shape]
) -> None:
    shut = closed - ruled
    services = {
        "one": {"url": "http://127.0.0.1:9", "closed": [written(shape) for shape in shut]},
        "other": {"url": "http://127.0.0.1:9"},
    }
    routes = [{"on": written(shape), "to": to, "public": True} for shape in ruled]
    rules = Rules(services=services, scopes={}, roles={}, clients={}, limit=[], routes=routes)
    served = {shape: RouteId(written(shape)) for shape in ruled} | dict.fromkeys(shut if to == "one" else (), None)
    for method, path in product(METHODS, PATHS):
        decision = rules.decide(f"{method} /{'/'.join(path)}")
        came = decision.asked.route.id if isinstance(decision, Allow) else None
        assert came == the_most_exact(method, path, served)


def the_most_exact(method: str, path: tuple[str, ...], served: dict[Shape, RouteId | None]) -> RouteId | None:
    """None: it is not served, or there is no such one."""
    heads = {("HEAD", segments): lead for (verb, segments), lead in served.items() if verb == "GET"}
    fitting = {
        segments: lead for (verb, segments), lead in (heads | served).items() if verb == method and fits(segments, path)
    }
    return next((fitting[one] for one in fitting if all(fits(other, one) for other in fitting)), None)


def fits(segments: Segments, path: Segments) -> bool:
    """Whether everything that fits `path` fits `segments`."""
    return all(segment in (None, stands) for segment, stands in zip(segments, path, strict=True))


def written(shape: Shape) -> str:
    method, segments = shape
    return f"{method} /" + "/".join(f"{{p{at}}}" if segment is None else segment for at, segment in enumerate(segments))
