"""Reads and writes of tokens with which clients register."""

from collections.abc import Sequence
from typing import Final

from ostiary.issuer.initial_access import (
    AddInitialAccessToken,
    InitialAccessToken,
    RevokeInitialAccessToken,
    UseInitialAccessToken,
)
from ostiary.store.of_issuer import Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

TOKEN: Final = Shape(InitialAccessToken, "initial_access_tokens", ("id",))
BY_HASH: Final = TOKEN.by("hash")
_REVOKE: Final = Statement("UPDATE initial_access_tokens SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_USE: Final = Statement(
    "UPDATE initial_access_tokens SET used = used + 1"
    " WHERE id = :id AND revoked_at IS NULL AND used < most AND expires_at > :at",
    counts=True,
)


def initial_access_tokens() -> Steps[Sequence[InitialAccessToken]]:
    """The oldest first."""
    return TOKEN.every(lambda token: (token.created_at, token.id))


def add(write: AddInitialAccessToken) -> Steps[None]:
    yield TOKEN.add, TOKEN.values(write.token)


def revoke(write: RevokeInitialAccessToken) -> Steps[None]:
    yield _REVOKE, {"id": write.id, "at": write.at}


def use(write: UseInitialAccessToken) -> Steps[None]:
    """Raises Spent."""
    used = yield _USE, {"id": write.id, "at": write.at}
    if not used:
        raise Spent(write)
