"""`ostiary demo`."""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from ostiary.cli.demo.browser import Lost
from ostiary.cli.demo.ending import Ended, noted_signals
from ostiary.cli.demo.folder import FolderUnusable
from ostiary.cli.demo.shop import ShopEnded
from ostiary.cli.said import expected_errors, fail
from ostiary.server.place import AddressTaken

INTERRUPTED: Final = 130
"""Exit code of what a signal ended before it was done."""


def demo(
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep the demo's state here. By default it is removed at the end.", show_default=False
        ),
    ] = None,
    tour_only: Annotated[
        bool, typer.Option("--tour-only", help="End after the tour: with 0 if everything came out as it should.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the tour here.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the front door.")] = 8443,
    admin_port: Annotated[int, typer.Option(min=1, max=65535, help="The port of health and metrics.")] = 9443,
) -> None:
    """Run the example shop behind Ostiary, take a tour of it, and stay until Ctrl-C."""
    from ostiary.cli.demo.show import Show  # large, and no other command needs it

    with expected_errors(), noted_signals() as ending, ExitStack() as stack:
        if json_file is not None:
            json_file.touch()  # what cannot be written is said before the tour, not after
        show = Show(_folder(state, stack), port, admin_port, ending)
        try:
            good = asyncio.run(show.run(json_file, stay=not tour_only))
        except AddressTaken as error:
            fail(f"{error}; --port and --admin-port take others")
        except (ShopEnded, Lost, FolderUnusable) as error:
            fail(f"the demo failed: {error}")
        except Ended:
            raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(0 if good else 1)


def _folder(state: Path | None, stack: ExitStack) -> Path:
    if state is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ostiary-demo-")))
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return state.absolute()
