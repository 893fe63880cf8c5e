"""Whatever is done to the log is found, and nothing is found where nothing was done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ostiary.audit.chain import BEFORE_FIRST, Sealer, extend, is_sealed, record_hash, seal
from ostiary.audit.records import Head, Record
from ostiary.audit.verify import Broken, Holds, Noted, Tampering, verify, verify_growing

KEY = bytes(range(32))
BODIES = st.lists(st.binary(max_size=40), min_size=1, max_size=12)


def logged(bodies: Sequence[bytes], key: bytes = KEY) -> tuple[list[Record], Head]:
    return extend(None, bodies, key)


def found(records: Sequence[Record], head: Head | None, noted: Noted | None = None) -> Tampering | None:
    verdict = verify(records, head, KEY, noted)
    return verdict.tampering if isinstance(verdict, Broken) else None


def rechained(records: Sequence[Record]) -> list[Record]:
    """What a thief without the key can do: number and hash everything anew."""
    again: list[Record] = []
    for position, each in enumerate(records, 1):
        previous = again[-1].hash if again else BEFORE_FIRST
        again.append(Record(position, each.body, previous, record_hash(previous, position, each.body)))
    return again


LOG = BODIES.map(logged)


@given(st.lists(BODIES, max_size=4))
def test_a_log_that_was_only_extended_holds(groups: list[list[bytes]]) -> None:
    records: list[Record] = []
    head = None
    for bodies in groups:
        added, head = extend(head, bodies, KEY)
        records += added
    verdict = verify(records, head, KEY)
    assert isinstance(verdict, Holds)
    assert verdict.end.position == len(records)
    assert found(records, head, verdict.end) is None


def test_an_empty_log_holds_and_nothing_is_extended_by_nothing() -> None:
    assert isinstance(verify([], None, KEY), Holds)
    with pytest.raises(ValueError, match="one record or more"):
        extend(None, [], KEY)


@given(LOG, st.data())
def test_a_changed_byte_is_found_where_it_is(log: tuple[list[Record], Head], data: st.DataObject) -> None:
    records, head = log
    at = data.draw(st.integers(0, len(records) - 1))
    name = data.draw(st.sampled_from(["body", "previous", "hash"]))
    old = getattr(records[at], name)
    new = data.draw(st.binary(max_size=40).filter(lambda value: value != old))
    verdict = verify([*records[:at], replace(records[at], **{name: new}), *records[at + 1 :]], head, KEY)
    assert isinstance(verdict, Broken)
    assert verdict.position == at + 1
    assert found(records, head) is None


@given(LOG, st.data(), st.binary(max_size=20))
def test_a_record_that_was_hashed_anew_does_not_join_its_neighbours(
    log: tuple[list[Record], Head], data: st.DataObject, body: bytes
) -> None:
    records, head = log
    at = data.draw(st.integers(0, len(records) - 1))
    old = records[at]
    assume(body != old.body)
    new = replace(old, body=body, hash=record_hash(old.previous, old.position, body))
    last = at == len(records) - 1
    verdict = verify([*records[:at], new, *records[at + 1 :]], head, KEY)
    assert verdict == Broken(at + 1 + (not last), Tampering.TAIL_REPLACED if last else Tampering.REPLACED)


@given(LOG, st.data())
def test_a_removed_record_is_found(log: tuple[list[Record], Head], data: st.DataObject) -> None:
    records, head = log
    at = data.draw(st.integers(0, len(records) - 1))
    left = records[:at] + records[at + 1 :]
    assert found(left, head) is (Tampering.TAIL_CUT if at == len(records) - 1 else Tampering.REMOVED)
    assert found(rechained(left), head) is Tampering.TAIL_CUT


@given(LOG, st.data())
def test_a_cut_tail_is_found(log: tuple[list[Record], Head], data: st.DataObject) -> None:
    records, head = log
    left = records[: data.draw(st.integers(0, len(records) - 1))]
    assert found(left, head) is Tampering.TAIL_CUT
    assert found(left, None) is (Tampering.HEAD_MISSING if left else None)
    moved = Head(len(left), left[-1].hash if left else BEFORE_FIRST, head.seal)
    assert found(left, moved) is Tampering.HEAD_FORGED


@given(BODIES.filter(lambda bodies: len(set(bodies)) > 1).map(logged), st.data())
def test_a_changed_order_is_found(log: tuple[list[Record], Head], data: st.DataObject) -> None:
    records, head = log
    other = data.draw(st.permutations(records))
    assume([each.body for each in other] != [each.body for each in records])
    assert found(other, head) in {Tampering.REMOVED, Tampering.REORDERED}
    renumbered = [replace(each, position=position) for position, each in enumerate(other, 1)]
    assert found(renumbered, head) in {Tampering.CHANGED, Tampering.REPLACED}
    assert found(rechained(other), head) is Tampering.TAIL_REPLACED


@given(LOG, st.data(), st.binary(max_size=20))
def test_an_inserted_record_is_found(log: tuple[list[Record], Head], data: st.DataObject, body: bytes) -> None:
    records, head = log
    at = data.draw(st.integers(0, len(records)))
    before = records[at - 1].hash if at else BEFORE_FIRST
    smuggled = Record(at + 1, body, before, record_hash(before, at + 1, body))
    longer = [*records[:at], smuggled, *records[at:]]
    assume(at == len(records) or smuggled != records[at])
    assert found(longer, head) in {Tampering.INSERTED, Tampering.REPLACED}
    assert found(rechained(longer), head) is Tampering.INSERTED


@given(LOG)
def test_a_record_that_comes_twice_is_found(log: tuple[list[Record], Head]) -> None:
    records, head = log
    assert found([*records, records[-1]], head) is Tampering.INSERTED


@given(BODIES, BODIES)
def test_another_log_with_its_own_head_needs_the_key(bodies: list[bytes], others: list[bytes]) -> None:
    forged, head = logged(others, key=bytes(32))
    assert found(forged, head) is Tampering.HEAD_FORGED
    true, true_head = logged(bodies)
    assert found(true, replace(true_head, seal=b"")) is Tampering.HEAD_FORGED
    assert found(true, true_head) is None


@given(BODIES, BODIES)
def test_who_noted_a_head_finds_what_a_thief_with_the_key_did(bodies: list[bytes], others: list[bytes]) -> None:
    """An older copy of the store, or one that was written anew, has a good seal."""
    records, head = logged(bodies)
    noted = Noted(head.position, head.hash)
    longer, longer_head = logged([*bodies, *others])
    assert found(longer, longer_head, noted) is None
    shorter = records[:-1]
    shorter_head = Head(len(shorter), shorter[-1].hash, seal(KEY, len(shorter), shorter[-1].hash)) if shorter else None
    assert found(shorter, shorter_head) is None
    assert found(shorter, shorter_head, noted) is Tampering.ROLLED_BACK
    anew, anew_head = logged([b"other", *bodies])
    assert found(anew, anew_head, noted) is Tampering.REWRITTEN


class Growing:
    """A log that grows by `more` while it is read, and by as much again once its head was asked for."""

    def __init__(self, first: Sequence[bytes], more: Sequence[bytes]) -> None:
        self._records, self._head = logged(first)
        self._more = more

    async def records(self, after: int) -> AsyncIterator[Record]:
        for each in list(self._records[after:]):
            yield each

    async def head(self) -> Head:
        if self._more:
            self._grow()
            seen = self._head
            self._grow()
            self._more = []
            return seen
        return self._head

    def _grow(self) -> None:
        added, self._head = extend(self._head, self._more, KEY)
        self._records += added

    def smuggle(self, body: bytes) -> None:
        position, previous = self._head.position + 1, self._head.hash
        self._records.append(Record(position, body, previous, record_hash(previous, position, body)))


@given(BODIES, st.lists(st.binary(max_size=20), max_size=5))
def test_a_log_that_grows_meanwhile_holds(first: list[bytes], more: list[bytes]) -> None:
    log = Growing(first, more)
    verdict = asyncio.run(verify_growing(log.records, log.head, KEY))
    assert isinstance(verdict, Holds)
    assert verdict.end.position == len(first) + len(more)


@given(BODIES)
def test_what_stands_behind_the_head_of_a_growing_log_is_found(first: list[bytes]) -> None:
    log = Growing(first, [])
    log.smuggle(b"x")
    verdict = asyncio.run(verify_growing(log.records, log.head, KEY))
    assert verdict == Broken(len(first) + 1, Tampering.INSERTED)


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), min_size=1, max_size=6))
def test_another_branch_of_the_log_is_not_sealed_by_who_saw_this_one(pairs: list[tuple[bytes, bytes]]) -> None:
    """Both were sealed with the key: by programs on two copies of the store. They are of one length."""
    bodies, others = [this for this, _ in pairs], [other for _, other in pairs]
    assume(bodies != others)
    (_, this), (_, other), (_, later) = logged(bodies), logged(others), logged([*bodies, b"x"])
    sealer = Sealer(KEY)
    assert is_sealed(sealer.extend(this, [b"a"])[1], KEY)
    assert is_sealed(sealer.extend(this, [b"b"])[1], KEY), "what was not stored may be tried again"
    assert not is_sealed(sealer.extend(other, [b"c"])[1], KEY)
    assert is_sealed(sealer.extend(later, [b"d"])[1], KEY)


def test_what_every_position_is_hashed_with_is_stated() -> None:
    """Another program can check the log: SHA-256 over previous, position as 8 bytes, body."""
    assert record_hash(BEFORE_FIRST, 1, b"{}") == sha256(bytes(32) + bytes(7) + b"\x01" + b"{}").digest()
