"""Limits by the generic cell rate algorithm: what is let in, at any rate and times, in one process and in two."""

import os
from collections.abc import Iterator
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.contract.model import Limit, LimitBy, Rate
from ostiary.gateway.limits import SECOND, SLOT_BYTES, Bucket, Charge, Table, bucket, charge
from ostiary.server.memory import attach, make_shared

START = 1_000 * SECOND


def limit(count: int, seconds: int, burst: int, name: str = "person") -> Bucket:
    return bucket(Limit(name, LimitBy.PERSON, Rate(count, seconds, burst)), "GET /things")


def table(slots: int = 64) -> Table:
    return Table(memoryview(bytearray(slots * SLOT_BYTES)))


def let_in(one: Table, of: Bucket, who: str, now: int) -> bool:
    return one.spend([charge(of, who)], now)[1] is None


RATES = st.tuples(st.integers(1, 1000), st.integers(1, 3600), st.integers(1, 50))


@given(RATES)
def test_a_burst_is_let_in_at_once_and_not_one_more(rate: tuple[int, int, int]) -> None:
    one, of = table(), limit(*rate)
    assert [let_in(one, of, "ada", START) for _ in range(rate[2] + 1)] == [True] * rate[2] + [False]


@given(RATES, st.lists(st.integers(0, 20 * SECOND), max_size=60))
def test_in_any_time_no_more_than_the_burst_and_the_rate(rate: tuple[int, int, int], gaps: list[int]) -> None:
    one, of, now = table(), limit(*rate), START
    times = []
    for gap in gaps:
        now += gap
        if let_in(one, of, "ada", now):
            times.append(now)
    for at, first in enumerate(times):
        for more, last in enumerate(times[at:]):
            assert more + 1 <= rate[2] + (last - first) // of.interval


@given(RATES)
def test_who_waits_as_long_as_told_is_let_in(rate: tuple[int, int, int]) -> None:
    one, of = table(), limit(*rate)
    while (reached := one.spend([charge(of, "ada")], START)[1]) is None:
        pass
    assert reached.wait >= 1
    assert not let_in(one, of, "ada", START + (reached.wait - 1) * SECOND - 1)
    assert let_in(one, of, "ada", START + reached.wait * SECOND)


def test_one_who_is_refused_spends_nothing() -> None:
    one, of = table(), limit(1, 1, 1)
    assert let_in(one, of, "ada", START)
    for _ in range(1000):
        assert not let_in(one, of, "ada", START)
    assert let_in(one, of, "ada", START + SECOND)


def test_a_request_spends_on_every_limit_or_on_none() -> None:
    one, wide, narrow = table(), limit(10, 1, 10, "wide"), limit(1, 1, 1, "narrow")
    both = [charge(wide, "ada"), charge(narrow, "ada")]
    assert one.spend(both, START)[1] is None
    for _ in range(20):
        _, reached = one.spend(both, START)
        assert reached is not None and reached.bucket is narrow
    assert [let_in(one, wide, "ada", START) for _ in range(10)] == [True] * 9 + [False]


def test_limits_that_would_share_a_place_are_counted_apart() -> None:
    one = table(slots=16)
    limits = [limit(10, 1, 10, f"limit {number}") for number in range(16)]
    for _ in range(10):
        assert one.spend([charge(each, "ada") for each in limits], START)[1] is None
    assert not any(let_in(one, each, "ada", START) for each in limits)
    later = START + 60 * SECOND
    assert one.spend([charge(each, "ada") for each in reversed(limits)], later)[1] is None
    assert [let_in(one, each, "ada", later) for each in limits for _ in range(9)] == [True] * 16 * 9
    assert not any(let_in(one, each, "ada", later) for each in limits)


def test_a_request_that_is_refused_changes_nothing_for_who_has_its_place() -> None:
    one, wide, narrow = table(slots=16), limit(1, 60, 5, "wide"), limit(1, 60, 1, "narrow")
    place = charge(wide, "ada")[1] % 16
    there = next(who for who in map(str, range(1000)) if charge(wide, who)[1] % 16 == place)
    assert [let_in(one, wide, there, START) for _ in range(6)] == [True] * 5 + [False]
    both = [charge(wide, "ada"), charge(narrow, "ada")]
    assert [one.spend(both, START)[1] is None for _ in range(6)] == [True] + [False] * 5
    assert not let_in(one, wide, there, START)
    assert [let_in(one, wide, "ada", START) for _ in range(5)] == [True] * 4 + [False]


def test_what_is_given_back_is_no_more_than_is_there() -> None:
    """Another worker may have written meanwhile what it had worked out before."""
    memory = bytearray(64 * SLOT_BYTES)
    one, wide, narrow = Table(memoryview(memory)), limit(1, 86400, 5, "wide"), limit(1, 60, 1, "narrow")
    cells, at_home = memoryview(memory).cast("Q"), (charge(wide, "ada")[1] % 64) * 2

    class Meanwhile(list[Charge]):
        def __iter__(self) -> Iterator[Charge]:
            yield self[0]
            cells[at_home + 1] = START + SECOND
            yield self[1]

    both = [charge(wide, "ada"), charge(narrow, "ada")]
    assert one.spend(both, START)[1] is None
    assert one.spend(Meanwhile(both), START)[1] is not None
    assert cells[at_home + 1] == 0
    assert let_in(one, wide, "ada", START)


def test_a_request_that_is_refused_makes_nobody_be_forgotten() -> None:
    one, reached = table(slots=16), limit(1, 60, 1)
    people = [f"person {number}" for number in range(16)]
    assert all(let_in(one, reached, who, START) for who in people)
    for number in range(100):
        assert one.spend([charge(reached, f"stranger {number}"), charge(reached, people[0])], START)[1] is not None
    assert one.evicted == 0
    assert not any(let_in(one, reached, who, START) for who in people)


@pytest.mark.parametrize(
    "other",
    [
        (limit(1, 1, 1), "eve"),
        (limit(1, 1, 1, "another"), "ada"),
        (bucket(Limit("person", LimitBy.PERSON, Rate(1, 1, 1)), "GET /others"), "ada"),
        (bucket(Limit("person", LimitBy.CLIENT, Rate(1, 1, 1)), "GET /things"), "ada"),
    ],
    ids=["person", "limit", "route", "counted by"],
)
def test_what_one_spends_is_not_anothers(other: tuple[Bucket, str]) -> None:
    one, of = table(), limit(1, 1, 1)
    assert let_in(one, of, "ada", START)
    assert not let_in(one, of, "ada", START)
    assert let_in(one, *other, START)


def test_a_full_table_forgets_who_would_have_been_refilled_soonest_and_says_so() -> None:
    one = table(slots=16)
    for number in range(16):
        assert let_in(one, limit(1, 10 + number, 1), f"person {number}", START)
    assert one.evicted == 0
    assert let_in(one, limit(1, 1, 1), "one more", START)
    assert one.evicted == 1
    assert let_in(one, limit(1, 10, 1), "person 0", START)
    assert not let_in(one, limit(1, 25, 1), "person 15", START)


def test_who_is_refilled_leaves_its_place() -> None:
    one = table(slots=16)
    for number in range(160):
        assert let_in(one, limit(1, 1, 1), f"person {number}", START + number // 16 * 2 * SECOND)
    assert one.evicted == 0


@pytest.mark.parametrize("slots", [0, 8, 24])
def test_a_table_has_a_power_of_two_of_slots(slots: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        table(slots)
    assert table(32).evicted == 0


def test_what_one_process_counts_the_other_knows() -> None:
    """The same keyed names, because a fork shares the hash seed, as workers do."""
    descriptor = make_shared({"limits": 1024 * SLOT_BYTES})["limits"]
    with get_context("fork").Pool(1) as pool:
        assert [pool.apply(spend_in, (descriptor,)) for _ in range(3)] == [True] * 3
        assert spend_in(descriptor)
        assert not spend_in(descriptor)
        assert not pool.apply(spend_in, (descriptor,))
    os.close(descriptor)


def spend_in(descriptor: int) -> bool:
    return let_in(Table(memoryview(attach(descriptor))), limit(4, 3600, 4), "ada", START)
