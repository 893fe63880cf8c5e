"""`ostiary pins`: the keys to which apps hold the door, and whether a new certificate would lock them out."""

import time
from pathlib import Path
from typing import Annotated

import typer

from ostiary.cli.accepted import accepted_contract
from ostiary.cli.options import DEFAULT_CONTRACT, ContractFile
from ostiary.cli.said import expected_errors, fail
from ostiary.contract.draft import Draft
from ostiary.contract.pins import PinsUnfit, require_known_key
from ostiary.keys.pin import PinUnreadable, pin_of
from ostiary.model.ids import Pin

app = typer.Typer(
    no_args_is_help=True, help="The keys to which apps hold the door: show them, check a new certificate."
)

InUse = Annotated[
    Path | None,
    typer.Option(
        "--in-use",
        metavar="FILE",
        help="The certificate that clients see, where TLS ends before the door.",
        show_default=False,
    ),
]


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate, a request for one, or a public key.")],
) -> None:
    """Print the pin of a key, as the contract's `pins` and apps have it. All formats are PEM."""
    typer.echo(read_pin(file))


@app.command()
def check(
    certificate: Annotated[Path, typer.Option(metavar="FILE", help="The certificate that the door is to have next.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    in_use: InUse = None,
) -> None:
    """Refuse a new certificate that installed apps would not accept."""
    draft, accepted = accepted_contract(contract)
    if accepted.pins is None:
        fail("the contract has no `pins`, so no app is held to a key")
    new, current = read_pin(certificate), pin_in_use(contract, draft, in_use)
    try:
        require_known_key(accepted.pins, current, new, time.time())
    except PinsUnfit as unfit:
        fail(f"{certificate} would lock apps out: {unfit}")
    typer.echo(f"{new}: " + ("the key in use" if new == current else "a backup pin, published for long enough"))


def read_pin(file: Path) -> Pin:
    """What is wrong with the file is said, and ends the command with 1."""
    try:
        with expected_errors():
            return pin_of(file.read_bytes())
    except PinUnreadable as unreadable:
        fail(f"{file}: {unreadable}")


def pin_in_use(contract: Path, draft: Draft, stated: Path | None) -> Pin:
    """Of the certificate that clients see now."""
    tls = draft.file.tls
    if stated is None and tls is None and draft.file.insecure_plain_http is not None:
        fail("TLS ends before the door; please name the certificate with --in-use")
    made = Path(draft.file.state) / "tls" / "certificate.pem"
    return read_pin(stated or contract.parent / (made if tls is None else tls.certificate))
