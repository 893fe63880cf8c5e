"""`ostiary check`: every mistake of a contract in one run."""

from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile
from ostiary.cli.said import expected_errors, print_json
from ostiary.contract.admin_clients import taken
from ostiary.contract.mistakes import Mistake, Severity
from ostiary.contract.read import Reading
from ostiary.server.contract_file import read_contract_file
from ostiary.server.place import Place, find_place
from ostiary.store.interface import Store

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def check_command(contract: ContractFile = DEFAULT_CONTRACT, as_json: AsJson = False) -> None:
    """Report every mistake in a contract, each with its place and the mend. Exit code 1 if it is refused."""
    reading = _with_names_given(contract, read_contract_file(contract))
    if as_json:
        print_json(as_values(contract, reading))
    else:
        console = Console(highlight=False, soft_wrap=True)
        print_mistakes(console, reading)
        console.print(_summary(contract, reading))
    raise typer.Exit(0 if reading.contract is not None else 1)


def _with_names_given(contract: Path, reading: Reading) -> Reading:
    """With what the clients of the admin API say to it, where their store is a file beside it."""
    draft = reading.draft
    if draft is None or not reading.starts or not _has_file(contract):
        return reading

    async def work(place: Place, store: Store) -> tuple[Mistake, ...]:
        return taken(draft, await store.admin_clients())

    mistakes = with_store(contract, None, work)
    return replace(reading, mistakes=(*reading.mistakes, *mistakes), contract=None) if mistakes else reading


def _has_file(contract: Path) -> bool:
    with expected_errors():
        return find_place(contract).state.has_store()


def as_values(path: Path, reading: Reading) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "contract": str(path),
        "accepted": reading.contract is not None,
        "mistakes": [
            {
                "file": mistake.file,
                "line": mistake.line,
                "column": mistake.column,
                "severity": mistake.severity.value,
                "code": mistake.code.value,
                "says": mistake.says,
                "mend": mistake.mend,
            }
            for mistake in reading.mistakes
        ],
    }


def print_mistakes(console: Console, reading: Reading) -> None:
    """Each with its place, for people and for terminals that open places."""
    for mistake in reading.mistakes:
        console.print(_heading(mistake))
        console.print(Text(f"  {mistake.says}"))
        console.print(Text.assemble("  ", ("mend ", "green"), mistake.mend))
        console.print()


def _heading(mistake: Mistake) -> Text:
    place = f"{mistake.file}:{mistake.line}:{mistake.column}"
    colour = _COLOURS[mistake.severity]
    return Text.assemble((place, "bold"), "  ", (mistake.severity.value, colour), "  ", (mistake.code.value, "dim"))


def _summary(path: Path, reading: Reading) -> Text:
    warnings = sum(mistake.severity is Severity.WARNING for mistake in reading.mistakes)
    errors = len(reading.mistakes) - warnings
    if reading.contract is None:
        return Text.assemble(("Refused: ", "bold red"), f"{_count(errors, 'mistake')}, {_count(warnings, 'warning')}.")
    whole = reading.contract
    sizes = (
        _count(len(whole.services), "service"),
        _count(len(whole.routes), "route"),
        _count(len(whole.clients), "client"),
        _count(warnings, "warning"),
    )
    return Text.assemble((f"{path} is in order: ", "bold green"), ", ".join(sizes) + ".")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
