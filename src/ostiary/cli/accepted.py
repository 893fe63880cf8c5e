"""A contract that is only looked at: it must be in order, but its secrets need not be at hand."""

from pathlib import Path

import typer
from rich.console import Console

from ostiary.cli.check import print_mistakes
from ostiary.cli.said import fail_unknown
from ostiary.contract.draft import Draft
from ostiary.contract.model import ClientRule, Contract
from ostiary.model.ids import ClientId
from ostiary.server.contract_file import read_contract_file


def accepted_contract(file: Path) -> tuple[Draft, Contract]:
    """The file and what it means; its mistakes are said, and end the command with 1."""
    reading = read_contract_file(file)
    if reading.contract is None or reading.draft is None:
        print_mistakes(Console(stderr=True, highlight=False, soft_wrap=True), reading)
        raise typer.Exit(1)
    return reading.draft, reading.contract


def require_client(contract: Contract, name: str) -> ClientRule:
    """The client of this name; that there is none is said, and ends the command with 1."""
    found = contract.clients.get(ClientId(name))
    if found is None:
        fail_unknown("client", name, contract.clients)
    return found
