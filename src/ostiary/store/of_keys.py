"""Reads and writes of signing keys."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, update

from ostiary.keys.records import AddKey, RemoveKey, SetKeyDeath, SigningKey
from ostiary.store import schema
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

KEY: Final = Shape(SigningKey, schema.signing_keys)
_ALL: Final = KEY.find()
_SET_DEATH: Final = Statement(
    lambda _: (
        update(schema.signing_keys).where(schema.signing_keys.c.id == bindparam("the")).values(dies_at=bindparam("at"))
    )
)
_REMOVE: Final = Statement(lambda _: delete(schema.signing_keys).where(schema.signing_keys.c.id == bindparam("the")))


def signing_keys() -> Steps[Sequence[SigningKey]]:
    """The oldest first."""
    rows = yield _ALL, {}
    return sorted(map(KEY.record, rows), key=lambda key: (key.created_at, key.signs_at, key.id))


def add_key(write: AddKey) -> Steps[None]:
    yield KEY.add, KEY.values(write.key)


def set_key_death(write: SetKeyDeath) -> Steps[None]:
    yield _SET_DEATH, {"the": write.id, "at": write.dies_at}


def remove_key(write: RemoveKey) -> Steps[None]:
    yield _REMOVE, {"the": write.id}
