"""Load, decide, commit: what a pure decision hands to the shell, and what the commit answers."""

from ostiary.model.events import Event
from ostiary.model.feed import FeedEvent
from ostiary.model.frozen import frozen


class Write:
    """One change of the store. Every room declares its own, frozen; the store knows a statement for each."""

    __slots__ = ()


class Spend(Write):
    """A write that can happen once: a code, a refresh token, a `jti`. Losing the race is `AlreadySpent`."""

    __slots__ = ()


@frozen
class WrittenEvent:
    """An event that is already as the log keeps it (`audit.encode`); `tells_of`: how many happenings."""

    body: bytes
    tells_of: int


@frozen
class Plan:
    """Everything one decision changes: committed in one transaction, or not at all."""

    writes: tuple[Write, ...] = ()
    events: tuple[Event | WrittenEvent, ...] = ()
    feed: tuple[FeedEvent, ...] = ()

    def __add__(self, other: "Plan") -> "Plan":
        """Both, this one's changes first."""
        if not (self.writes or self.events or self.feed):
            return other
        return Plan(self.writes + other.writes, self.events + other.events, self.feed + other.feed)


@frozen
class Committed:
    """On disk. `position` is the feed's newest position after this plan."""

    position: int


@frozen
class AlreadySpent:
    """Nothing was written: `spend` had happened before."""

    spend: Spend


Outcome = Committed | AlreadySpent
