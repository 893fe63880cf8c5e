"""API keys: what they look like, what is kept of them, and how they come and go.

A key is `ostk_`, 32 characters of chance and 6 of checksum, all of them letters and digits. The prefix and the checksum
let a scanner tell a leaked key from a chance text without asking anyone. Times are seconds since the epoch.
"""

import zlib
from collections.abc import Sequence
from string import ascii_letters, digits
from typing import Final

from ostiary.keys.hashing import token_hash
from ostiary.model.events.operators import ApiKeyAdded, ApiKeyRevoked
from ostiary.model.feed import ApiKeysChanged, GrantRevoked, TokenRevoked
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import ApiKeyId, ClientId, GrantId, Scope, Secret, TokenHash, TokenId
from ostiary.model.plan import Plan, Write

PREFIX: Final = "ostk_"
_CHANCE: Final = 32
_CHECK: Final = 6
LENGTH: Final = len(PREFIX) + _CHANCE + _CHECK
ALPHABET: Final = digits + ascii_letters
MOST_LIVING: Final = 2
"""Of a client: one in use, and one that takes its place."""
_ID: Final = 12


@frozen
class ApiKey:
    """What is kept of a key: whose it is, what it may, until when. `scopes`: none for all of the client's."""

    id: ApiKeyId
    hash: TokenHash
    client: ClientId
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int
    used_at: int | None = None
    """The last use, to a minute."""
    revoked_at: int | None = None

    def lives(self, now: float) -> bool:
        return self.revoked_at is None and now < self.expires_at

    @property
    def token(self) -> TokenId:
        """How the feed names it."""
        return TokenId(f"api-key {self.id}")


def id_of(hash: TokenHash) -> ApiKeyId:
    """By which the key with this hash is called."""
    return ApiKeyId(hash.hex()[:_ID])


def grant_of(id: ApiKeyId) -> GrantId:
    """How the feed names what was exchanged for the key."""
    return GrantId(f"api-key {id}")


@frozen
class AddApiKey(Write):
    key: ApiKey


@frozen
class RevokeApiKey(Write):
    id: ApiKeyId
    at: int


@frozen
class TouchApiKey(Write):
    """It was used; an earlier use than the one that is known changes nothing."""

    id: ApiKeyId
    at: int


class TooManyKeys(Exception):
    """The client has as many living keys as it may; one has to go first."""


def is_well_formed(text: str) -> bool:
    """Whether it could be a key: the prefix, the alphabet and the checksum."""
    chance, check = text[len(PREFIX) : -_CHECK], text[-_CHECK:]
    return (
        len(text) == LENGTH
        and text.startswith(PREFIX)
        and text.isascii()
        and text[len(PREFIX) :].isalnum()
        and check == checksum(chance)
    )


def checksum(chance: str) -> str:
    """CRC-32 in base 62: against slips, not against people."""
    number, text = zlib.crc32(chance.encode()), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(ALPHABET))
        text += ALPHABET[digit]
    return text


def draw(fresh: Fresh) -> Secret:
    """A new key, to be shown once."""
    chance = _chance(fresh)
    return Secret(PREFIX + chance + checksum(chance))


def keep(
    secret: Secret, client: ClientId, scopes: frozenset[Scope], others: Sequence[ApiKey], now: int, lifetime: int
) -> Plan:
    """Let the client in by this key. `others`: the keys there are. Raises TooManyKeys."""
    if sum(key.lives(now) for key in others if key.client == client) >= MOST_LIVING:
        raise TooManyKeys
    hash = token_hash(secret.reveal())
    key = ApiKey(id_of(hash), hash, client, scopes, now, now + lifetime)
    added = ApiKeyAdded(at=now, client=client, key=key.id, scopes=tuple(sorted(scopes)), expires_at=key.expires_at)
    return Plan((AddApiKey(key),), (added,), (ApiKeysChanged(key.expires_at),))


def revoke(key: ApiKey, now: int) -> Plan:
    """Dead at every gateway within a second, with all that was exchanged for it."""
    return Plan(
        (RevokeApiKey(key.id, now),),
        (ApiKeyRevoked(at=now, client=key.client, key=key.id),),
        (
            TokenRevoked(key.token, key.expires_at),
            GrantRevoked(grant_of(key.id), key.expires_at),
            ApiKeysChanged(key.expires_at),
        ),
    )


def _chance(fresh: Fresh) -> str:
    """190 bits. Bytes that would make some characters likelier than others are thrown away."""
    text = ""
    while len(text) < _CHANCE:
        text += "".join(ALPHABET[byte % 62] for byte in fresh(_CHANCE) if byte < 4 * 62)
    return text[:_CHANCE]
