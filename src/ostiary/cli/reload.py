"""`ostiary reload`."""

from typing import Any

import typer

from ostiary.cli.check import as_values
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import expected_errors, fail, print_json
from ostiary.server.contract_file import read_contract_file
from ostiary.server.control import ask
from ostiary.server.state import StateDirectory

BROKEN = "the contract is broken; the old one stays in force"


def reload(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """Put the changed contract in force, in all processes at once. A broken one changes nothing."""
    reading = read_contract_file(contract)
    if reading.deployment is None:
        answer: dict[str, Any] = {"error": BROKEN, "mistakes": as_values(contract, reading)["mistakes"]}
    else:
        folder = StateDirectory(state or contract.absolute().parent / reading.deployment.state)
        with expected_errors():
            answer = dict(ask(folder, "reload"))
    if as_json:
        print_json(answer)
    else:
        for mistake in answer.get("mistakes", ()):
            typer.echo("{file}:{line}:{column}: {severity}: {says} {mend} [{code}]".format(**mistake), err=True)
    if "error" in answer:
        fail(answer["error"])
    if not as_json:
        _say(answer["contract"], answer["previous"], answer["need_restart"])


def _say(digest: str, previous: str, need_restart: list[str]) -> None:
    same = " (as before)" if digest == previous else ""
    typer.echo(f"in force: {digest[:12]}{same}")
    if need_restart:
        typer.echo(f"changed, and in force only after a new start: {', '.join(need_restart)}", err=True)
