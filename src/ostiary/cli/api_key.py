"""`ostiary api-key`: the keys of partners."""

import secrets
import time
from typing import Annotated, Any

import typer

from ostiary.cli.moments import lifetime, moment
from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, print_json, print_rows
from ostiary.contract.model import LONGEST_API_KEY, ClientRule
from ostiary.keys.api_key import MOST_LIVING, ApiKey, TooManyKeys, draw, keep, revoke
from ostiary.model.ids import ClientId, Scope
from ostiary.server.admission import find_admission
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="API keys of partners: make, list, revoke.")

Client = Annotated[str, typer.Argument(metavar="CLIENT_ID")]


@app.command()
def add(
    client: Client,
    scope: Annotated[
        list[str] | None, typer.Option(help="One of the client's scopes; may be repeated. By default all.")
    ] = None,
    expires: Annotated[str, typer.Option(metavar="DURATION", help="After how long it ends.")] = "90d",
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key. It is shown only now. A client may have two, so that one can take the other's place."""

    async def work(place: Place, store: Store) -> None:
        rule = (await find_admission(place.draft, place.contract, store)).whole.clients.get(ClientId(client))
        scopes = _scopes(rule, client, scope)
        secret, now, others = draw(secrets.token_bytes), int(time.time()), await store.api_keys()
        seconds = lifetime(expires, LONGEST_API_KEY, "a key")
        try:
            plan = keep(secret, ClientId(client), scopes, others, now, seconds)
        except TooManyKeys:
            fail(f"{client} has {MOST_LIVING} living keys; `ostiary api-key list` shows them, revoke one first")
        await store.commit(plan)
        if as_json:
            print_json({"client": client, "key": secret.reveal(), "expires_at": moment(now + seconds)})
        else:
            typer.echo(secret.reveal())

    with_store(contract, state, work)


@app.command("list")
def list_keys(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """List every key: whose, until when, and when it was used last. Never the key itself."""

    async def work(place: Place, store: Store) -> None:
        keys = [_shown(key) for key in await store.api_keys()]
        line = "{id}  {client:16}  {state:8}  until {expires_at}  used {used_at}"
        print_rows(keys, line.format_map, as_json=as_json)

    with_store(contract, state, work)


@app.command("revoke")
def revoke_key(
    id: Annotated[str, typer.Argument(metavar="KEY_ID", help="As `list` shows it.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke a key: every gateway refuses it within a second."""

    async def work(place: Place, store: Store) -> None:
        for key in await store.api_keys():
            if key.id == id and key.revoked_at is None:
                await store.commit(revoke(key, int(time.time())))
                return
        fail("no living key has this id; `ostiary api-key list` shows them")

    with_store(contract, state, work)
    typer.echo(f"revoked: the API key {id}")


def _scopes(rule: ClientRule | None, client: str, asked: list[str] | None) -> frozenset[Scope]:
    if rule is None or not rule.api_keys:
        fail(f"{client} is not a client with `credential: api-key`")
    scopes = frozenset(map(Scope, asked or ()))
    if foreign := sorted(scopes - rule.scopes):
        fail(f"{client} does not have the scope {', '.join(foreign)}")
    return scopes


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "client": key.client,
        "scopes": sorted(key.scopes),
        "state": "revoked" if key.revoked_at is not None else "living" if key.lives(time.time()) else "expired",
        "created_at": moment(key.created_at),
        "expires_at": moment(key.expires_at),
        "used_at": "never" if key.used_at is None else moment(key.used_at),
    }
