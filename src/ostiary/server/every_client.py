"""Clients of all sorts as operators see them: of the contract, of the admin API, and those that registered."""

import json
from collections.abc import Sequence
from typing import Any

from ostiary.contract.admin_records import AdminClient
from ostiary.model.ids import ClientId
from ostiary.server.admission import Admission
from ostiary.store.interface import Store

Shown = dict[str, Any]


async def every_client(store: Store, admission: Admission) -> Sequence[Shown]:
    """By name, without their states. Raises StoreUnavailable."""
    contract = admission.contract.clients.values()
    found: list[Shown] = [
        {"client_id": each.id, "source": "contract", "kind": each.profile.kind.value} for each in contract
    ]
    found += map(shown, await store.admin_clients())
    registered = await store.registered_clients()
    found += [{"client_id": each.id, "source": "registered", "kind": "third-party"} for each in registered]
    return sorted(found, key=lambda each: str(each["client_id"]))


def shown(client: AdminClient) -> Shown:
    """One of the admin API, without its secrets."""
    settings = json.loads(client.settings)
    whole = {"client_id": client.id, "source": "admin", "kind": settings["kind"], "settings": settings}
    return {**whole, "version": client.version} | ({} if client.ended_at is None else {"state": "ended"})


async def with_state(client: Shown, store: Store, admission: Admission) -> Shown:
    """Only who is in force gets in. Raises StoreUnavailable."""
    if "state" in client:
        return client
    if await store.client_disabled_at(client["client_id"]) is not None:
        return {**client, "state": "revoked"}
    return {**client, "state": "in force" if _holds(client, admission) else "shut out by the contract"}


def _holds(client: Shown, admission: Admission) -> bool:
    match client["source"]:
        case "admin":
            return ClientId(client["client_id"]) in admission.whole.clients
        case "registered":
            return admission.contract.registration is not None
        case _:
            return True
