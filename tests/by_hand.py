"""Compact JWTs put together by hand, so that any part of one can be wrong (RFC 7515 section 7.1)."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet

KEY: Final = SigningPrivateKey.from_scalar(bytes(range(1, 33)))
KEYS: Final = KeySet.of([KEY.public])
TYPE: Final = "at+jwt"
CLAIMS: Final[Mapping[str, object]] = {"sub": "ada", "exp": 1_790_000_000}
HEADER: Final[Mapping[str, object]] = {"alg": "ES256", "kid": KEY.id, "typ": TYPE}

Json = Mapping[str, object] | bytes


def compact(
    header: Json = HEADER, payload: Json = CLAIMS, sign: Callable[[bytes], bytes] = KEY.sign, between: bytes = b"."
) -> str:
    """Without arguments a token that holds."""
    signed = between.join(base64url.encode(_raw(part)).encode() for part in (header, payload))
    return (signed + b"." + base64url.encode(sign(signed)).encode()).decode()


def header_with(**members: object) -> dict[str, object]:
    return {**HEADER, **members}


def header_without(name: str) -> dict[str, object]:
    return {key: value for key, value in HEADER.items() if key != name}


def _raw(part: Json) -> bytes:
    return part if isinstance(part, bytes) else orjson.dumps(part)
