"""Which scripts may read the answers: those of the origins that clients with CORS have (Fetch Standard 3.3)."""

from typing import Final

from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Header, Incoming

VARY: Final[Header] = (b"vary", b"origin")
_VARY_ALONE: Final = (VARY,)
PREFLIGHT_SECONDS: Final = b"600"


def shared_with(desk: Desk, incoming: Incoming) -> tuple[Header, ...]:
    """The fields that let the origin's scripts read the answer, if they may."""
    origin = _allowed(desk, incoming)
    if origin is None:
        return _VARY_ALONE
    exposed = (b"access-control-expose-headers", b"dpop-nonce, www-authenticate")
    return (VARY, (b"access-control-allow-origin", origin), exposed)


def preflight(desk: Desk, incoming: Incoming, methods: tuple[str, ...]) -> Answer:
    """What an OPTIONS request learns beside what `shared_with` tells it; a foreign origin learns nothing."""
    if _allowed(desk, incoming) is None:
        return Answer(204)
    allowed: tuple[Header, ...] = (
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", b"authorization, content-type, dpop"),
        (b"access-control-max-age", PREFLIGHT_SECONDS),
    )
    return Answer(204, allowed)


def _allowed(desk: Desk, incoming: Incoming) -> bytes | None:
    origins = incoming.fields.get(b"origin", ())
    return origins[0] if len(origins) == 1 and origins[0] in desk.registry.cors_origins else None
