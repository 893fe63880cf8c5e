"""How long tries wait after wrong passwords and codes: growing, capped, forgotten with time.

Times are seconds since the epoch.
"""

from collections.abc import Iterable
from math import ceil

from ostiary.model.frozen import frozen
from ostiary.people.records import Counted, CountFailure, Failures

LONGEST = 900.0
"""Seconds. Keeps a guesser below 100 tries a day for one account (NIST SP 800-63B-4 section 3.2.2)."""


@frozen
class Tolerance:
    """`free` failures cost nothing; each `leak` seconds without a failure forget one."""

    free: int
    leak: float


TOLERANCES = {
    Counted.ACCOUNT: Tolerance(free=3, leak=900.0),
    Counted.ADDRESS: Tolerance(free=30, leak=30.0),
    Counted.USER_CODES: Tolerance(free=5, leak=60.0),
    Counted.DEVICES: Tolerance(free=30, leak=20.0),
    Counted.STATEMENTS: Tolerance(free=30, leak=30.0),
}
"""An address may be a whole company's, with all its tills; an account is one person's. A guesser of device codes gets
some 20 tries in the 10 minutes that a code lives, of 2.56e10 (RFC 8628 section 5.1)."""


def delay(count: int, per: Counted) -> float:
    """Seconds that tries wait after the `count`th failure: 1, 2, 4 and so on past the free ones."""
    steps = count - TOLERANCES[per].free
    if steps <= 0:
        return 0.0
    return min(2.0 ** min(steps - 1, 32), LONGEST)


def one_more(before: Failures | None, write: CountFailure) -> Failures:
    """What is remembered after one more failure; the store calls this inside its transaction."""
    count = 1 + (still_counted(before, write) if before else 0)
    return Failures(write.key, count, write.now + delay(count, write.per))


def still_counted(before: Failures, write: CountFailure) -> int:
    """Earlier failures that time has not forgotten."""
    since = write.now - (before.until - delay(before.count, write.per))
    return max(0, before.count - int(max(0.0, since) / TOLERANCES[write.per].leak))


def seconds_to_wait(failures: Iterable[Failures], now: float) -> int:
    """Whole seconds until the next try is heard; 0: at once. No wait is longer than LONGEST: one that seems so was
    counted before the clock was set back, and the next failure counts it anew."""
    return max((ceil(f.until - now) for f in failures if now < f.until <= now + LONGEST), default=0)
