"""Which version of an API a route is of."""

import re
from typing import Final

from ostiary.contract.file_route import Route

_IN_PATHS: Final = re.compile(r"v[0-9]{1,8}(\.[0-9]{1,8}){0,2}")


def version_of(route: Route) -> str | None:
    """As stated, else the first segment of the path that reads like `v1` or `v2.1`; None: of no version."""
    if route.version is not None:
        return route.version
    literals = (segment for segment in route.on.segments if segment is not None)
    return next((segment for segment in literals if _IN_PATHS.fullmatch(segment)), None)
