"""What is remembered of credentials keeps its bound, and keeps what is in use."""

from gateway_world import ORIGIN
from ostiary.gateway.remembered import Remembered, Seen
from rules_world import Rules

OF_EACH = 2 * 8 + 1700
"""Bytes that a credential of eight takes."""


def seen() -> Seen:
    rules = Rules(limit=[])
    asked = rules.allowed("GET /things/ada", rules.token(), f"Origin: {ORIGIN}")
    assert asked.seen is not None
    return asked.seen


def known(remembered: Remembered) -> list[int]:
    return [number for number in range(10) if remembered.get(b"%08d" % number) is not None]


def filled(most: int, count: int) -> Remembered:
    remembered = Remembered(most * OF_EACH)
    for number in range(count):
        entry = seen()
        entry.used = False
        remembered.add(b"%08d" % number, entry)
    return remembered


def test_as_many_are_kept_as_there_is_room_for_and_the_oldest_goes() -> None:
    assert known(filled(3, 3)) == [0, 1, 2]
    assert known(filled(3, 4)) == [1, 2, 3]


def test_what_was_used_since_is_passed_over_once() -> None:
    remembered = filled(3, 3)
    first = remembered.get(b"00000000")
    assert first is not None
    first.used = True
    remembered.add(b"00000003", seen())
    assert known(remembered) == [0, 2, 3]
    assert not first.used


def test_what_is_dropped_makes_room_once() -> None:
    remembered = filled(3, 3)
    for _ in range(2):
        remembered.drop(b"00000001")
    remembered.add(b"00000004", seen())
    assert known(remembered) == [0, 2, 4]
    remembered.add(b"00000005", seen())
    assert len(remembered) == 3
