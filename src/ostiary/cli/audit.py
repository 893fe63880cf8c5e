"""`ostiary audit`: whether the log holds, and what it says."""

import sys
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any, Final

import orjson
import typer

from ostiary.audit.encode import EVENT_TYPES
from ostiary.audit.records import Record
from ostiary.audit.verify import Broken, Holds, Noted, Verdict, verify_growing
from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder, duration
from ostiary.cli.said import print_json
from ostiary.model.reasons import Reason
from ostiary.server.place import Place
from ostiary.store.interface import Store

BATCH: Final = "requests_allowed"
CALLER: Final = ("client", "subject", "tenant")
"""What a batch tells of each caller, in its order."""

app = typer.Typer(no_args_is_help=True, help="The audit log: verify it, show it.")


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    """A parser for options: nothing is found by a name that no record can have."""

    def parse(text: str) -> str:
        if text in known:
            return text
        near = ", ".join(get_close_matches(text, known, cutoff=0.5))
        raise typer.BadParameter(f"no record has {text!r} here" + (f"; near to it: {near}" if near else ""))

    return parse


def _noted(text: str) -> Noted:
    position, _, digest = text.partition(":")
    try:
        return Noted(int(position), bytes.fromhex(digest))
    except ValueError:
        raise typer.BadParameter("write POSITION:HASH, as `ostiary audit verify` printed it") from None


@app.command()
def verify(
    noted: Annotated[
        Noted | None,
        typer.Option(metavar="POSITION:HASH", parser=_noted, help="The end of the log that an earlier run printed."),
    ] = None,
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Find any change, removal or reordering. Ends with 1 where there is one.

    Keep what it prints somewhere else: given back with --noted, it proves that the log was not rolled back since.
    """

    async def work(place: Place, store: Store) -> Verdict:
        return await verify_growing(store.records, store.head, place.master_key().derive("audit"), noted)

    verdict = with_store(contract, state, work)
    shown = _shown(verdict)
    if as_json:
        print_json(shown)
    else:
        typer.echo(_said(verdict))
    raise typer.Exit(0 if shown["holds"] else 1)


@app.command()
def show(
    type: Annotated[
        list[str] | None,
        typer.Option(
            parser=_one_of(EVENT_TYPES), metavar="TYPE", help="Only events of this type, such as `gateway_refused`."
        ),
    ] = None,
    client: Annotated[str | None, typer.Option(help="Only of this client.", show_default=False)] = None,
    subject: Annotated[str | None, typer.Option(help="Only of this person.", show_default=False)] = None,
    reason: Annotated[
        str | None, typer.Option(parser=_one_of(list(Reason)), metavar="REASON", help="Only with this reason.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(parser=duration, metavar="DURATION", help="How far to look back, such as `15m`."),
    ] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only this many, the last ones.", show_default=False)] = None,
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print what happened, oldest first."""
    asked = {"client": client, "subject": subject, "reason": reason}
    wanted = {name: value for name, value in asked.items() if value is not None}
    start = time.time() - since if since else 0.0

    async def work(place: Place, store: Store) -> list[tuple[Record, dict[str, Any]]]:
        found = []
        async for record in store.records():
            event = _narrowed(orjson.loads(record.body), wanted)
            if event is not None and (not type or event["type"] in type) and event["at"] >= start:
                found.append((record, event))
                del found[: -last if last else 0]
        return found

    for record, event in with_store(contract, state, work):
        sys.stdout.write((_line_json if as_json else _line)(record, event) + "\n")


def _narrowed(event: dict[str, Any], wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """What of the event is wanted: a batch of allowed requests has those of many."""
    if event["type"] != BATCH:
        return event if all(event.get(name) == value for name, value in wanted.items()) else None
    callers = [dict(zip(CALLER, caller, strict=True)) for caller in event["who"]]
    kept = [at for at, caller in enumerate(callers) if all(caller.get(name) == wanted[name] for name in wanted)]
    if not kept:
        return None
    requests = [[at, kept.index(who), *rest] for at, who, *rest in event["requests"] if who in kept]
    return {**event, "who": [event["who"][at] for at in kept], "requests": requests}


def _line(record: Record, event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(event["at"], UTC).isoformat(timespec="milliseconds")
    told = {name: value for name, value in event.items() if name not in ("at", "type") and value is not None}
    rest = " ".join(f"{name}={_value(value)}" for name, value in told.items())
    return f"{record.position:>7} {at} {event['type']} {rest}"


def _line_json(record: Record, event: Mapping[str, Any]) -> str:
    return orjson.dumps({"position": record.position, **event}).decode()


def _value(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _shown(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Holds(end):
            return {"holds": True, "position": end.position, "hash": end.hash.hex()}
        case Broken(position, tampering):
            return {"holds": False, "position": position, "tampering": tampering.value}


def _said(verdict: Verdict) -> str:
    match verdict:
        case Holds(end):
            return f"the log holds: {end.position} records, up to {end.position}:{end.hash.hex()}"
        case Broken(position, tampering):
            return f"the log does not hold: {tampering.value} at position {position}"
