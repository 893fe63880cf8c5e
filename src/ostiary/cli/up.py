"""`ostiary up`."""

import asyncio
from dataclasses import replace
from typing import Annotated

import typer

from ostiary.cli.options import DEFAULT_CONTRACT, ContractFile, StateFolder
from ostiary.cli.said import expected_errors, fail_unknown
from ostiary.model.ids import GatewayName
from ostiary.server.place import find_place


def up(
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    gateway: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Run just this one of the contract's gateways.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Gateway processes; by default the contract's, or one for each core."),
    ] = None,
) -> None:
    """Run the issuer and the gateway until SIGTERM or Ctrl-C. SIGHUP reloads the contract."""
    from ostiary.server.up import up as run  # large, and no other command needs it

    with expected_errors():
        place = find_place(contract, state)
        if gateway is not None:
            if gateway not in place.contract.gateways:
                fail_unknown("gateway", gateway, place.contract.gateways)
            place = replace(place, deployment=replace(place.deployment, only=GatewayName(gateway)))
        if workers is not None:
            place = replace(place, deployment=replace(place.deployment, workers=workers))
        asyncio.run(run(place, _say))


def _say(line: str) -> None:
    typer.echo(f"ostiary: {line}", err=True)
