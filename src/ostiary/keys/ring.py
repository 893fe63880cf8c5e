"""The life of signing keys: published before they sign, kept until the last token that they signed is dead.

All is computed from the records and the time. `signs_at` of the next key is when the one before it stops, so at each
time exactly one key of a use signs, whoever asks.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import orjson

from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import parse_public
from ostiary.keys.keyset import KeySet
from ostiary.keys.master import MasterKey
from ostiary.keys.records import AddKey, KeyUse, RemoveKey, SetKeyDeath, SigningKey
from ostiary.keys.strict_json import parse_object
from ostiary.model.events import Event
from ostiary.model.events.program import KeyCreated, KeyRetired
from ostiary.model.feed import KeysChanged
from ostiary.model.frozen import frozen
from ostiary.model.ids import KeyId
from ostiary.model.plan import Plan, Write

CLOCKS_APART: Final = 60
"""Seconds by which two machines' clocks may differ: a key stays published this much longer."""
_FEED_SECONDS: Final = 7 * 86400
"""How long the feed keeps `KeysChanged`, for a gateway that was away."""


class NoSigningKey(LookupError):
    """The store has no key of this use."""


@frozen
class NewKey:
    """A key pair, already sealed, that has no place in the ring yet."""

    id: KeyId
    use: KeyUse
    public: str
    sealed: bytes


def new_key(private: SigningPrivateKey, use: KeyUse, master: MasterKey, nonce: bytes) -> NewKey:
    """Seal a fresh private key. `nonce`: 12 random bytes."""
    public = orjson.dumps(private.public.to_jwk()).decode()
    return NewKey(private.id, use, public, master.seal(private.scalar(), _context(private.id, use), nonce))


def first_keys(now: int, new: Iterable[NewKey]) -> Plan:
    """For an empty store: each key signs at once, since nobody has an older set of keys."""
    return _plan(now, tuple(_placed(key, now, now) for key in new), (), ())


def plan_rotation(
    keys: Sequence[SigningKey],
    now: int,
    every_seconds: int,
    publish_ahead_seconds: int,
    token_lifetime_seconds: int,
    new_key: NewKey,
) -> Plan:
    """What is due for the keys of `new_key`'s use; an empty plan where nothing is. `every_seconds=0`: rotate now, also
    where a later rotation is on its way.

    The lifetime is that of the longest-lived token. A key that is added signs `publish_ahead_seconds` later at the
    earliest.
    """
    line = _line(keys, new_key.use)
    added = _successor(line, now, every_seconds, publish_ahead_seconds, new_key)
    dead = tuple(key for key in line if not _alive(key, now))
    deaths = _deaths(_line([*line, *added], new_key.use), token_lifetime_seconds + CLOCKS_APART)
    return _plan(now, added, deaths, dead)


def signing_key(keys: Iterable[SigningKey], use: KeyUse, now: int) -> SigningKey:
    """The one key that signs now: the newest whose time has come. Raise NoSigningKey where there is none.

    Where the clock was set back to before all of them, it is the oldest.
    """
    line = _line(keys, use)
    begun = [key for key in line if key.signs_at <= now]
    if not line:
        raise NoSigningKey(use)
    return begun[-1] if begun else line[0]


def published(keys: Iterable[SigningKey], use: KeyUse, now: int) -> KeySet:
    """Every key that signed a token that can still live, or is going to sign."""
    return KeySet.of(parse_public(parse_object(key.public.encode())) for key in _line(keys, use) if _alive(key, now))


def open_key(key: SigningKey, master: MasterKey) -> SigningPrivateKey:
    """Raise SealBroken where it was sealed under another master key, or for another key or use."""
    return SigningPrivateKey.from_scalar(master.open(key.sealed, _context(key.id, key.use)))


def _context(id: KeyId, use: KeyUse) -> bytes:
    return f"signing key {use} {id}".encode()


def _line(keys: Iterable[SigningKey], use: KeyUse) -> list[SigningKey]:
    return sorted((key for key in keys if key.use == use), key=lambda key: (key.signs_at, key.id))


def _alive(key: SigningKey, now: int) -> bool:
    return key.dies_at is None or key.dies_at > now


def _placed(new: NewKey, now: int, signs_at: int) -> SigningKey:
    return SigningKey(new.id, new.use, new.public, new.sealed, created_at=now, signs_at=signs_at)


def _successor(line: list[SigningKey], now: int, every: int, ahead: int, new: NewKey) -> tuple[SigningKey, ...]:
    if not line:
        return (_placed(new, now, now),)
    signs_at = now + ahead
    waits = any(now < key.signs_at <= signs_at for key in line)
    if waits or (every and line[-1].signs_at + every > signs_at):
        return ()
    return (_placed(new, now, signs_at),)


def _deaths(line: list[SigningKey], lifetime: int) -> tuple[SetKeyDeath, ...]:
    """A key's last token is made just before the next key signs."""
    return tuple(SetKeyDeath(key.id, after.signs_at + lifetime) for key, after in pairwise(line) if key.dies_at is None)


def _plan(now: int, added: Sequence[SigningKey], deaths: Sequence[SetKeyDeath], dead: Sequence[SigningKey]) -> Plan:
    writes: list[Write] = [*map(AddKey, added), *deaths, *(RemoveKey(key.id) for key in dead)]
    events: list[Event] = [KeyCreated(at=now, key=key.id, use=key.use) for key in added]
    events += [KeyRetired(at=now, key=key.id, use=key.use) for key in dead]
    feed = (KeysChanged(now + _FEED_SECONDS),) if added or dead else ()
    return Plan(tuple(writes), tuple(events), feed)
