"""`ostiary explain`: what a contract makes of a client or a request, and why something was refused."""

from typing import Annotated, Any, Final

import orjson
import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, print_json
from ostiary.model.reasons import Reason
from ostiary.server.place import Place
from ostiary.store.interface import Store

_SAYS: Final = {reason.value: reason.says for reason in Reason}

app = typer.Typer(no_args_is_help=True, help="Why it is as it is: a client, a request, a refusal.")


@app.command()
def ref(
    reference: Annotated[str, typer.Argument(metavar="REF", help="The `ref` of a refusal.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Which rule refused a request, from the reference that its answer carried."""

    async def work(place: Place, store: Store) -> dict[str, Any] | None:
        return await find_refusal(store, reference)

    found = with_store(contract, state, work)
    if found is None:
        fail("no refusal has this reference; past a bound refusals are counted instead of listed")
    if as_json:
        print_json(found)
    for name, value in () if as_json else found.items():
        typer.echo(f"{name + ':':10} {value}")


async def find_refusal(store: Store, reference: str) -> dict[str, Any] | None:
    """The refusal's record with the words for its reason; None where the log does not list it."""
    quoted = orjson.dumps(reference)
    async for record in store.records():
        if quoted in record.body:
            event: dict[str, Any] = orjson.loads(record.body)
            if event.get("ref") == reference:
                return {**event, "says": _SAYS.get(event["reason"], "")}
    return None
