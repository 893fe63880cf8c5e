"""One shop behind a running door, for all flows of clients that others wrote."""

from collections.abc import Iterator

import pytest

from shop_running import RunningShop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    with RunningShop(tmp_path_factory.mktemp("shop")).open() as running:
        yield running
