"""What an older version wrote is there after the steps that follow, and a step that fails changes nothing."""

import asyncio
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from ostiary.audit.verify import Holds, verify_growing
from ostiary.issuer.records import Grant, OpenGrant, RefreshFamily
from ostiary.keys.records import AddKey
from ostiary.model.feed import KeysChanged
from ostiary.model.ids import ClientId, GrantId, Secret, Thumbprint, TokenHash
from ostiary.model.plan import Plan
from ostiary.people.records import AddPerson, StartSession
from ostiary.store import of_issuer, of_keys, of_people, opening
from ostiary.store.interface import StoreUnavailable
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, add

from .conftest import AUDIT_KEY, opened
from .test_migrations import STEPS, bring, compared
from .test_store import ANN, CODE, GRANT, KEY, NOW, SESSION, STARTED
from .test_tampering import write

PREVIOUS = STEPS[-2]
SHAPES: tuple[Shape[Any], ...] = (
    of_people.PERSON,
    of_people.SESSION,
    of_issuer.GRANT,
    of_issuer.CODE,
    of_issuer.REFRESH_FAMILY,
    of_keys.KEY,
)
WRITTEN = Plan(
    (AddPerson(ANN), StartSession(SESSION), OpenGrant(GRANT, CODE), AddKey(KEY)),
    (STARTED,),
    (KeysChanged(NOW),),
)

OLD_GRANT = (
    "INSERT INTO grants (id, client, subject, session, scopes, auth_time, acr, amr, issued_at, resources)"
    " VALUES ('g', 'c', 's', 'x', 'a', 1, 'pwd', 'pwd', 1, '')"
)
OLD_TOKEN = (
    'INSERT INTO refresh_tokens ("grant", client, scopes, issued_at, expires_at, family_expires_at, key, hash, '
    "spent_at) VALUES ('g', 'c', 'a', 1, 50, 500, 'k', ?, ?)"
)


def added(location: Secret) -> dict[str, set[str]]:
    """The columns that this version's tables have and the store does not have yet."""
    found: dict[str, set[str]] = {}
    for difference in compared(location):
        if isinstance(difference, tuple) and difference[0] == "add_column":
            found.setdefault(difference[2], set()).add(difference[3].name)
    return found


def of_then(shape: Shape[Any], new: set[str]) -> Statement:
    """How the version of then added a row."""
    return add(shape.table, [name for name in shape.names if name not in new])


def as_of_then(location: Secret) -> Grant:
    """The grant, without what was not known of it then."""
    new = added(location).get("grants", set())
    return replace(GRANT, **{field.name: field.default for field in fields(Grant) if field.name in new})


@pytest.fixture
def older(location: Secret, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secret]:
    """A store of the schema before, with rows that the version of then wrote."""
    bring(location, PREVIOUS)
    new = added(location)

    async def use() -> None:
        async with opened(location) as store:
            await store.commit(WRITTEN)

    with monkeypatch.context() as then:
        then.setattr(opening, "LATEST", PREVIOUS)
        for shape in SHAPES:
            then.setattr(shape, "add", of_then(shape, new.get(shape.table, set())))
        asyncio.run(use())
    yield location


def test_rows_of_the_schema_before_are_there_in_this_one(older: Secret) -> None:
    grant = as_of_then(older)

    async def use() -> None:
        async with opened(older) as store:
            assert await store.person(ANN.subject) == ANN
            assert await store.session(SESSION.id) == SESSION
            assert await store.grant(GRANT.id) == grant
            assert await store.code(CODE.hash) == CODE
            assert list(await store.signing_keys()) == [KEY]
            assert [each.event for each in await store.feed_since(0)] == [KeysChanged(NOW)]
            await store.commit(Plan(events=(STARTED,)))
            verdict = await verify_growing(store.records, store.head, AUDIT_KEY)
            assert isinstance(verdict, Holds) and verdict.end.position == 2

    asyncio.run(use())
    assert compared(older) == []


def test_a_step_that_fails_half_way_leaves_the_schema_before_and_can_be_tried_again(
    older: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use() -> None:
        async with opened(older) as store:
            assert await store.person(ANN.subject) == ANN

    before, upgrade = compared(older), command.upgrade

    def upgrade_and_fail(config: Config, step: str) -> None:
        upgrade(config, step)
        config.attributes["connection"].exec_driver_sql("SELECT nothing FROM nowhere")

    with monkeypatch.context() as broken:
        broken.setattr(command, "upgrade", upgrade_and_fail)
        with pytest.raises(StoreUnavailable):
            asyncio.run(use())
    assert before
    assert list(map(str, compared(older))) == list(map(str, before))
    asyncio.run(use())
    assert compared(older) == []


def test_a_refresh_token_of_before_they_had_numbers_goes_on_and_a_spent_one_does_not(location: Secret) -> None:
    last, spent = TokenHash(b"l" * 32), TokenHash(b"s" * 32)
    bring(location, "0019")

    async def use() -> None:
        await write(
            location, [(OLD_GRANT, ()), *((OLD_TOKEN, (hash, at)) for hash, at in ((spent, NOW), (last, None)))]
        )
        async with opened(location) as store:
            family, behind = await store.refresh_family(last)
            assert family == RefreshFamily(GrantId("g"), ClientId("c"), 0, 1, 50, 500, Thumbprint("k"), last)
            assert behind.grant is not None
            assert (await store.refresh_family(spent))[0] is None
            assert (await store.refresh_family(GrantId("g")))[0] == family

    asyncio.run(use())
