"""Allowed requests in batches: each comes out as it went in."""

from hypothesis import given
from hypothesis import strategies as st

from ostiary.audit.batch import MOST_ROWS, AllowedBatch, Row, reference, unfold
from ostiary.audit.encode import decode, encode
from ostiary.model.events.gateway import RequestsAllowed
from ostiary.model.ids import ClientId, RouteId, Subject, TenantId
from ostiary.model.plan import WrittenEvent

NOW, CLOCK = 1_790_000_000.0, 10**15
WHO = st.tuples(
    st.sampled_from([ClientId("a"), ClientId("b")]),
    st.sampled_from([None, Subject("p")]),
    st.sampled_from([None, TenantId("t")]),
)
ROWS = st.lists(
    st.tuples(
        st.integers(CLOCK - 10**10, CLOCK),
        WHO,
        st.sampled_from([RouteId("GET /a"), RouteId("GET /b")]),
        st.sampled_from([200, 404, 500]),
        st.integers(0, 2**32),
    ),
    max_size=50,
)


@given(ROWS, st.integers(1, 60))
def test_every_request_is_unfolded_as_it_was_added(rows: list[Row], at_a_time: int) -> None:
    batch = AllowedBatch("w1")
    for row in rows:
        batch.add(row)
    assert batch.fold(at_a_time) == (len(rows) > at_a_time)
    assert len(batch) == len(rows)
    events = batch.flush(NOW, CLOCK)
    assert len(batch) == 0
    assert batch.flush(NOW, CLOCK) == ()
    seen = [each for event in map(read, events) for each in unfold(event)]
    expected = [(who, route, status, reference("w1", number)) for _, who, route, status, number in rows]
    assert [each[1:] for each in seen] == expected
    for (at, *_), row in zip(seen, rows, strict=True):
        assert abs(at - (NOW - (CLOCK - row[0]) / 1e9)) <= 0.002


def test_a_large_batch_is_several_events_and_loses_nothing() -> None:
    batch = AllowedBatch("w1")
    who = (ClientId("a"), None, None)
    for number in range(MOST_ROWS + 1):
        batch.add((CLOCK, who, RouteId("GET /a"), 200, number))
    while batch.fold(1000):
        assert len(batch) == MOST_ROWS + 1
    written = batch.flush(NOW, CLOCK)
    assert [event.tells_of for event in written] == [MOST_ROWS, 1]
    events = [read(event) for event in written]
    assert [len(event.requests) for event in events] == [MOST_ROWS, 1]
    assert [event.who for event in events] == [(who,), (who,)]


def test_a_batch_is_written_as_any_other_event_is() -> None:
    batch = AllowedBatch("w1")
    batch.add((CLOCK, (ClientId("a"), None, None), RouteId("GET /a"), 200, 1))
    (written,) = batch.flush(NOW, CLOCK)
    assert encode(read(written)) == written.body


def read(written: WrittenEvent) -> RequestsAllowed:
    event = decode(written.body)
    assert isinstance(event, RequestsAllowed)
    return event
