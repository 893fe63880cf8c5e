"""`ostiary explain client NAME`: the profile that came out of a client's kind and settings, line by line."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ostiary.cli.accepted import accepted_contract, require_client
from ostiary.cli.opened import has_store, with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import print_json, wide_console
from ostiary.contract.admin_clients import beside
from ostiary.contract.draft import Draft
from ostiary.contract.explain import Explanation, Way, explain_client
from ostiary.contract.model import Contract
from ostiary.model.ids import ClientId
from ostiary.server.admission import Admission
from ostiary.store.interface import Store


def explain_client_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The client, of the contract or the admin API.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Print what a client may do and how it has to prove itself, each line with its reason and its source."""
    draft, accepted = accepted_contract(contract)
    if ClientId(name) not in accepted.clients and has_store(contract, state):
        draft, accepted = with_store(contract, state, lambda place, store: _with_made(draft, accepted, name, store))
    require_client(accepted, name)
    explanation = explain_client(draft, accepted, name)
    if as_json:
        print_json(asdict(explanation))
    else:
        _print(wide_console(), explanation)


async def _with_made(draft: Draft, accepted: Contract, name: str, store: Store) -> tuple[Draft, Contract]:
    """As if the contract had the client that the admin API made, if that lives."""
    admission = Admission.of(draft, accepted, await store.admin_clients())
    made = next((client for client in admission.clients if client.id == name), None)
    if made is None or made.id not in admission.whole.clients:
        return draft, accepted
    return beside(draft, name, json.loads(made.settings)), admission.whole


def _print(console: Console, explanation: Explanation) -> None:
    console.print(Text.assemble((explanation.client, "bold"), f"  a client of kind {explanation.kind}"))
    console.print(Text(explanation.says))
    if explanation.not_served:
        console.print(Text(explanation.not_served, "yellow"))
    console.print()
    console.print(_lines(explanation))
    console.print(Text("Routes", "bold"))
    console.print(_ways(explanation.ways))


def _lines(explanation: Explanation) -> Table:
    """Each line's value, and below it the reason and the source."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for line in explanation.lines:
        table.add_row(Text(line.what), Text(line.value, "cyan"))
        table.add_row("", Text.assemble(line.why, (f"  {line.source}", "dim")))
    table.add_row()
    return table


def _ways(ways: tuple[Way, ...]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for way in ways:
        answer = Text(f"no: {way.stopped_by}", "red") if way.stopped_by else Text("yes", "green")
        table.add_row(Text(way.route), answer)
    return table
