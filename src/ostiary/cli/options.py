"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from ostiary.contract.quantities import seconds


def duration(text: str) -> int:
    """Seconds; a parser for options."""
    try:
        return seconds(text)
    except ValueError:
        raise typer.BadParameter("write a number and s, m, h, d or w, such as `15m`") from None


ContractFile = Annotated[
    Path,
    typer.Option("-c", "--contract", metavar="FILE", help="The contract.", envvar="OSTIARY_CONTRACT", readable=False),
]
"""Whether it can be read is told as a mistake in it, and of a state directory as what is wrong with that."""
StateFolder = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="DIR",
        help="The state directory, in place of the contract's.",
        show_default=False,
        readable=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

DEFAULT_CONTRACT = Path("ostiary.yaml")
