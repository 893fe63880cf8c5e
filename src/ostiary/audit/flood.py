"""Refusals are listed one by one up to a bound, and past it counted by who, where and why; handshakes only counted."""

from collections.abc import Sequence
from typing import Final

from ostiary.model.events.gateway import HandshakesRefused, RefusalsCounted
from ostiary.model.ids import ClientId, GatewayName, RouteId
from ostiary.model.reasons import Reason

LISTED_PER_SECOND: Final = 20.0
LISTED_AT_ONCE: Final = 200.0
MOST_COUNTERS: Final = 256
FLUSH_SECONDS: Final = 10.0

_Key = tuple[Reason, RouteId | None, ClientId | None, str | None]
_Handshake = tuple[Reason, GatewayName | None, str | None]


class RefusalLedger:
    """One process's refusals. Listed and counted together are all of them.

    A flood costs a look-up each, at most `MOST_COUNTERS` counters and as many more as there are reasons, and as many
    records in `FLUSH_SECONDS`. `now` is in seconds since the epoch; a clock that is set back gives no credit.
    """

    __slots__ = ("_counts", "_credit", "_filled_at", "_flushed_at")

    def __init__(self, now: float) -> None:
        self._credit = LISTED_AT_ONCE
        self._filled_at = now
        self._flushed_at = now
        self._counts: dict[_Key, int] = {}

    def lists(
        self, now: float, reason: Reason, route: RouteId | None, client: ClientId | None, peer: str | None
    ) -> bool:
        """True: the caller records the refusal as an event of its own. False: it is counted here."""
        credit = min(LISTED_AT_ONCE, self._credit + max(0.0, now - self._filled_at) * LISTED_PER_SECOND)
        self._filled_at = now
        if credit >= 1.0:
            self._credit = credit - 1.0
            return True
        self._credit = credit
        self._count((reason, route, client, peer))
        return False

    def flush(self, now: float) -> tuple[RefusalsCounted, ...]:
        """What was counted, once every `FLUSH_SECONDS`; nothing in between."""
        return self.close(now) if abs(now - self._flushed_at) >= FLUSH_SECONDS else ()

    def close(self, now: float) -> tuple[RefusalsCounted, ...]:
        """What was counted since the last flush, whenever that was."""
        seconds, counts = round(max(0.0, now - self._flushed_at), 3), self._counts
        self._flushed_at, self._counts = now, {}
        return tuple(
            RefusalsCounted(at=now, count=count, reason=reason, seconds=seconds, route=route, client=client, peer=peer)
            for (reason, route, client, peer), count in counts.items()
        )

    def take_back(self, events: Sequence[RefusalsCounted]) -> None:
        """What could not be written counts as if it had never been taken, and is due at once."""
        for event in events:
            self._flushed_at = event.at - event.seconds
            self._count((event.reason, event.route, event.client, event.peer), event.count)

    def _count(self, key: _Key, times: int = 1) -> None:
        counts = self._counts
        if key not in counts and len(counts) >= MOST_COUNTERS:
            key = (key[0], None, None, None)
        counts[key] = counts.get(key, 0) + times


class HandshakeLedger:
    """One process's refused TLS handshakes: bounded as what `RefusalLedger` counts. `now` is in seconds since the
    epoch."""

    __slots__ = ("_counts", "_flushed_at")

    def __init__(self, now: float) -> None:
        self._flushed_at = now
        self._counts: dict[_Handshake, int] = {}

    def count(self, reason: Reason, gateway: GatewayName | None, peer: str) -> None:
        counts = self._counts
        key: _Handshake = (reason, gateway, peer)
        if key not in counts and len(counts) >= MOST_COUNTERS:
            key = (reason, gateway, None)
        counts[key] = counts.get(key, 0) + 1

    def flush(self, now: float) -> tuple[HandshakesRefused, ...]:
        """What was counted, once every `FLUSH_SECONDS`; nothing in between."""
        return self.close(now) if abs(now - self._flushed_at) >= FLUSH_SECONDS else ()

    def close(self, now: float) -> tuple[HandshakesRefused, ...]:
        """What was counted since the last flush, whenever that was."""
        seconds, counts = round(max(0.0, now - self._flushed_at), 3), self._counts
        self._flushed_at, self._counts = now, {}
        return tuple(
            HandshakesRefused(at=now, count=count, reason=reason, seconds=seconds, gateway=gateway, peer=peer)
            for (reason, gateway, peer), count in counts.items()
        )
