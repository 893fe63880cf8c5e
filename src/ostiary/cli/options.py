"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ContractFile = Annotated[
    Path, typer.Option("-c", "--contract", metavar="FILE", help="The contract.", envvar="OSTIARY_CONTRACT")
]
StateFolder = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", help="The state directory, in place of the contract's.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

DEFAULT_CONTRACT = Path("ostiary.yaml")
