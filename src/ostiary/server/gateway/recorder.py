"""What happened at the door, on its way to the audit log. Nobody waits for it; it is never far behind.

Allowed requests are folded into batches and refusals listed up to a bound (`audit.batch`, `audit.flood`). While the
store cannot be written they wait in memory, up to a bound; past that they are counted as lost, and the log says so.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ostiary.audit.batch import AllowedBatch, reference
from ostiary.audit.flood import HandshakeLedger, RefusalLedger
from ostiary.gateway.decision import Asked
from ostiary.gateway.metrics import Counts
from ostiary.keys.hashing import pseudonym
from ostiary.model.errors import Refusal
from ostiary.model.events import Event
from ostiary.model.events.gateway import GatewayRefused, RecordsLost
from ostiary.model.ids import GatewayName, Reference
from ostiary.model.plan import Plan, WrittenEvent
from ostiary.model.reasons import Reason
from ostiary.server.chores import tell
from ostiary.store.interface import Store, StoreUnavailable

_LOG: Final = logging.getLogger("ostiary.gateway")

FLUSH_SECONDS: Final = 0.25
FOLD_SECONDS: Final = 0.01
MOST_AT_A_TIME: Final = 50
"""Requests folded into a record before others are served: a thirtieth of a millisecond."""
MOST_WAITING: Final = 50_000
"""Requests in memory that the store has not taken."""


class Recorder:
    """`stalled`: what happens has not been recorded for longer than the contract's bound."""

    def __init__(self, store: Store, prefix: str, pseudonym_key: bytes, counts: Counts) -> None:
        self._store: Final = store
        self._batch: Final = AllowedBatch(prefix)
        self._ledger: Final = RefusalLedger(time.time())
        self._handshakes: Final = HandshakeLedger(time.time())
        self._key: Final = pseudonym_key
        self._counts: Final = counts
        self._waiting: Final[deque[Event | WrittenEvent]] = deque()
        self._lost = 0
        self._written_at = time.monotonic()
        self._closing = asyncio.Event()
        self.stalled = False
        self.allowed: Final = self._batch.add
        """One allowed request."""

    def refused(self, error: Refusal, number: int, peer: str, asked: Asked | None) -> Reference:
        """One refused request; how it is called outside."""
        now, ref = time.time(), reference(self._batch.prefix, number)
        client, subject, tenant = asked.seen.who if asked is not None and asked.seen is not None else (None, None, None)
        route, known = None if asked is None else asked.route.id, pseudonym(self._key, peer)
        self._counts.refused(error.reason)
        if self._ledger.lists(now, error.reason, route, client, known):
            self._waiting.append(
                GatewayRefused(
                    at=now,
                    reason=error.reason,
                    ref=ref,
                    status=error.status,
                    peer=known,
                    route=route,
                    client=client,
                    subject=subject,
                    tenant=tenant,
                )
            )
        return ref

    def no_handshake(self, reason: Reason, gateway: GatewayName | None, peer: str) -> None:
        """One connection that was refused before it could ask anything. `gateway`: None is the door."""
        self._counts.refused(reason)
        self._handshakes.count(reason, gateway, pseudonym(self._key, peer))

    async def run(self, bound: Callable[[], float]) -> None:
        """Write until closed, and what is left at the end. `bound`: seconds without a record until `stalled`."""
        self._fold()
        while not self._closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), FLUSH_SECONDS)
            try:
                await self._write()
            except StoreUnavailable:
                pass  # it is tried again
            except Exception as error:  # noqa: BLE001  # who records must not end; the bound decides who is still let in
                tell(_LOG, "what happened could not be recorded", error)
            self.stalled = time.monotonic() - self._written_at > bound()

    def close(self) -> None:
        """Let `run` write once more and return."""
        self._closing.set()

    def _fold(self) -> None:
        """Again and again, so that there is never much to do at once; less often while nothing happens."""
        soon = FOLD_SECONDS if len(self._batch) else FLUSH_SECONDS
        more = self._batch.fold(MOST_AT_A_TIME)
        asyncio.get_running_loop().call_later(0 if more else soon, self._fold)

    async def _write(self) -> None:
        now, closing = time.time(), self._closing.is_set()
        self._waiting.extend(self._batch.flush(now, time.monotonic_ns()))
        for ledger in (self._ledger, self._handshakes):
            self._waiting.extend(ledger.close(now) if closing else ledger.flush(now))
        self._forget_oldest()
        told = tuple(self._waiting)
        if told or self._lost:
            await self._store.commit(Plan(events=told + _lost(self._lost, now)))
            for _ in told:
                self._waiting.popleft()
            self._lost = 0
        self._written_at = time.monotonic()

    def _forget_oldest(self) -> None:
        """Where more wait than there is room for."""
        size = sum(map(_size, self._waiting))
        while size > MOST_WAITING:
            gone = _size(self._waiting.popleft())
            size -= gone
            self._lost += gone
            self._counts.records_lost_total += gone


def _lost(count: int, now: float) -> tuple[Event, ...]:
    return (RecordsLost(at=now, count=count),) if count else ()


def _size(event: Event | WrittenEvent) -> int:
    return event.tells_of if isinstance(event, WrittenEvent) else 1
