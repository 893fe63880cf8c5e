"""Reads and writes of keys in devices that were attested, and of the challenges that are used up."""

from typing import Final

from ostiary.issuer.attested_keys import (
    AddAttestedKey,
    AttestedKey,
    RaiseCounter,
    SpendChallenge,
    TouchAttestedKey,
)
from ostiary.store.of_issuer import Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps, add_new

KEY: Final = Shape(AttestedKey, "attested_keys", ("id",))
BY_ID: Final = KEY.by("id")
_SPEND: Final = add_new("spent_challenges", ("token",), ("expires_at",))
_RAISE: Final = Statement(
    "UPDATE attested_keys SET counter = :counter, used_at = :at WHERE id = :id AND counter < :counter",
    counts=True,
)

_TOUCH: Final = Statement("UPDATE attested_keys SET used_at = :at WHERE id = :id AND used_at < :at")


def add(write: AddAttestedKey) -> Steps[None]:
    """Raises Spent."""
    added = yield KEY.add_new, KEY.values(write.key)
    if not added:
        raise Spent(write)


def raise_counter(write: RaiseCounter) -> Steps[None]:
    """Raises Spent."""
    raised = yield _RAISE, {"id": write.id, "counter": write.counter, "at": write.at}
    if not raised:
        raise Spent(write)


def touch(write: TouchAttestedKey) -> Steps[None]:
    yield _TOUCH, {"id": write.id, "at": write.at}


def spend_challenge(write: SpendChallenge) -> Steps[None]:
    """Raises Spent."""
    spent = yield _SPEND, {"token": write.token, "expires_at": write.expires_at}
    if not spent:
        raise Spent(write)
