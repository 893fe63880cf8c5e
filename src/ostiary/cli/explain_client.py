"""`ostiary explain client NAME`: the profile that came out of a client's kind and settings, line by line."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ostiary.cli.accepted import require_client
from ostiary.cli.made import with_made
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import print_json, wide_console
from ostiary.contract.explain import Explanation, Way, explain_client


def explain_client_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The client, of the contract or the admin API.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Print what a client may do and how it has to prove itself, each line with its reason and its source."""
    draft, accepted = with_made(contract, state, name)
    require_client(accepted, name)
    explanation = explain_client(draft, accepted, name)
    if as_json:
        print_json(asdict(explanation))
    else:
        _print(wide_console(), explanation)


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
