"""`ostiary demo`."""

import json
import secrets
import socket
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from ostiary.cli.demo import report
from ostiary.cli.demo.browser import Lost
from ostiary.cli.demo.ending import Ended, Ending, noted_signals
from ostiary.cli.demo.folder import Demo, lay_out
from ostiary.cli.demo.front_door import FrontDoor
from ostiary.cli.demo.oauth import authorization
from ostiary.cli.demo.people import add_people, hash_passwords
from ostiary.cli.demo.programs import Program, ProgramFailed, start_door, start_shop
from ostiary.cli.demo.report import Line
from ostiary.cli.demo.tour import Stop, Tour
from ostiary.cli.opened import with_store
from ostiary.cli.references import Recorded, recorded
from ostiary.cli.said import expected_errors, fail
from ostiary.contract.places import Address
from ostiary.server.place import require_free

WORKERS: Final = 2
"""So that everybody's demo has more than one, also on a small machine."""
INTERRUPTED: Final = 130
"""Exit code of what a signal ended before it was done."""
RECORDED_WITHIN: Final = 5.0
"""Seconds that we wait at most for what was asked to be in the audit log; a batch takes a quarter of one."""
_LOOK_SECONDS: Final = 0.2


def demo(
    state: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the demo's state here; else it is gone at the end.", show_default=False),
    ] = None,
    tour_only: Annotated[
        bool, typer.Option("--tour-only", help="End after the tour: with 0 if all of it came out as it should.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the tour here.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the front door.")] = 8443,
    admin_port: Annotated[int, typer.Option(min=1, max=65535, help="Of health and metrics.")] = 9443,
) -> None:
    """Run the example shop behind Ostiary, take a tour of it, and stay until Ctrl-C."""
    ports = (port, admin_port)
    with expected_errors(), noted_signals() as ending, ExitStack() as stack:
        try:
            made, programs = _begin(_folder(state, stack), ports, ending, stack)
            lines = _tour(made, json_file, ending)
            if not tour_only:
                _stay(made, programs, ending)
        except (ProgramFailed, Lost) as error:
            fail(f"the demo failed: {error}")
        except Ended:
            raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(0 if all(line.as_it_should for line in lines) else 1)


def _folder(state: Path | None, stack: ExitStack) -> Path:
    if state is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ostiary-demo-")))
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return state.absolute()


def _begin(folder: Path, ports: tuple[int, int], ending: Ending, stack: ExitStack) -> tuple[Demo, tuple[Program, ...]]:
    """Everything runs, and has been told of. The children are ended with `stack`, the door before the shop."""
    began = time.monotonic()
    for number, name in zip(ports, ("--port", "--admin-port"), strict=True):
        require_free(Address("127.0.0.1", number), f"`{name}`")
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    made = lay_out(folder, *ports, f"http://127.0.0.1:{listener.getsockname()[1]}")
    shop = start_shop(listener, made.origin, made.ca_file, folder)
    stack.callback(shop.stop)
    door = start_door(Path(made.contract), folder, WORKERS)
    stack.callback(door.stop)
    hashes = hash_passwords(made)
    door.wait_until_answers(made.admin, "/readyz", ending)
    with_store(Path(made.contract), None, lambda place, store: add_people(place, store, made, hashes))
    shop.wait_until_answers(made.upstream, "/health", ending)
    out = report.console()
    out.print(f"Ready on [bold]{made.origin}[/bold] after {time.monotonic() - began:.1f} s.\n")
    report.print_household(out, made)
    out.print(f"\nAll of this is in {folder / 'demo.json'}, for scripts.\n")
    return made, (door, shop)


def _tour(made: Demo, json_file: Path | None, ending: Ending) -> list[Line]:
    door, upstream = FrontDoor(made.origin, Path(made.ca_file)), FrontDoor(made.upstream)
    stops: list[Stop] = []
    for stop in Tour(made, door, upstream).stops():
        ending.require_going_on()
        stops.append(stop)
    door.close()
    upstream.close()
    known = _recorded(made, {stop.ref for stop in stops if stop.ref}, ending)
    lines = [report.line(stop, known) for stop in stops]
    report.print_tour(report.console(), made, lines)
    if json_file is not None:
        json_file.write_text(json.dumps(report.as_json(lines), indent=2) + "\n")
    return lines


def _recorded(made: Demo, wanted: set[str], ending: Ending) -> Mapping[str, Recorded]:
    """What the audit log says of these requests, once it has all of them."""
    end = time.monotonic() + RECORDED_WITHIN
    while True:
        found = with_store(Path(made.contract), None, lambda place, store: recorded(store, wanted))
        if len(found) == len(wanted) or time.monotonic() > end:
            return found
        ending.wait(_LOOK_SECONDS)


def _stay(made: Demo, programs: Iterable[Program], ending: Ending) -> None:
    """Until a signal. Raises ProgramFailed where a child ends by itself."""
    asked = authorization(made.clients["storefront"], "openid orders.read", "demo", secrets.token_urlsafe(32))
    typer.echo(f"\nSign in with a browser: {made.origin}{asked}")
    typer.echo("Ctrl-C ends the demo.")
    with suppress(Ended):
        while True:
            for program in programs:
                program.require_running()
            ending.wait(1.0)
