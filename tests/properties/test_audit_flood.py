"""A flood of refusals: bounded memory, and not one of them lost."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.audit.flood import (
    FLUSH_SECONDS,
    LISTED_AT_ONCE,
    LISTED_PER_SECOND,
    MOST_COUNTERS,
    HandshakeLedger,
    RefusalLedger,
)
from ostiary.model.ids import ClientId, GatewayName, RouteId
from ostiary.model.reasons import Reason

START = 1_790_000_000.0
REFUSAL = st.tuples(
    st.floats(min_value=0, max_value=3, allow_nan=False),
    st.sampled_from([Reason.TOKEN_EXPIRED, Reason.LIMIT_REACHED]),
    st.none() | st.just(RouteId("GET /a")),
    st.none() | st.just(ClientId("site")),
    st.none() | st.sampled_from(["peer1", "peer2"]),
)


def flood(ledger: RefusalLedger, now: float, count: int, peers: int = 1) -> int:
    """How many of them were listed."""
    peer_of = (f"peer{number % peers}" for number in range(count))
    return sum(ledger.lists(now, Reason.TOKEN_EXPIRED, None, None, peer) for peer in peer_of)


@given(st.lists(REFUSAL, max_size=400), st.booleans())
def test_listed_and_counted_together_are_all(
    refusals: list[tuple[float, Reason, RouteId | None, ClientId | None, str | None]], often: bool
) -> None:
    ledger, now = RefusalLedger(START), START
    listed: Counter[object] = Counter()
    counted: Counter[object] = Counter()
    came: Counter[object] = Counter()
    flood(ledger, START, int(LISTED_AT_ONCE))
    for later, reason, route, client, peer in refusals:
        now += later if often else 0.0
        key = (reason, route, client, peer)
        came[key] += 1
        listed[key] += ledger.lists(now, *key)
        for event in ledger.flush(now):
            counted[(event.reason, event.route, event.client, event.peer)] += event.count
    for event in ledger.close(now):
        counted[(event.reason, event.route, event.client, event.peer)] += event.count
    assert +(listed + counted) == +came
    assert ledger.close(now) == ()


def test_up_to_the_bound_each_is_listed_and_past_it_counted() -> None:
    ledger = RefusalLedger(START)
    assert flood(ledger, START, int(LISTED_AT_ONCE)) == LISTED_AT_ONCE
    assert flood(ledger, START, 1000) == 0
    assert flood(ledger, START + 1.0, 1000) == LISTED_PER_SECOND
    (event,) = ledger.close(START + 1.0)
    assert event.count == 2000 - LISTED_PER_SECOND
    assert event.seconds == 1.0


def test_rest_gives_the_whole_bound_again_and_no_more() -> None:
    ledger = RefusalLedger(START)
    flood(ledger, START, 1000)
    assert flood(ledger, START + 3600, 1000) == LISTED_AT_ONCE


def test_a_clock_that_is_set_back_gives_no_credit_and_goes_on_from_there() -> None:
    ledger = RefusalLedger(START)
    flood(ledger, START, 1000)
    assert flood(ledger, START - 3600, 100) == 0
    assert flood(ledger, START - 3599, 100) == LISTED_PER_SECOND


def test_memory_is_bounded_whoever_comes() -> None:
    ledger = RefusalLedger(START)
    flood(ledger, START, int(LISTED_AT_ONCE))
    for number in range(5000):
        for reason in (Reason.TOKEN_EXPIRED, Reason.CLIENT_UNKNOWN):
            ledger.lists(START, reason, None, ClientId(f"c{number}"), f"p{number}")
    events = ledger.close(START)
    assert len(events) <= MOST_COUNTERS + len(Reason)
    assert sum(event.count for event in events) == 10_000
    together = {event.reason: event.count for event in events if event.peer is None}
    assert together.keys() == {Reason.TOKEN_EXPIRED, Reason.CLIENT_UNKNOWN}


def test_what_could_not_be_written_is_counted_on_within_the_same_bound() -> None:
    ledger = RefusalLedger(START)
    flood(ledger, START, int(LISTED_AT_ONCE))
    flood(ledger, START, 1000, peers=1000)
    for later in range(1, 4):
        ledger.take_back(ledger.flush(START + later * FLUSH_SECONDS))
        flood(ledger, START + later * FLUSH_SECONDS, int(LISTED_AT_ONCE) + 100, peers=1000)
    events = ledger.flush(START + 3 * FLUSH_SECONDS)
    assert sum(event.count for event in events) == 1300
    assert len(events) <= MOST_COUNTERS + len(Reason)
    assert {event.seconds for event in events} == {3 * FLUSH_SECONDS}
    assert ledger.close(START + 3 * FLUSH_SECONDS) == ()


def test_counts_are_written_once_in_a_while() -> None:
    ledger = RefusalLedger(START)
    flood(ledger, START, 1000, peers=3)
    assert ledger.flush(START + FLUSH_SECONDS - 0.1) == ()
    assert len(ledger.flush(START + FLUSH_SECONDS)) == 3
    assert ledger.flush(START + FLUSH_SECONDS) == ()


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_a_clock_step_does_not_keep_counts_back(step: float) -> None:
    ledger = RefusalLedger(START)
    flood(ledger, START, 1000)
    (event,) = ledger.flush(START + step)
    assert event.seconds >= 0


def test_a_flood_of_handshakes_is_counted_within_bounds_and_none_is_lost() -> None:
    ledger, own = HandshakeLedger(START), GatewayName("own")
    for number in range(10 * MOST_COUNTERS):
        ledger.count(Reason.CERTIFICATE_UNKNOWN, own, f"peer{number}")
        ledger.count(Reason.TLS_FAILED, None, "peer0")
    assert ledger.flush(START + FLUSH_SECONDS / 2) == ()
    events = ledger.flush(START + FLUSH_SECONDS)
    assert len(events) <= MOST_COUNTERS + 2
    assert sum(event.count for event in events) == 20 * MOST_COUNTERS
    by_peer = {(event.reason, event.gateway, event.peer): event.count for event in events}
    assert by_peer[(Reason.TLS_FAILED, None, "peer0")] == 10 * MOST_COUNTERS
    assert by_peer[(Reason.CERTIFICATE_UNKNOWN, own, None)] > by_peer[(Reason.CERTIFICATE_UNKNOWN, own, "peer0")] == 1
    assert ledger.close(START + FLUSH_SECONDS) == ()
