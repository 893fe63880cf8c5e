"""What is done again and again is not ended by what goes wrong."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from ostiary.server.chores import again
from ostiary.store.interface import StoreUnavailable


def done(outcomes: Sequence[Exception | None]) -> int:
    """How often it was done, where each time comes to what is given."""
    count = 0

    async def do() -> None:
        nonlocal count
        count += 1
        if count > len(outcomes):
            raise asyncio.CancelledError
        outcome = outcomes[count - 1]
        if outcome is not None:
            raise outcome

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(again(0, do))
    return count - 1


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((None, None), 0),
        ((StoreUnavailable("away"), None), 0),
        ((ValueError("s3cret"), None), 1),
        ((ValueError(), ValueError(), ValueError()), 1),
        ((ValueError(), KeyError(), ValueError()), 3),
        ((ValueError(), None, ValueError()), 2),
    ],
)
def test_no_error_ends_it_and_each_is_told_once(
    outcomes: Sequence[Exception | None], told: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ostiary.chores"):
        assert done(outcomes) == len(outcomes)
    assert len(caplog.records) == told
    assert "s3cret" not in caplog.text
