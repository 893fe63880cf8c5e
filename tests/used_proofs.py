"""Proofs of possession in one process: judged by what production judges them with, and made as a client makes them."""

import secrets
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, Final

import orjson

from ostiary.keys import base64url
from ostiary.keys.dpop import Proofs, token_digest
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.nonces import Nonces
from ostiary.keys.replays import BLOCK_BYTES, Replays

NONCE_KEY: Final = bytes(32)


def proofs(blocks: int = 64) -> Proofs:
    """With an empty memory."""
    memory = memoryview(bytearray(blocks * BLOCK_BYTES))
    return Proofs(Nonces(NONCE_KEY), Replays(memory, (nullcontext(),), 0))


def nonce(now: float) -> str:
    """The newest, where the nonce key is the one of tests."""
    return Nonces(NONCE_KEY).newest(now)


def proof(key: SigningPrivateKey, method: str, url: str, now: float, token: str | None = None, **changes: Any) -> str:
    """A proof (RFC 9449 section 4.2). `changes` replace claims, and with `header_` before their names members of the
    header; None leaves one out."""
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(12),
        "htm": method,
        "htu": url,
        "iat": int(now),
        "nonce": nonce(now),
        "ath": None if token is None else token_digest(token),
    }
    members = key.public.members
    header: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": dict(members)}
    for name, value in changes.items():
        (header if name.startswith("header_") else claims)[name.removeprefix("header_")] = value
    parts = (
        orjson.dumps({name: value for name, value in part.items() if value is not None}) for part in (header, claims)
    )
    signed = ".".join(map(base64url.encode, parts))
    return f"{signed}.{base64url.encode(key.sign(signed.encode()))}"


def _encoded(members: Mapping[str, Any]) -> str:
    return base64url.encode(orjson.dumps({name: value for name, value in members.items() if value is not None}))
