"""Reads and writes of API keys."""

from collections.abc import Sequence
from typing import Final

from ostiary.keys.api_key import AddApiKey, ApiKey, RevokeApiKey, TouchApiKey
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

KEY: Final = Shape(ApiKey, "api_keys", ("id",))
BY_ID: Final = KEY.by("id")
_REVOKE: Final = Statement("UPDATE api_keys SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_TOUCH: Final = Statement("UPDATE api_keys SET used_at = :at WHERE id = :id AND (used_at IS NULL OR used_at < :at)")


def api_keys() -> Steps[Sequence[ApiKey]]:
    """The oldest first."""
    return KEY.every(lambda key: (key.client, key.created_at, key.id))


def add_api_key(write: AddApiKey) -> Steps[None]:
    yield KEY.add, KEY.values(write.key)


def revoke_api_key(write: RevokeApiKey) -> Steps[None]:
    yield _REVOKE, {"id": write.id, "at": write.at}


def touch_api_key(write: TouchApiKey) -> Steps[None]:
    yield _TOUCH, {"id": write.id, "at": write.at}
