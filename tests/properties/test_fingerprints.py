"""What a compact set of names holds is what a dictionary would hold."""

from hypothesis import given
from hypothesis import strategies as st

from ostiary.gateway.fingerprints import Fingerprints

TIMES = st.integers(min_value=0, max_value=20)


class Spelled:
    """A name whose hash is chosen, so that buckets fill and bytes repeat."""

    def __init__(self, fingerprint: int) -> None:
        self._fingerprint = fingerprint

    def __hash__(self) -> int:
        return self._fingerprint


NAMES = st.sampled_from([0, 1, 1 << 12, 1 << 32, 1 << 40, (1 << 56) + 1, -1 << 20, 0x0101010101010])


@given(st.lists(st.tuples(NAMES, TIMES), max_size=40), TIMES)
def test_a_name_is_held_until_the_latest_time_it_was_added_with(added: list[tuple[int, int]], now: int) -> None:
    names, model = Fingerprints(), dict[int, int]()
    for name, until in added:
        names.add(Spelled(name), until)
        model[name] = max(until, model.get(name, 0))
    assert len(names) == len(model)
    names.forget(now)
    held = {name for name, until in model.items() if until > now}
    assert {name for name, _ in added if Spelled(name) in names} == held
    assert len(names) == len(held)


def test_bytes_across_two_entries_are_no_name() -> None:
    names = Fingerprints()
    for high in range(1, 5):
        names.add(Spelled(high << 32), high << 32)
    assert Spelled(0) not in names
    names.add(Spelled(0), 1)
    assert Spelled(0) in names


def test_names_of_all_kinds_are_told_apart() -> None:
    names = Fingerprints()
    names.add((1, "same"), 5)
    assert (1, "same") in names and (2, "same") not in names
