"""Who acts for a person, and who acted before: the `act` claim (RFC 8693 section 4.1)."""

from collections.abc import Iterable, Mapping

from ostiary.model.ids import ClientId

Act = Mapping[str, object]


def actors_of(claims: Mapping[str, object]) -> tuple[ClientId, ...]:
    """The last one first; empty where nobody acts for the subject. `claims` are of a token that was verified."""
    found, act = [], claims.get("act")
    while isinstance(act, dict):
        found.append(ClientId(act["sub"]))
        act = act.get("act")
    return tuple(found)


def act_of(actors: Iterable[ClientId]) -> Act | None:
    """The claim: who acted before stands inside of who acts now."""
    act: Act | None = None
    for actor in reversed(tuple(actors)):
        act = {"sub": actor} if act is None else {"sub": actor, "act": act}
    return act
