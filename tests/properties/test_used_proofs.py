"""What was used is refused for as long as it was to be remembered, and is in nobody's way after that."""

import sys
from contextlib import nullcontext
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from ostiary.keys.replays import BLOCK_BYTES, BLOCK_SLOTS, Replays, Use

NOW: Final = 1_790_000_000
NEAR: Final = BLOCK_SLOTS - 1


def table(blocks: int) -> tuple[memoryview, Replays]:
    memory = memoryview(bytearray(blocks * BLOCK_BYTES))
    return memory, Replays(memory, (nullcontext(),), 0)


def named(number: int) -> int:
    """What hashes to itself, and goes to a far block of its own turn."""
    return number << 40 | number


steps = st.lists(st.tuples(st.integers(0, 150), st.integers(1, 30), st.integers(0, 3)), max_size=300)


@given(steps, st.sampled_from((1, 2, 8, 16)))
def test_nothing_is_taken_twice_in_its_time(steps: list[tuple[int, int, int]], blocks: int) -> None:
    """Beside a dictionary, which forgets nothing; where there is no room, nothing is taken."""
    _, replays = table(blocks)
    until: dict[int, int] = {}
    now = NOW
    for name, lasts, later in steps:
        now += later
        told = replays.use(named(name), now + lasts, now)
        if until.get(name, 0) > now:
            assert told is Use.AGAIN
        elif told is Use.FIRST:
            until[name] = now + lasts
        else:
            assert told is Use.NO_ROOM
            assert sum(end > now for end in until.values()) >= NEAR


def test_what_finds_no_room_near_is_remembered_far() -> None:
    memory, replays = table(8)
    for name in range(3 * NEAR):
        assert replays.use(named(name), NOW + 60, NOW) is Use.FIRST
        assert any(memory[BLOCK_BYTES:]) is (name >= NEAR)
    for name in range(3 * NEAR):
        assert replays.use(named(name), NOW + 60, NOW) is Use.AGAIN
    for name in range(3 * NEAR):
        assert replays.use(named(name), NOW + 120, NOW + 60) is Use.FIRST


def test_what_is_far_is_found_when_there_is_room_near_again() -> None:
    _, replays = table(8)
    for name in range(NEAR):
        replays.use(named(name), NOW + 10, NOW)
    assert replays.use("far", NOW + 60, NOW) is Use.FIRST
    assert replays.use("far too", NOW + 20, NOW) is Use.FIRST
    assert replays.use("far", NOW + 60, NOW + 59) is Use.AGAIN
    assert replays.use("far", NOW + 60, NOW + 60) is Use.FIRST


def test_bytes_of_two_others_are_not_taken_for_one() -> None:
    """A fingerprint is searched as bytes, and found between two slots too."""
    memory, replays = table(1)
    first, second = 0x01_02_03_04_05_06_07_08, 0x11_12_13_14_05_16_17_18
    for slot, fingerprint in ((1, first), (2, second)):
        memory[slot * 8 : slot * 8 + 8] = fingerprint.to_bytes(8, sys.byteorder)
        memory[(BLOCK_SLOTS + slot) * 8 : (BLOCK_SLOTS + slot) * 8 + 8] = (NOW + 60).to_bytes(8, sys.byteorder)
    between = int.from_bytes(memory[12:20], sys.byteorder)
    assert replays.use(between, NOW + 60, NOW) is Use.FIRST
    for name in (first, second, between):
        assert replays.use(name, NOW + 60, NOW) is Use.AGAIN
