"""Clients that stand in no contract, for commands that look at one of them."""

import json
from pathlib import Path

from ostiary.cli.accepted import accepted_contract
from ostiary.cli.opened import has_store, with_store
from ostiary.contract.draft import Draft
from ostiary.contract.judged import beside
from ostiary.contract.model import Contract
from ostiary.contract.registered import with_registered
from ostiary.model.ids import ClientId
from ostiary.server.admission import Admission
from ostiary.server.place import Place
from ostiary.store.interface import Store


def with_made(file: Path, state: Path | None, name: str) -> tuple[Draft, Contract]:
    """The contract, as if it had the client of this name that the admin API made, if there is one; ends the command
    with 1 as `accepted_contract` does."""

    async def work(place: Place, store: Store) -> tuple[Draft, Contract]:
        admission = Admission.of(draft, accepted, await store.admin_clients())
        made = next((client for client in admission.clients if client.id == name), None)
        if made is None or made.id not in admission.whole.clients:
            return draft, accepted
        return beside(draft, name, json.loads(made.settings)), admission.whole

    draft, accepted = accepted_contract(file)
    if ClientId(name) in accepted.clients or not has_store(file, state):
        return draft, accepted
    return with_store(file, state, work)


def with_whoever(file: Path, state: Path | None, name: str) -> tuple[Draft, Contract]:
    """The same, and as if it had those that registered themselves, where it opens registration."""

    async def work(place: Place, store: Store) -> Contract:
        return with_registered(accepted, await store.registered_clients())

    draft, accepted = with_made(file, state, name)
    if ClientId(name) not in accepted.clients and accepted.registration is not None and has_store(file, state):
        accepted = with_store(file, state, work)
    return draft, accepted
