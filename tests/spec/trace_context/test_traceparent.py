"""W3C Trace Context, level 1."""

import pytest

from ostiary.http.trace import ID_BYTES, begun, continued

OWN_TRACE, OWN_SPAN = b"0123456789abcdef" * 2, b"fedcba9876543210"
TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
GOOD = b"00-%b-00f067aa0ba902b7-01" % TRACE
NEW = b"traceparent: 00-%b-%b-00\r\n" % (OWN_TRACE, OWN_SPAN)
CONTINUED = b"traceparent: 00-%b-%b-01\r\n" % (TRACE, OWN_SPAN)


def test_4_3_a_trace_goes_on_with_a_span_of_ours() -> None:
    assert continued(GOOD, None, NEW) == CONTINUED


def test_4_3_without_a_trace_one_begins() -> None:
    random = bytes.fromhex((OWN_TRACE + OWN_SPAN).decode())
    assert begun(random + bytes(range(ID_BYTES))) == [
        NEW,
        b"traceparent: 00-000102030405060708090a0b0c0d0e0f-1011121314151617-00\r\n",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        GOOD[:-1],
        GOOD + b"0",
        GOOD + b"-more",
        GOOD.upper(),
        b"ff" + GOOD[2:],
        b"0x" + GOOD[2:],
        b"00-%b-00f067aa0ba902b7-01" % (b"0" * 32),
        b"00-%b-%b-01" % (TRACE, b"0" * 16),
        GOOD.replace(b"-", b"_"),
        GOOD.replace(b"4bf9", b"4bg9"),
        GOOD + b", " + GOOD,
        b"01" + GOOD[2:] + b"more",
        b"01" + GOOD[2:-1],
    ],
)
def test_3_2_what_is_no_traceparent_begins_a_new_trace_and_drops_its_state(broken: bytes) -> None:
    assert continued(broken, b"vendor=1", NEW) == NEW


@pytest.mark.parametrize("later", [b"01" + GOOD[2:], b"fe" + GOOD[2:] + b"-more"])
def test_3_2_1_a_later_version_is_read_as_far_as_it_is_known(later: bytes) -> None:
    assert continued(later, None, NEW) == CONTINUED


@pytest.mark.parametrize(("flags", "sent"), [(b"00", b"00"), (b"01", b"01"), (b"02", b"00"), (b"ff", b"01")])
def test_3_2_2_5_flags_that_are_not_known_are_cleared(flags: bytes, sent: bytes) -> None:
    assert continued(GOOD[:-2] + flags, None, NEW).endswith(b"-%b\r\n" % sent)


def test_3_3_the_state_of_a_trace_goes_with_it() -> None:
    assert continued(GOOD, b"a=1,b=2", NEW) == CONTINUED + b"tracestate: a=1,b=2\r\n"
    assert continued(GOOD, b"a=" + b"1" * 510, NEW).startswith(CONTINUED + b"tracestate: ")
    assert continued(GOOD, b"a=" + b"1" * 511, NEW) == CONTINUED
