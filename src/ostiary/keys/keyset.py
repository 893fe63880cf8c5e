"""A set of public keys, found by `kid` (RFC 7517 section 5)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

import orjson

from ostiary.keys.jwk import JwkInvalid, VerificationKey, parse_public
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.frozen import frozen
from ostiary.model.ids import KeyId

T = TypeVar("T")
MOST_KEYS: Final = 64


@frozen
class KeySet:
    """Immutable: a changed set is a new one."""

    keys: Mapping[KeyId, VerificationKey]

    @classmethod
    def of(cls, keys: Iterable[VerificationKey]) -> "KeySet":
        """Raise JwkInvalid where two keys share a `kid`."""
        by_id: dict[KeyId, VerificationKey] = {}
        for key in keys:
            if by_id.setdefault(key.id, key) is not key:
                raise JwkInvalid("two keys have the same kid")
        return cls(by_id)

    @classmethod
    def from_jwks(cls, text: str) -> "KeySet":
        """Parse a JWK set; every key in it has to be one that this room can verify with, or JwkInvalid is raised."""
        return cls.of(listed(text, parse_public))

    def to_jwks(self) -> str:
        return orjson.dumps({"keys": [key.to_jwk() for key in self.keys.values()]}).decode()

    def select(self, kid: str | None, algorithm: str) -> VerificationKey | None:
        """The one key that a header can mean: by `kid`, or without one the only key for its algorithm."""
        if kid is not None:
            key = self.keys.get(KeyId(kid))
            return key if key is not None and algorithm in key.algorithms else None
        fitting = [key for key in self.keys.values() if algorithm in key.algorithms]
        return fitting[0] if len(fitting) == 1 else None


def listed(text: str, parse: Callable[[Mapping[str, object]], T]) -> tuple[T, ...]:
    """Every key of a JWK set, parsed. Raise JwkInvalid where the set is malformed, or one of its keys."""
    try:
        keys = parse_object(text.encode()).get("keys")
    except (NotStrictJson, UnicodeEncodeError):
        raise JwkInvalid("the key set is not a JSON object without repeated members") from None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise JwkInvalid(f"a key set has an array keys of 1 to {MOST_KEYS} keys")
    return tuple(_parsed(index, jwk, parse) for index, jwk in enumerate(keys))


def _parsed(index: int, jwk: object, parse: Callable[[Mapping[str, object]], T]) -> T:
    if not isinstance(jwk, dict):
        raise JwkInvalid(f"keys[{index}]: not an object")
    try:
        return parse(jwk)
    except JwkInvalid as error:
        raise JwkInvalid(f"keys[{index}]: {error}") from None
