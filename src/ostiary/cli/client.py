"""`ostiary client`: all clients, whoever made them."""

import json
from typing import Annotated, Any

import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, print_json
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="Clients of the contract, of the admin API, and those that registered.")


@app.command("list")
def list_clients(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """Each client: who made it, its kind, and whether it was ended."""

    async def work(place: Place, store: Store) -> None:
        clients = await _clients(place, store)
        if as_json:
            print_json(clients)
        for client in () if as_json else clients:
            typer.echo("{client:32}  {source:10}  {kind:12}  {state}".format(**client))

    with_store(contract, state, work)


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="CLIENT_ID")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """One client as JSON: of those of the admin API their settings too. `ostiary explain client` tells of the
    contract's what its kind means."""

    async def work(place: Place, store: Store) -> None:
        found = next((client for client in await _clients(place, store) if client["client"] == id), None)
        if found is None:
            fail(f"there is no client {id}")
        print_json(found)

    with_store(contract, state, work)


async def _clients(place: Place, store: Store) -> list[dict[str, Any]]:
    rules = place.contract.clients.values()
    found: list[dict[str, Any]] = [
        {"client": rule.id, "source": "contract", "kind": rule.profile.kind.value} for rule in rules
    ]
    for admin in await store.admin_clients():
        settings = json.loads(admin.settings)
        found.append({"client": admin.id, "source": "admin", "kind": settings["kind"], "settings": settings})
    registered = await store.registered_clients()
    found += [{"client": each.id, "source": "registered", "kind": "third-party"} for each in registered]
    for client in found:
        client["state"] = "living" if await store.client_disabled_at(client["client"]) is None else "ended"
    return sorted(found, key=lambda each: str(each["client"]))
