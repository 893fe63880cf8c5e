"""Refusals past the flood bound, on their way from a ledger to the audit log (`audit.flood`)."""

from ostiary.audit.flood import RefusalLedger
from ostiary.model.plan import Plan
from ostiary.store.interface import Store


async def write_counted(store: Store, ledger: RefusalLedger, now: float, *, closing: bool) -> None:
    """What was counted, where it is time or this is the end. What the store does not take is counted on, and written
    the next time. Raises StoreUnavailable."""
    events = ledger.close(now) if closing else ledger.flush(now)
    if not events:
        return
    try:
        await store.commit(Plan(events=events))
    except Exception:
        ledger.take_back(events)
        raise
