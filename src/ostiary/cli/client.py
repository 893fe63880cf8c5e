"""`ostiary client`: all clients, whoever made them."""

from typing import Annotated, Any

import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, print_json, print_rows
from ostiary.server.admission import find_admission
from ostiary.server.every_client import every_client, with_state
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="Clients of the contract, of the admin API, and those that registered.")


@app.command("list")
def list_clients(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """List every client: where it comes from, its kind, and whether it is in force."""

    async def work(place: Place, store: Store) -> None:
        clients = await _clients(place, store)
        print_rows(clients, "{client:32}  {source:10}  {kind:12}  {state}".format_map, as_json=as_json)

    with_store(contract, state, work)


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="CLIENT_ID")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Print one client as JSON, with its settings where the admin API made it. `ostiary explain client` says what its
    kind means."""

    async def work(place: Place, store: Store) -> None:
        found = next((client for client in await _clients(place, store) if client["client"] == id), None)
        if found is None:
            fail(f"there is no client {id}")
        print_json(found)

    with_store(contract, state, work)


async def _clients(place: Place, store: Store) -> list[dict[str, Any]]:
    admission = await find_admission(place.draft, place.contract, store)
    clients = [await with_state(client, store, admission) for client in await every_client(store, admission)]
    return [{"client": client.pop("client_id"), **client} for client in clients]
