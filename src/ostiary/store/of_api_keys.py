"""Reads and writes of API keys."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, or_, update

from ostiary.keys.api_key import AddApiKey, ApiKey, RevokeApiKey, TouchApiKey
from ostiary.store import schema
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

KEY: Final = Shape(ApiKey, schema.api_keys)
_TABLE: Final = schema.api_keys
_ALL: Final = KEY.find()
_REVOKE: Final = Statement(
    lambda _: (
        update(_TABLE)
        .where(_TABLE.c.id == bindparam("the"), _TABLE.c.revoked_at.is_(None))
        .values(revoked_at=bindparam("at"))
    )
)
_TOUCH: Final = Statement(
    lambda _: (
        update(_TABLE)
        .where(_TABLE.c.id == bindparam("the"), or_(_TABLE.c.used_at.is_(None), _TABLE.c.used_at < bindparam("before")))
        .values(used_at=bindparam("at"))
    )
)


def api_keys() -> Steps[Sequence[ApiKey]]:
    """The oldest first."""
    rows = yield _ALL, {}
    return sorted(map(KEY.record, rows), key=lambda key: (key.client, key.created_at, key.id))


def add_api_key(write: AddApiKey) -> Steps[None]:
    yield KEY.add, KEY.values(write.key)


def revoke_api_key(write: RevokeApiKey) -> Steps[None]:
    yield _REVOKE, {"the": write.id, "at": write.at}


def touch_api_key(write: TouchApiKey) -> Steps[None]:
    yield _TOUCH, {"the": write.id, "at": write.at, "before": write.at}
