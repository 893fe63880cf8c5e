"""`ostiary revoke`: what was issued stops working at every gateway worker within a second."""

import re
import time
from typing import Annotated, Final

import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, ContractFile, StateFolder
from ostiary.cli.said import fail
from ostiary.model.ids import ClientId, SessionId, TokenId
from ostiary.model.plan import Committed
from ostiary.server import revocation
from ostiary.server.place import Place
from ostiary.store.interface import Store

_JTI: Final = re.compile(r"[A-Za-z0-9_-]{22}")
"""As `model.fresh` writes them."""


app = typer.Typer(no_args_is_help=True, help="Make issued things worthless: a token, a session, a client, a person.")


@app.command()
def token(
    id: Annotated[str, typer.Argument(metavar="JTI", help="The token's `jti`; the audit log has it.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke one access token."""
    if not _JTI.fullmatch(id):  # else a token that is given in its place would be in the log
        raise typer.BadParameter("a `jti` has 22 letters, digits, - and _; it is not the token itself")

    async def work(place: Place, store: Store) -> None:
        now = int(time.time())
        await store.commit(revocation.of_token(TokenId(id), now))

    with_store(contract, state, work)
    typer.echo(f"revoked: the token {id}")


@app.command()
def session(
    id: Annotated[str, typer.Argument(metavar="SID", help="The session's `sid`; the audit log has it.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke a sign-in session and every token that was issued in it."""

    async def work(place: Place, store: Store) -> None:
        found = await store.session(SessionId(id))
        if found is None:
            fail(f"there is no session {id}")
        await store.commit(revocation.of_session(found, int(time.time())))

    with_store(contract, state, work)
    typer.echo(f"revoked: the session {id} and what was issued in it")


@app.command()
def client(
    id: Annotated[str, typer.Argument(metavar="CLIENT_ID")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke a client for good: its tokens are dead, and it gets no new ones."""

    async def work(place: Place, store: Store) -> None:
        registered = {client.id for client in await store.registered_clients()}
        made = {client.id for client in await store.admin_clients()}
        if ClientId(id) not in place.contract.clients.keys() | registered | made:
            fail(f"there is no client {id}: not in the contract, nor made by the admin API, nor registered by itself")
        await store.commit(revocation.of_client(ClientId(id), int(time.time())))

    with_store(contract, state, work)
    typer.echo(f"revoked: the client {id} and its tokens")


@app.command()
def person(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Revoke a person's sessions and tokens. They can sign in again; `ostiary person set LOGIN --disable` shuts them
    out."""

    async def work(place: Place, store: Store) -> None:
        committed = False
        while not committed:  # who is changed meanwhile is read anew
            found = await store.person_by_login(login)
            if found is None:
                fail(f"there is nobody with the login {login}")
            committed = isinstance(await store.commit(revocation.of_person(found, int(time.time()))), Committed)

    with_store(contract, state, work)
    typer.echo(f"revoked: the sessions and tokens of {login}")
