"""What the audit log says of requests, by the references that their answers carried."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from ostiary.audit.batch import unfold
from ostiary.audit.encode import decode
from ostiary.audit.records import Record
from ostiary.model.events import Event
from ostiary.model.events.gateway import GatewayRefused, RequestsAllowed
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.frozen import frozen
from ostiary.model.ids import Reference
from ostiary.model.reasons import Reason
from ostiary.store.interface import Store


@frozen
class Recorded:
    """One request. `route` is None where it matched none, `reason` where neither the gateway refused it nor the issuer
    behind it; `status` is None for as long as only the issuer has written of it."""

    ref: Reference
    at: float
    status: int | None
    route: str | None
    client: str | None
    subject: str | None
    tenant: str | None
    reason: Reason | None


async def recorded(store: Store, wanted: Collection[str]) -> dict[str, Recorded]:
    """Those of the wanted references that the log has. Raises StoreUnavailable."""
    found: dict[str, Recorded] = {}
    async for record in store.records():
        if _may_have(record, wanted):
            for each in _requests(decode(record.body)):
                if each.ref in wanted:
                    found[each.ref] = _joined(found.get(each.ref), each)
    return found


def _joined(before: Recorded | None, now: Recorded) -> Recorded:
    """What the gateway let in and the issuer then refused is one request, whichever of the two wrote first."""
    if before is None:
        return now
    gateway, issuer = (now, before) if before.status is None else (before, now)
    return replace(gateway, reason=issuer.reason, client=issuer.client or gateway.client)


def _may_have(record: Record, wanted: Collection[str]) -> bool:
    """Whether it is worth reading: a reference begins with what its process calls itself."""
    return any(ref.rpartition("-")[0].encode() in record.body for ref in wanted)


def _requests(event: Event) -> Iterator[Recorded]:
    match event:
        case GatewayRefused(reason=reason, ref=ref, status=status, route=route, client=client, subject=subject):
            yield Recorded(ref, event.at, status, route, client, subject, event.tenant, reason)
        case RequestsAllowed():
            for at, (client, subject, tenant), route, status, ref in unfold(event):
                yield Recorded(ref, at, status, route, client or None, subject, tenant, None)
        case IssuerRefused(endpoint=endpoint, reason=reason, ref=ref, client=client):
            yield Recorded(ref, event.at, None, endpoint, client, None, None, reason)
