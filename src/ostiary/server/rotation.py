"""The shell around the ring of keys: makes the first ones, rotates what is due, and forgets what is past."""

import secrets
import time
from collections.abc import Sequence
from typing import Final

from ostiary.contract.model import LONGEST_ACCESS_TOKEN, Contract
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.master import NONCE_BYTES, MasterKey
from ostiary.keys.records import AddKey, KeyUse, SigningKey
from ostiary.keys.ring import NewKey, first_keys, new_key, open_key, plan_rotation
from ostiary.model.ids import KeyId
from ostiary.model.plan import Plan
from ostiary.store.interface import Store

PUBLISHED_AHEAD: Final = 86400
"""How long, in seconds, a scheduled key is published before it signs: who caches key sets has read it by then."""
PUBLISHED_AHEAD_ON_DEMAND: Final = 60


async def make_first_keys(store: Store, master: MasterKey) -> None:
    """Where the store has none of a use, make one that signs at once."""
    used = {key.use for key in await store.signing_keys()}
    missing = [_new(use, master) for use in KeyUse if use not in used]
    if missing:
        await store.commit(first_keys(int(time.time()), missing))


async def require_our_keys(store: Store, master: MasterKey) -> None:
    """Raise SealBroken unless this is the master key of the store: told before each worker stumbles over it, and before
    another one seals the end of the audit log, which then would not hold."""
    for key in await store.signing_keys():
        open_key(key, master)


async def rotate_due(store: Store, master: MasterKey, contract: Contract) -> None:
    """Do what the schedule asks for."""
    for use in KeyUse:
        await _rotate(store, master, use, contract.key_rotation_seconds, PUBLISHED_AHEAD)


async def rotate_now(store: Store, master: MasterKey, ahead: int) -> Sequence[KeyId]:
    """A new key of each use, published now, that signs `ahead` seconds from now."""
    added: list[KeyId] = []
    for use in KeyUse:
        plan = await _rotate(store, master, use, 0, ahead)
        added += [write.key.id for write in plan.writes if isinstance(write, AddKey)]
    return added


async def _rotate(store: Store, master: MasterKey, use: KeyUse, every: int, ahead: int) -> Plan:
    keys: Sequence[SigningKey] = await store.signing_keys()
    plan = plan_rotation(keys, int(time.time()), every, ahead, LONGEST_ACCESS_TOKEN, _new(use, master))
    if plan != Plan():
        await store.commit(plan)
    return plan


def _new(use: KeyUse, master: MasterKey) -> NewKey:
    return new_key(SigningPrivateKey.generate(), use, master, secrets.token_bytes(NONCE_BYTES))
