"""Serves the logos of clients that registered themselves, to the pages of this origin alone."""

from typing import Final

from ostiary.model.errors import NotFound
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Header, Incoming

_ALWAYS: Final[tuple[Header, ...]] = (
    (b"cache-control", b"private, max-age=31536000, immutable"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


async def logo(desk: Desk, incoming: Incoming) -> Answer:
    """Raises NotFound, InvalidRequest, StoreUnavailable."""
    found = await desk.store.logo(incoming.query_parameters().get("id", ""))
    if found is None:
        raise NotFound(Reason.ROUTE_UNKNOWN)
    return Answer(200, ((b"content-type", found.type.encode()), *_ALWAYS), found.body)
