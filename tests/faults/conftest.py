"""One program for each test, since each test breaks it; an upstream that counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_door import TOKEN, Door, Origin, access_token

__all__ = ["TOKEN", "Door", "Origin", "access_token"]


@pytest.fixture
def origin() -> Iterator[Origin]:
    origin = Origin()
    yield origin
    origin.stop()


@pytest.fixture
def door(tmp_path: Path, origin: Origin) -> Iterator[Door]:
    door = Door(tmp_path / "door", origin)
    door.start()
    yield door
    door.stop()
