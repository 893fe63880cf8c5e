"""What can be spent once is spent once, though two processes are asked at the same time."""

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

import asgi
from ostiary.model.endpoints import TOKEN
from ostiary.model.events.issuer import FamilyRevoked, TokensIssued
from ostiary.model.ids import Secret
from ostiary.model.reasons import Reason
from ostiary.server.issuer.app import IssuerApp
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.keys import IssuerKeys
from ostiary.store.opening import open_store
from token_world import ASSERTION_TYPE, ORIGIN, TokenWorld, read
from used_proofs import proofs

ROUNDS = 6


@pytest.fixture
def other(world: TokenWorld, tmp_path: Path) -> Iterator[httpx.AsyncClient]:
    """A second issuer on the same store, with connections and a writer of its own."""
    store = world.run(open_store(Secret(str(tmp_path / "store.sqlite3")), world.master.derive("audit")))
    keys = IssuerKeys(world.master, world.run(store.signing_keys()))
    desk = Desk(world.contract, store, world.master, keys, proofs(), lambda: world.now, secrets.token_bytes)
    http = asgi.client(IssuerApp(desk, {}), ORIGIN)
    yield http
    world.run(http.aclose())
    world.run(store.close())


def both(
    world: TokenWorld, other: httpx.AsyncClient, form: Mapping[str, str], client: str | None
) -> list[httpx.Response]:
    """The same request at both."""
    own = world.http

    async def asked() -> list[httpx.Response]:
        first = asyncio.create_task(world.posted(TOKEN, form, client))
        await asyncio.sleep(0)
        world.http = other
        try:
            return [await world.posted(TOKEN, form, client), await first]
        finally:
            world.http = own

    return world.run(asked())


@pytest.mark.parametrize("client", ["site", "reader"])
def test_a_code_at_two_processes(world: TokenWorld, other: httpx.AsyncClient, client: str) -> None:
    for _ in range(ROUNDS):
        answers = both(world, other, world.code_form(world.code(client), client), client)
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        won = next(read(answer) for answer in answers if answer.status_code == 200)
        assert world.userinfo(won["access_token"]).status_code == 401
    assert sum(isinstance(event, TokensIssued) for event in world.events()) == ROUNDS
    assert {event.reason for event in world.events() if isinstance(event, FamilyRevoked)} == {Reason.CODE_REPLAYED}


def test_an_assertion_at_two_processes(world: TokenWorld, other: httpx.AsyncClient) -> None:
    for _ in range(ROUNDS):
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": world.assertion(),
        }
        assert sorted(answer.status_code for answer in both(world, other, form, None)) == [200, 401]


def test_a_refresh_token_of_a_public_client_at_two_processes(world: TokenWorld, other: httpx.AsyncClient) -> None:
    for _ in range(ROUNDS):
        form = {"grant_type": "refresh_token", "refresh_token": world.tokens("reader")["refresh_token"]}
        answers = both(world, other, form, "reader")
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        won = next(read(answer) for answer in answers if answer.status_code == 200)
        assert world.refresh(won["refresh_token"], "reader").status_code == 400


def test_a_refresh_token_of_an_authenticated_client_at_two_processes(
    world: TokenWorld, other: httpx.AsyncClient
) -> None:
    for _ in range(ROUNDS):
        form = {"grant_type": "refresh_token", "refresh_token": world.tokens()["refresh_token"]}
        answers = both(world, other, form, "site")
        assert len({read(answer)["refresh_token"] for answer in answers}) == 1
    assert not any(isinstance(event, FamilyRevoked) for event in world.events())
