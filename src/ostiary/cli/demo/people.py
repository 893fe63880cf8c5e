"""The demo's people and the partner's key in the store."""

import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from ostiary.cli.demo.folder import Demo, PersonOfDemo
from ostiary.contract.model import LONGEST_API_KEY
from ostiary.keys.api_key import keep
from ostiary.keys.hashing import token_hash
from ostiary.model.ids import ClientId, Role, Secret, Subject, TenantId
from ostiary.people.accounts import NewPerson, add_person
from ostiary.people.passwords import SALT_BYTES, hash_password
from ostiary.server.place import Place
from ostiary.store.interface import LoginTaken, Store

Hashes = Mapping[str, str]
"""The password hash of each login."""


def hash_passwords(demo: Demo) -> Hashes:
    """All at once: each takes a core for a fifth of a second."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(demo.people, pool.map(_hash, demo.people.values()), strict=True))


def _hash(person: PersonOfDemo) -> str:
    return hash_password(Secret(person.password), secrets.token_bytes(SALT_BYTES))


async def add_people(place: Place, store: Store, demo: Demo, hashes: Hashes) -> None:
    """Those whom a state that was kept has already stay as they are."""
    for person in demo.people.values():
        new = NewPerson(
            login=person.login,
            name=person.name,
            email=f"{person.login}@{person.tenant}.example",
            tenant=TenantId(person.tenant),
            roles=frozenset(map(Role, person.roles)),
        )
        plan = add_person(new, Subject(person.subject), hashes[person.login], place.contract.roles, time.time())
        with suppress(LoginTaken):
            await store.commit(plan)


async def add_keys(store: Store, demo: Demo) -> None:
    """The API keys of the demo's partners; those that a state has already stay."""
    known = {key.hash for key in await store.api_keys()}
    for client in demo.clients.values():
        if client.api_key is not None and token_hash(client.api_key) not in known:
            secret, name = Secret(client.api_key), ClientId(client.client_id)
            await store.commit(keep(secret, name, frozenset(), (), int(time.time()), LONGEST_API_KEY))
