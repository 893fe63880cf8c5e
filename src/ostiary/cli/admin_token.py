"""`ostiary admin-token`: who may use the admin API."""

import secrets
import time
from typing import Annotated, Any, Final

import typer

from ostiary.cli.moments import lifetime, moment
from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, print_json, print_rows
from ostiary.keys.admin_token import AdminScope, AdminToken, made, revoked
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(no_args_is_help=True, help="Tokens for the admin API: make, list, revoke.")
LONGEST: Final = 365 * 86400
"""Seconds."""


@app.command()
def add(
    scope: Annotated[list[AdminScope], typer.Option(help="`clients.read` or `clients.write`; may be repeated.")],
    expires: Annotated[str, typer.Option(metavar="DURATION", help="After how long it ends.")] = "30d",
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a token. It is shown only now."""

    async def work(place: Place, store: Store) -> None:
        if not place.deployment.admin_api:
            fail("the contract has no `admin_api: true`, so a token would open nothing")
        now, seconds = int(time.time()), lifetime(expires, LONGEST, "such a token")
        secret, plan = made(secrets.token_bytes, frozenset(scope), now, seconds)
        await store.commit(plan)
        if as_json:
            print_json({"token": secret.reveal(), "scopes": sorted(scope), "expires_at": moment(now + seconds)})
        else:
            typer.echo(secret.reveal())

    with_store(contract, state, work)


@app.command("list")
def list_tokens(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """List every token: what it is for, and until when. Never the token itself."""

    async def work(place: Place, store: Store) -> None:
        tokens = [_shown(token, time.time()) for token in await store.admin_tokens()]
        line = "{id}  {state:8}  until {expires_at}  {}"
        print_rows(tokens, lambda one: line.format(" ".join(one["scopes"]), **one), as_json=as_json)

    with_store(contract, state, work)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="TOKEN_ID", help="As `list` shows it.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke a token: it opens nothing any more."""

    async def work(place: Place, store: Store) -> None:
        for token in await store.admin_tokens():
            if token.id == id and token.revoked_at is None:
                await store.commit(revoked(token, int(time.time())))
                return
        fail("no living token has this id; `ostiary admin-token list` shows them")

    with_store(contract, state, work)
    typer.echo(f"revoked: the token {id} for the admin API")


def _shown(token: AdminToken, now: float) -> dict[str, Any]:
    state = "revoked" if token.revoked_at is not None else "living" if token.lives(now) else "expired"
    return {"id": token.id, "state": state, "scopes": sorted(token.scopes), "expires_at": moment(token.expires_at)}
