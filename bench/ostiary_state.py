"""What Ostiary's store holds before it starts: the benchmark's key, its revocations, a person who signs in."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from bench.tokens import Signer
from ostiary.issuer.records import RevokeAccessToken
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.master import NONCE_BYTES
from ostiary.keys.records import KeyUse
from ostiary.keys.ring import first_keys, new_key
from ostiary.model.feed import TokenRevoked
from ostiary.model.fresh import fresh_name
from ostiary.model.ids import Role, Secret, Subject, TenantId, TokenId
from ostiary.model.plan import Plan
from ostiary.people.accounts import NewPerson, add_person
from ostiary.people.passwords import SALT_BYTES, hash_password
from ostiary.server.place import Place, find_place
from ostiary.store.interface import Store
from ostiary.store.opening import open_store

REVOKED_SECONDS = 7200
CHUNK = 1000
LOGIN, PASSWORD = "bench", secrets.token_urlsafe(16)


def seed_gateway(contract: Path, state: Path, signer: Signer, revoked: list[str]) -> Signer:
    """Sign tokens with the benchmark's key and refuse `revoked`; the signer as Ostiary knows it."""
    private = SigningPrivateKey(signer.key)

    async def work(place: Place, store: Store) -> None:
        master = place.master_key()
        key = new_key(private, KeyUse.ISSUER, master, secrets.token_bytes(NONCE_BYTES))
        await store.commit(first_keys(int(time.time()), [key]))
        for plan in revocations(revoked, int(time.time()) + REVOKED_SECONDS):
            await store.commit(plan)

    with_store(contract, state, work)
    return replace(signer, kid=private.id)


def seed_issuer(contract: Path, state: Path) -> None:
    """Add the person who signs in."""

    async def work(place: Place, store: Store) -> None:
        hashed = hash_password(Secret(PASSWORD), secrets.token_bytes(SALT_BYTES))
        new = NewPerson(LOGIN, "Bench", tenant=TenantId("north"), roles=frozenset({Role("customer")}))
        subject = Subject(fresh_name(secrets.token_bytes))
        await store.commit(add_person(new, subject, hashed, place.contract.roles, time.time()))

    with_store(contract, state, work)


def requests_recorded(contract: Path, state: Path) -> bool:
    """Whether the audit log holds allowed requests."""
    found = False

    async def work(place: Place, store: Store) -> None:
        nonlocal found
        async for record in store.records():
            found = found or b'"requests_allowed"' in record.body

    with_store(contract, state, work)
    return found


def with_store(contract: Path, state: Path, work: Callable[[Place, Store], Awaitable[None]]) -> None:
    """Do `work` on the store of a state directory, made if it is not there."""

    async def opened() -> None:
        place = find_place(contract, state)
        place.state.make()
        store = await open_store(place.store, place.master_key().derive("audit"))
        try:
            await work(place, store)
        finally:
            await store.close()

    asyncio.run(opened())


def revocations(ids: Iterable[str], until: int) -> Iterable[Plan]:
    """Plans that make these tokens worthless until then."""
    left = iter(map(TokenId, ids))
    while some := list(itertools.islice(left, CHUNK)):
        yield Plan(
            writes=tuple(RevokeAccessToken(one, until) for one in some),
            feed=tuple(TokenRevoked(one, until) for one in some),
        )
