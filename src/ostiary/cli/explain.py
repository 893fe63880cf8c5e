"""`ostiary explain`: what a contract makes of a client or a request, and why something was refused."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.references import Recorded, recorded
from ostiary.cli.said import fail, print_json
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="Why something is as it is: a client, a request, a refusal.")


@app.command()
def ref(
    reference: Annotated[str, typer.Argument(metavar="REF", help="The `ref` of a refusal, or an `x-request-id`.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what the log has on one request: who asked, and what let it in or refused it."""

    async def work(place: Place, store: Store) -> dict[str, Recorded]:
        return await recorded(store, {reference})

    found = with_store(contract, state, work).get(reference)
    if found is None:
        fail("the log lists no request with this reference; past a bound refusals are counted instead of listed")
    if as_json:
        print_json(_shown(found))
    for name, value in () if as_json else _shown(found).items():
        typer.echo(f"{name + ':':10} {'-' if value is None else value}")


def _shown(found: Recorded) -> dict[str, Any]:
    return {
        "ref": found.ref,
        "at": datetime.fromtimestamp(found.at, UTC).isoformat(timespec="milliseconds"),
        "status": found.status,
        "route": found.route,
        "client": found.client,
        "subject": found.subject,
        "tenant": found.tenant,
        "allowed": found.reason is None,
        "reason": found.reason and found.reason.value,
        "says": found.reason and found.reason.says,
    }
