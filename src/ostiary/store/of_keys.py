"""Reads and writes of signing keys."""

from collections.abc import Sequence
from typing import Final

from ostiary.keys.records import AddKey, RemoveKey, SetKeyDeath, SigningKey
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

KEY: Final = Shape(SigningKey, "signing_keys", ("id",))
_SET_DEATH: Final = Statement("UPDATE signing_keys SET dies_at = :at WHERE id = :id")
_REMOVE: Final = Statement("DELETE FROM signing_keys WHERE id = :id")


def signing_keys() -> Steps[Sequence[SigningKey]]:
    """The oldest first."""
    return KEY.every(lambda key: (key.created_at, key.signs_at, key.id))


def add_key(write: AddKey) -> Steps[None]:
    yield KEY.add, KEY.values(write.key)


def set_key_death(write: SetKeyDeath) -> Steps[None]:
    yield _SET_DEATH, {"id": write.id, "at": write.dies_at}


def remove_key(write: RemoveKey) -> Steps[None]:
    yield _REMOVE, {"id": write.id}
