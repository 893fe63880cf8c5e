"""Limits: the generic cell rate algorithm over a table that all workers of a machine share.

A limit keeps one number for each who: the theoretical arrival time (TAT), when everything that was spent is refilled.
A request moves it on by one interval, and is refused where it would come to lie more than the burst ahead of now
(ITU-T I.371 annex A). Times are nanoseconds on the machine's monotonic clock.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import floordiv
from typing import Final

from ostiary.contract.model import Limit, LimitBy
from ostiary.model.frozen import frozen

SECOND: Final = 1_000_000_000
SLOT_BYTES: Final = 16
_PROBES: Final = 16
_MOST_SAID: Final = 256
"""Fields remembered for each set of limits."""
_MASK: Final = (1 << 64) - 1


@frozen
class Bucket:
    """A limit, ready to count. `salt` keeps apart what the same person spends on different limits."""

    salt: int
    per: LimitBy
    interval: int
    """Between two requests at the sustained rate."""
    burst: int
    """How far ahead of now the TAT may lie."""
    item: bytes
    """The limit's name as an Item, and `;r=` (draft-ietf-httpapi-ratelimit-headers-11 section 4)."""
    policy: bytes
    """Its item of `RateLimit-Policy` (section 3)."""


def bucket(limit: Limit, place: str) -> Bucket:
    """`place` is what the limit belongs to: a route or a client."""
    rate = limit.rate
    interval = max(1, rate.seconds * SECOND // rate.count)
    name = '"' + limit.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    window = -(-rate.burst * interval // SECOND)
    return Bucket(
        salt=hash((place, limit.name, limit.per.value)),
        per=limit.per,
        interval=interval,
        burst=rate.burst * interval,
        item=f"{name};r=".encode(),
        policy=f"{name};q={rate.burst};w={window}".encode(),
    )


Charge = tuple[Bucket, int]
"""A limit and the fingerprint of whom it counts."""


def charge(limit: Bucket, who: str) -> Charge:
    """The same in every process that hashes alike."""
    return limit, hash((limit.salt, who)) & _MASK or 1


class Wording:
    """How answers tell what is left of these limits. What was said once is remembered: who asks slower than a limit
    refills always has the same left."""

    __slots__ = ("_intervals", "_said", "_template")

    def __init__(self, limits: tuple[Bucket, ...]) -> None:
        self._intervals: Final = tuple(limit.interval for limit in limits)
        self._template: Final = template(limits)
        self._said: Final[dict[tuple[int, ...], bytes]] = {}

    def fields(self, left: Sequence[int]) -> bytes:
        """The answer's fields, as lines. `left`: as `Table.spend` returns it."""
        requests = tuple(map(floordiv, left, self._intervals))
        return self._said.get(requests) or self._say(requests)

    def _say(self, requests: tuple[int, ...]) -> bytes:
        """`t` is the time in which the rest comes back at the sustained rate, so that a client which divides `r` by `t`
        arrives at that rate (draft-ietf-httpapi-ratelimit-headers-11 section 8.5).
        """
        numbers: list[int] = []
        for interval, count in zip(self._intervals, requests, strict=True):
            numbers += (count, -(-(count or 1) * interval // SECOND))
        if len(self._said) >= _MOST_SAID:
            self._said.clear()
        self._said[requests] = said = self._template % tuple(numbers)
        return said


@lru_cache(1024)
def wording(limits: tuple[Bucket, ...]) -> Wording:
    """One for all who have the same limits."""
    return Wording(limits)


@frozen
class Charges:
    """What a request spends, and how the answer tells what is left."""

    of: tuple[Charge, ...]
    fields: Callable[[Sequence[int]], bytes]
    """As `Wording.fields`."""

    @classmethod
    def on(cls, limits: tuple[Bucket, ...], counted_as: Mapping[LimitBy, str], address: str) -> "Charges":
        """For who is counted as these; by address where they are not counted so."""
        charges = tuple(charge(limit, counted_as.get(limit.per, address)) for limit in limits)
        return cls(charges, wording(limits).fields)


@frozen
class Reached:
    """A limit refuses: the next request is let in after `wait` seconds."""

    bucket: Bucket
    wait: int


class Table:
    """Slots of a fingerprint and a TAT, in memory that other processes write too, without a lock.

    A slot whose TAT is past says nothing that an empty one does not, so it is free for anyone. Where a fingerprint
    finds no free slot in its sixteen, the one that would be refilled soonest is forgotten, and counted in `evicted`.
    Two workers that move the same TAT at the same moment let one request more pass (docs/adr/0002).
    """

    __slots__ = ("_cells", "_mask", "evicted")

    def __init__(self, memory: memoryview) -> None:
        """`memory`: zeroed at first, a power of two of slots, 16 bytes each, and at least 16 slots."""
        self._cells = memory.cast("B").cast("Q")
        slots = len(memory) // SLOT_BYTES
        if slots & (slots - 1) or slots < _PROBES:
            raise ValueError("the table needs a power of two of slots, at least 16")
        self._mask = slots - 1
        self.evicted = 0

    def spend(self, charges: Sequence[Charge], now: int) -> tuple[list[int], Reached | None]:
        """One request on each limit, or on none where one of them is reached.

        Returns for each limit how many nanoseconds of its burst are left.
        """
        cells, mask = self._cells, self._mask
        left: list[int] = []
        elsewhere: tuple[tuple[int, int], ...] = ()
        for limit, fingerprint in charges:
            cell = (fingerprint & mask) * 2
            at_home = cells[cell] == fingerprint
            tat = cells[cell + 1] if at_home else self._elsewhere(fingerprint, now)
            if tat < now:
                tat = now
            tat += limit.interval
            room = limit.burst + now - tat
            if room < 0:
                self._give_back(charges[: len(left)])
                return left, Reached(limit, -(room // SECOND))
            left.append(room)
            if at_home:
                cells[cell + 1] = tat
            else:
                elsewhere = (*elsewhere, (fingerprint, tat))
        for fingerprint, tat in elsewhere:
            cells[self._place(fingerprint, now) + 1] = tat
        return left, None

    def _give_back(self, charges: Sequence[Charge]) -> None:
        """What limits have counted before the one that refuses. Who is not in the first place was not counted yet."""
        cells, mask = self._cells, self._mask
        for limit, fingerprint in charges:
            cell = (fingerprint & mask) * 2
            if cells[cell] == fingerprint:
                cells[cell + 1] = max(0, cells[cell + 1] - limit.interval)

    def _place(self, fingerprint: int, now: int) -> int:
        """Give the fingerprint a cell. It is looked for anew: another limit of the same request may just have taken the
        one that was free."""
        cells, cell = self._cells, self._find(fingerprint, now)
        if cells[cell] != fingerprint:
            self.evicted += cells[cell + 1] > now
            cells[cell] = fingerprint
        return cell

    def _elsewhere(self, fingerprint: int, now: int) -> int:
        """The TAT of a fingerprint that is not in its first place; 0 where it is nowhere."""
        cells, cell = self._cells, self._find(fingerprint, now)
        return cells[cell + 1] if cells[cell] == fingerprint else 0

    def _find(self, fingerprint: int, now: int) -> int:
        """Where the fingerprint is, or where it may be put."""
        cells, mask, free = self._cells, self._mask, -1
        at = fingerprint & mask
        for slot in range(at, at + _PROBES):
            cell = (slot & mask) * 2
            found = cells[cell]
            if found == fingerprint:
                return cell
            if found == 0:
                return cell if free < 0 else free
            if free < 0 and cells[cell + 1] <= now:
                free = cell
        return free if free >= 0 else self._soonest(at)

    def _soonest(self, at: int) -> int:
        cells, mask = self._cells, self._mask
        return min(((slot & mask) * 2 for slot in range(at, at + _PROBES)), key=lambda cell: cells[cell + 1])


def template(limits: tuple[Bucket, ...]) -> bytes:
    """`RateLimit` and `RateLimit-Policy` as lines, with a place for `r` and `t` of each limit
    (draft-ietf-httpapi-ratelimit-headers-11)."""
    items = b", ".join(limit.item.replace(b"%", b"%%") + b"%d;t=%d" for limit in limits)
    policies = b", ".join(limit.policy.replace(b"%", b"%%") for limit in limits)
    return b"ratelimit: %b\r\nratelimit-policy: %b\r\n" % (items, policies)


def refused_fields(reached: Reached) -> bytes:
    """The same for the limit that refused: nothing is left until `Retry-After` is over (section 6)."""
    limit = reached.bucket
    return b"ratelimit: %b0;t=%d\r\nratelimit-policy: %b\r\n" % (limit.item, reached.wait, limit.policy)
