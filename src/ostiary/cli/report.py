"""`ostiary report`: what the store knows of how clients come in."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ostiary.cli.moments import moment
from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import print_json, wide_console
from ostiary.contract.model import Contract, OldWay
from ostiary.contract.quantities import day_in_words
from ostiary.gateway.old_uses import DAY, OldUse
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="Reports of how clients come in.")


@app.callback()
def report() -> None:
    """Reports of how clients come in."""


@frozen
class OldCaller:
    """A client and its way. `requests`: how many on each of the last days, the newest first."""

    client: str
    way: str
    name: str
    """Of the user or the parameter; empty where the way has none."""
    until: str
    """The last day; empty where the contract has the way no more."""
    state: str
    """`open`, `over`, or `gone` from the contract."""
    used_at: str
    """The last use, or `never`."""
    requests: dict[str, int]


@app.command("legacy")
def legacy(
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days to show, today among them.")] = 7,
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show who still calls in an old way: which one, how often on each day, and until when it is let in.

    Requests of the last seconds may be missing. Those that came after the last day count too.
    """

    async def work(place: Place, store: Store) -> None:
        now = int(time.time())
        callers = [*old_callers(place.contract, await store.old_uses(0), days, now)]
        if as_json:
            print_json([asdict(caller) for caller in callers])
        else:
            _print(wide_console(), callers)

    with_store(contract, state, work)


def old_callers(contract: Contract, uses: Sequence[OldUse], days: int, now: int) -> Iterator[OldCaller]:
    """Each old way of the contract, and each that it had when it was used last."""
    clients = contract.clients.values()
    known = {(client.id, rule.way) for client in clients for rule in client.old_ways}
    for client, way in sorted(known | {(use.client, use.way) for use in uses}):
        used = [use for use in uses if (use.client, use.way) == (client, way)]
        yield _caller(contract, client, way, used, now - now % DAY - (days - 1) * DAY, now)


def _caller(
    contract: Contract, client: ClientId, way: OldWay, used: Sequence[OldUse], since: int, now: int
) -> OldCaller:
    rules = (
        [rule for rule in contract.clients[client].old_ways if rule.way is way] if client in contract.clients else []
    )
    until = max((rule.until for rule in rules), default=None)
    recent = sorted((use for use in used if use.day >= since), key=lambda use: -use.day)
    return OldCaller(
        client=client,
        way=way,
        name=", ".join(sorted({rule.name for rule in rules if rule.name})),
        until="" if until is None else day_in_words(until - DAY),
        state="gone" if until is None else "over" if until <= now else "open",
        used_at=moment(max(use.used_at for use in used)) if used else "never",
        requests={day_in_words(use.day): use.count for use in recent},
    )


def _print(out: Console, callers: Iterable[OldCaller]) -> None:
    table = Table("Client", "Way", "Until", "Last use", "Requests", box=None, pad_edge=False)
    for each in callers:
        ends = {"gone": "not in the contract", "over": f"{each.until}, over", "open": each.until}[each.state]
        counts = ", ".join(f"{count} on {day}" for day, count in each.requests.items()) or "none lately"
        table.add_row(each.client, Text(f"{each.way} {each.name}".strip()), ends, each.used_at, counts)
    out.print(table if table.row_count else "nobody: the contract has no old ways")
