"""`ostiary registration`: the clients that registered themselves, and the tokens with which they do."""

import secrets
import time
from typing import Annotated, Any, Final

import typer

from ostiary.cli.moments import lifetime, moment
from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, print_json, print_rows
from ostiary.contract.registered import RegisteredClient
from ostiary.issuer.initial_access import InitialAccessToken, made, revoked
from ostiary.server.place import Place
from ostiary.store.interface import Store

app = typer.Typer(
    no_args_is_help=True,
    help="Clients that register themselves (RFC 7591): list them, and make, list and revoke the tokens for it.",
)

LONGEST: Final = 365 * 86400
"""Seconds that a token with which clients register may live."""


@app.command("list")
def list_registered(
    contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False
) -> None:
    """List the clients that registered themselves: since when, under which name, and where people come back to."""

    async def work(place: Place, store: Store) -> None:
        known = await store.registered_clients()
        clients = [_shown(client, await store.client_disabled_at(client.id) is not None) for client in known]
        line = "{client}  {state:8}  since {created_at}  {name!r}  {}"
        print_rows(clients, lambda one: line.format(" ".join(one["redirect_uris"]), **one), as_json=as_json)

    with_store(contract, state, work)


@app.command()
def add(
    expires: Annotated[str, typer.Option(metavar="DURATION", help="After how long it ends.")] = "7d",
    uses: Annotated[int, typer.Option(min=1, max=10_000, help="How many clients may register with it.")] = 1,
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a token with which one developer's clients register. It is shown only now."""

    async def work(place: Place, store: Store) -> None:
        if place.contract.registration is None:
            fail("the contract has no `registration`, so nobody registers")
        now, seconds = int(time.time()), lifetime(expires, LONGEST, "such a token")
        secret, plan = made(secrets.token_bytes, now, seconds, uses)
        await store.commit(plan)
        if as_json:
            print_json({"token": secret.reveal(), "expires_at": moment(now + seconds), "uses": uses})
        else:
            typer.echo(secret.reveal())

    with_store(contract, state, work)


@app.command("tokens")
def list_tokens(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """List the tokens that `add` made: until when, and how often they were used. Never the token itself."""

    async def work(place: Place, store: Store) -> None:
        tokens = [_token(token, time.time()) for token in await store.initial_access_tokens()]
        print_rows(tokens, "{id}  {state:8}  until {expires_at}  used {used} of {uses}".format_map, as_json=as_json)

    with_store(contract, state, work)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="TOKEN_ID", help="As `tokens` shows it.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke a token: nobody new registers with it. Clients that did stay; `ostiary revoke client` ends one."""

    async def work(place: Place, store: Store) -> None:
        for token in await store.initial_access_tokens():
            if token.id == id and token.revoked_at is None:
                await store.commit(revoked(token, int(time.time())))
                return
        fail("no living token has this id; `ostiary registration tokens` shows them")

    with_store(contract, state, work)
    typer.echo(f"revoked: the token {id} with which clients register")


def _shown(client: RegisteredClient, revoked: bool) -> dict[str, Any]:
    return {
        "client": client.id,
        "name": client.name,
        "state": "revoked" if revoked else "living",
        "redirect_uris": client.redirect_uris,
        "scopes": sorted(client.scopes),
        "created_at": moment(client.created_at),
    }


def _token(token: InitialAccessToken, now: float) -> dict[str, Any]:
    over = "used up" if token.used >= token.most else "expired"
    return {
        "id": token.id,
        "state": "revoked" if token.revoked_at is not None else "living" if token.lives(now) else over,
        "created_at": moment(token.created_at),
        "expires_at": moment(token.expires_at),
        "used": token.used,
        "uses": token.most,
    }
