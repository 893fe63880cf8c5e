"""`ostiary registration`: the clients that registered themselves."""

from datetime import UTC, datetime
from typing import Any

import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import print_json
from ostiary.contract.registered import RegisteredClient
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="Clients that registered themselves (RFC 7591): list.")


@app.callback()
def _group() -> None:
    """So that `list` is a command of its own."""


@app.command("list")
def list_registered(
    contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False
) -> None:
    """Each one: since when, what it calls itself, and where people come back to. `ostiary revoke client` ends one."""

    async def work(place: Place, store: Store) -> None:
        known = await store.registered_clients()
        clients = [_shown(client, await store.client_disabled_at(client.id) is not None) for client in known]
        if as_json:
            print_json(clients)
        for client in () if as_json else clients:
            back = " ".join(client["redirect_uris"])
            typer.echo("{client}  {state:8}  since {created_at}  {name!r}  {}".format(back, **client))

    with_store(contract, state, work)


def _shown(client: RegisteredClient, revoked: bool) -> dict[str, Any]:
    return {
        "client": client.id,
        "name": client.name,
        "state": "revoked" if revoked else "living",
        "redirect_uris": client.redirect_uris,
        "scopes": sorted(client.scopes),
        "created_at": datetime.fromtimestamp(client.created_at, UTC).isoformat(timespec="seconds"),
    }
