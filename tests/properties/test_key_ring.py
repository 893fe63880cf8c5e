"""The life of signing keys: published before they sign, kept until their last token is dead."""

import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import parse_public
from ostiary.keys.jwt import sign, verify
from ostiary.keys.keyset import KeySet
from ostiary.keys.master import NONCE_BYTES, MasterKey, SealBroken
from ostiary.keys.records import AddKey, KeyUse, RemoveKey, SetKeyDeath, SigningKey
from ostiary.keys.ring import (
    CLOCKS_APART,
    NewKey,
    NoSigningKey,
    first_keys,
    new_key,
    open_key,
    plan_rotation,
    published,
    signing_key,
)
from ostiary.keys.strict_json import parse_object
from ostiary.model.events.program import KeyCreated, KeyRetired
from ostiary.model.plan import Plan

MASTER = MasterKey(bytes(range(32)))
START = 1_790_000_000
EVERY, AHEAD, LIFETIME = 90 * 86400, 86400, 600


def made(use: KeyUse = KeyUse.ISSUER) -> NewKey:
    return new_key(SigningPrivateKey.generate(), use, MASTER, secrets.token_bytes(NONCE_BYTES))


class Store:
    """The records, as a store keeps them."""

    def __init__(self) -> None:
        self.keys: list[SigningKey] = []
        self.apply(first_keys(START, [made(KeyUse.ISSUER), made(KeyUse.GATEWAY)]))

    def apply(self, plan: Plan) -> Plan:
        for write in plan.writes:
            match write:
                case AddKey(key):
                    self.keys.append(key)
                case SetKeyDeath(id, dies_at):
                    self.keys = [replace(key, dies_at=dies_at) if key.id == id else key for key in self.keys]
                case RemoveKey(id):
                    self.keys = [key for key in self.keys if key.id != id]
        return plan

    def rotate(self, now: int, every: int = EVERY, ahead: int = AHEAD) -> Plan:
        return self.apply(plan_rotation(self.keys, now, every, ahead, LIFETIME, made()))

    def signs(self, now: int) -> SigningKey:
        return signing_key(self.keys, KeyUse.ISSUER, now)

    def published(self, now: int) -> KeySet:
        return published(self.keys, KeyUse.ISSUER, now)


def test_the_first_keys_sign_at_once_each_for_its_use() -> None:
    store = Store()
    assert store.signs(START).use is KeyUse.ISSUER
    assert signing_key(store.keys, KeyUse.GATEWAY, START).use is KeyUse.GATEWAY
    assert store.published(START).keys.keys() == {store.signs(START).id}


def test_a_store_without_a_key_of_the_use_signs_nothing() -> None:
    gateway_only = [key for key in Store().keys if key.use is KeyUse.GATEWAY]
    with pytest.raises(NoSigningKey):
        signing_key(gateway_only, KeyUse.ISSUER, START)
    (write,) = plan_rotation(gateway_only, START, EVERY, AHEAD, LIFETIME, made()).writes
    assert isinstance(write, AddKey)
    assert write.key.signs_at == START


def test_before_it_is_due_nothing_happens_and_then_a_key_is_published_before_it_signs() -> None:
    store = Store()
    old = store.signs(START)
    due = START + EVERY
    assert store.rotate(due - AHEAD - 1) == Plan()
    plan = store.rotate(due - AHEAD)
    assert [type(event) for event in plan.events] == [KeyCreated]
    assert len(plan.feed) == 1
    assert len(store.published(due - AHEAD).keys) == 2
    assert store.signs(due - 1).id == old.id
    assert store.signs(due).id != old.id


def test_a_rotation_that_is_on_its_way_is_not_begun_again() -> None:
    store = Store()
    store.rotate(START + EVERY - AHEAD)
    for later in range(0, AHEAD, 3600):
        assert store.rotate(START + EVERY - AHEAD + later) == Plan()


def test_an_old_key_stays_until_its_last_token_is_dead_and_is_removed_then() -> None:
    store = Store()
    old, due = store.signs(START), START + EVERY
    store.rotate(due - AHEAD)
    dies_at = due + LIFETIME + CLOCKS_APART
    assert old.id in store.published(dies_at - 1).keys
    assert old.id not in store.published(dies_at).keys
    assert store.rotate(dies_at - 1) == Plan()
    plan = store.rotate(dies_at)
    assert plan.writes == (RemoveKey(old.id),)
    assert [type(event) for event in plan.events] == [KeyRetired]


def test_on_demand_a_key_signs_as_soon_as_it_was_published_long_enough() -> None:
    store = Store()
    old = store.signs(START)
    store.rotate(START + 10, every=0, ahead=60)
    assert store.signs(START + 69).id == old.id
    assert store.signs(START + 70).id != old.id


def test_on_demand_nobody_waits_for_a_scheduled_rotation_that_is_on_its_way() -> None:
    """An operator who fears for the key that signs cannot wait a day for the next one."""
    store = Store()
    now = START + EVERY - AHEAD
    old = store.signs(now)
    store.rotate(now)
    demanded = store.rotate(now + 10, every=0, ahead=60)
    assert any(isinstance(write, AddKey) for write in demanded.writes)
    assert store.signs(now + 69).id == old.id
    assert store.signs(now + 70).id not in {old.id, store.signs(now + AHEAD).id}
    assert store.rotate(now + 20, every=0, ahead=60) == Plan()


def test_a_clock_set_back_to_before_all_keys_still_signs() -> None:
    store = Store()
    assert store.signs(START - 86400).id == store.signs(START).id


@given(st.lists(st.tuples(st.integers(1, EVERY), st.booleans()), min_size=1, max_size=6))
def test_at_each_time_one_key_signs_and_every_living_token_can_be_verified(steps: list[tuple[int, bool]]) -> None:
    store, now = Store(), START
    alive: list[tuple[int, str]] = []
    for step, demanded in steps:
        for moment in sorted({now, now + min(step, 60), now + step // 2, now + step}):
            key = open_key(store.signs(moment), MASTER)
            alive.append((moment + LIFETIME, sign({"exp": moment + LIFETIME}, key, "at+jwt")))
            assert key.id in store.published(moment).keys
            for exp, token in alive:
                if exp > moment:
                    verify(token, store.published(moment), "at+jwt")
        now += step
        before = {key.id for key in store.keys}
        store.rotate(now, *((0, 60) if demanded else ()))
        for key in store.keys:
            assert key.id in before or key.signs_at >= now + 60
        assert sum(key.signs_at > now for key in store.keys) <= 2


def test_a_sealed_key_opens_for_its_name_use_and_master_key_alone() -> None:
    key = Store().signs(START)
    assert open_key(key, MASTER).id == key.id
    assert parse_public(parse_object(key.public.encode())).id == key.id
    for other in (replace(key, use=KeyUse.GATEWAY), replace(key, id=made().id), replace(key, sealed=made().sealed)):
        with pytest.raises(SealBroken):
            open_key(other, MASTER)
    with pytest.raises(SealBroken):
        open_key(key, MasterKey(bytes(32)))


def test_what_is_stored_does_not_hold_the_private_key() -> None:
    private = SigningPrivateKey.generate()
    new = new_key(private, KeyUse.ISSUER, MASTER, secrets.token_bytes(NONCE_BYTES))
    assert private.scalar() not in new.sealed
    assert private.scalar().hex() not in repr(new)
    assert '"d"' not in new.public
