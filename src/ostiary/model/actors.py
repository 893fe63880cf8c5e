"""Who acts for a person, and who acted before: the `act` claim (RFC 8693 section 4.1)."""

from collections.abc import Iterable, Mapping
from typing import Final

from ostiary.model.ids import ClientId

Act = Mapping[str, object]
GRANTED_TO: Final = "granted_to"
"""Our own claim of a token by which somebody acts: the client to which the person granted it."""


def actors_of(claims: Mapping[str, object]) -> tuple[ClientId, ...]:
    """The last one first; empty where nobody acts for the subject. `claims` are of a token that was verified."""
    found, act = [], claims.get("act")
    while isinstance(act, dict):
        found.append(ClientId(act["sub"]))
        act = act.get("act")
    return tuple(found)


def clients_of(claims: Mapping[str, object], client: ClientId) -> tuple[ClientId, ...]:
    """All that a token of `client` stands on: itself, who acted before, and to whom the person granted it. It is worth
    nothing once one of them is revoked. `claims` are of a token that was verified."""
    granted = claims.get(GRANTED_TO)
    return (client, *actors_of(claims)[1:], *([ClientId(granted)] if isinstance(granted, str) else []))


def act_of(actors: Iterable[ClientId]) -> Act | None:
    """The claim: who acted before stands inside of who acts now."""
    act: Act | None = None
    for actor in reversed(tuple(actors)):
        act = {"sub": actor} if act is None else {"sub": actor, "act": act}
    return act
