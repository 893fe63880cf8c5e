"""`ostiary keys`: the signing keys."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ostiary.cli.moments import moment
from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import print_rows
from ostiary.keys.records import SigningKey
from ostiary.server.place import Place
from ostiary.server.rotation import PUBLISHED_AHEAD_ON_DEMAND, rotate_now
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="The signing keys: rotate them, list them.")


@app.command()
def rotate(
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    ahead: Annotated[
        int, typer.Option(min=0, max=30 * 86400, help="Seconds for which the new keys are published before they sign.")
    ] = PUBLISHED_AHEAD_ON_DEMAND,
) -> None:
    """Publish a new key for each use, and let it sign soon. An old one stays until its last token has expired."""

    async def work(place: Place, store: Store) -> None:
        added = await rotate_now(store, place.master_key(), ahead)
        for key in added:
            typer.echo(f"{key} is published, and signs in {ahead} s")
        if not added:
            typer.echo("the keys made last do not sign yet; nothing to do")

    with_store(contract, state, work)


@app.command("list")
def list_keys(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """List every key that is published, and since when it signs."""

    async def work(place: Place, store: Store) -> None:
        keys = [_shown(key) for key in await store.signing_keys()]
        print_rows(keys, _line, as_json=as_json)

    with_store(contract, state, work)


def _line(key: Mapping[str, Any]) -> str:
    until = f"  until {key['dies_at']}" if key["dies_at"] else ""
    return "{id}  {use:7}  signs from {signs_at}".format_map(key) + until


def _shown(key: SigningKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "use": key.use.value,
        "created_at": moment(key.created_at),
        "signs_at": moment(key.signs_at),
        "signs": key.signs_at <= time.time(),
        "dies_at": moment(key.dies_at) if key.dies_at is not None else None,
    }
