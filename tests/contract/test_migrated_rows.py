"""What an older version wrote is there after the steps that follow, and a step that fails changes nothing."""

import asyncio
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config

from ostiary.audit.verify import Holds, verify_growing
from ostiary.issuer.records import AddRefreshToken, OpenGrant
from ostiary.keys.records import AddKey
from ostiary.model.feed import KeysChanged
from ostiary.model.ids import Secret
from ostiary.model.plan import Plan
from ostiary.people.records import AddPerson, StartSession
from ostiary.store import opening
from ostiary.store.interface import StoreUnavailable

from .conftest import AUDIT_KEY, opened
from .test_migrations import STEPS, bring, compared
from .test_store import ANN, CODE, GRANT, KEY, NOW, SESSION, STARTED, TOKEN

PREVIOUS = STEPS[-2]
WRITTEN = Plan(
    (AddPerson(ANN), StartSession(SESSION), OpenGrant(GRANT, CODE), AddRefreshToken(TOKEN), AddKey(KEY)),
    (STARTED,),
    (KeysChanged(NOW),),
)


@pytest.fixture
def older(location: Secret, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secret]:
    """A store of the schema before, with rows that the version of then wrote."""
    bring(location, PREVIOUS)

    async def use() -> None:
        async with opened(location) as store:
            await store.commit(WRITTEN)

    with monkeypatch.context() as then:
        then.setattr(opening, "LATEST", PREVIOUS)
        asyncio.run(use())
    yield location


def test_rows_of_the_schema_before_are_there_in_this_one(older: Secret) -> None:
    async def use() -> None:
        async with opened(older) as store:
            assert await store.person(ANN.subject) == ANN
            assert await store.session(SESSION.id) == SESSION
            assert await store.grant(GRANT.id) == GRANT
            assert await store.code(CODE.hash) == CODE
            assert await store.refresh_token(TOKEN.hash) == TOKEN
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
