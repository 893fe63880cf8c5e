"""What was used is refused for as long as it was to be remembered, and is in nobody's way after that."""

from contextlib import nullcontext
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from ostiary.keys.replays import BLOCK_BYTES, BLOCK_SLOTS, SLOT_BYTES, Replays, Use

NOW: Final = 1_790_000_000
NEAR: Final = BLOCK_SLOTS - 1


def table(blocks: int) -> tuple[memoryview, Replays]:
    memory = memoryview(bytearray(blocks * BLOCK_BYTES))
    return memory, Replays(memory, (nullcontext(),), 0)


def named(number: int) -> int:
    """What hashes to itself, and goes to a far block of its own turn."""
    return number << 40 | number


def fingerprints(memory: memoryview) -> int:
    """How many are in the block that begins here."""
    return sum(any(memory[at : at + 8]) for at in range(SLOT_BYTES, BLOCK_BYTES, SLOT_BYTES))


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


def test_what_is_past_is_not_searched_any_more() -> None:
    memory, replays = table(1)
    for name in range(1, NEAR + 1):
        replays.use(name, NOW + (60 if name == 3 else 10), NOW)
    assert fingerprints(memory) == NEAR
    assert replays.use("late", NOW + 60, NOW + 10) is Use.FIRST
    assert fingerprints(memory) == 3
    assert replays.use(3, NOW + 60, NOW + 10) is Use.AGAIN
    assert replays.use("late", NOW + 60, NOW + 10) is Use.AGAIN
