"""What a pipeline works on, and what it decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ostiary.gateway.peer import Peer
from ostiary.http.digest import ContentDigest
from ostiary.http.request import RequestHead
from ostiary.http.response import ResponseHead
from ostiary.model.errors import Refusal
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId

if TYPE_CHECKING:
    from ostiary.gateway.remembered import Seen
    from ostiary.gateway.route import Route


@dataclass(slots=True)
class Asked:
    """One request on its way through a route's pipeline. Steps read it; only the pipeline itself changes it."""

    head: RequestHead
    peer: Peer
    route: "Route"
    captures: list[str]
    """What stands where the route has parameters, in order."""
    now: float
    """Seconds since the epoch."""
    clock: int
    """Nanoseconds on the machine's monotonic clock."""
    seen: "Seen | None" = None
    """Whose token it is; None on public routes."""
    limits: bytes = b""
    """The `RateLimit` fields for the answer."""
    adds: bytes = b""
    """What else the pipeline adds to the answer, as lines."""
    digest: ContentDigest | None = None
    """What the body has to hash to; None where its client did not sign it."""


@frozen
class Allow:
    """The request may go to its upstream. A body that a rule reads is judged by `route.inspect` once it is there."""

    asked: Asked


@frozen
class Refuse:
    """The request ends here. `asked` is None where it matched no route."""

    error: Refusal
    asked: Asked | None


@frozen
class Reply:
    """The gateway answers itself, without a body: to OPTIONS. `lines` are fields."""

    status: int
    lines: bytes


@frozen
class Cookie:
    """The cookie of a web client's session, as it is remembered, and taken apart."""

    credential: bytes = field(repr=False)
    client: ClientId
    value: bytes = field(repr=False)


@frozen
class Load:
    """What stands behind the cookie has to be known before the request can be decided; then it is decided again."""

    asked: Asked
    cookie: Cookie


class Unloaded(Exception):
    """Raised on the way to `Load`: nothing is refused, something is missing."""

    def __init__(self, cookie: Cookie) -> None:
        super().__init__()
        self.cookie = cookie


Decision = Allow | Refuse | Reply | Load

Check = Callable[[Asked], Refusal | None]
"""One step: the refusal, or None to go on."""
Inspection = Callable[[Asked, Mapping[str, object]], Refusal | None]
"""One step that needs the body, which is a JSON object. Raises Unreadable."""
Forward = Callable[[Asked, bytes, bytes], bytes]
"""The head for the upstream; arguments: the fields that name the request, the field that frames its body, as lines."""
Answer = Callable[[Asked, ResponseHead, bytes], bytes]
"""The head for the client; the last argument: the fields that the connection adds, as lines."""
