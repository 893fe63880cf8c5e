"""A request with a bound token at the gateway (RFC 9449 sections 7 and 9)."""

import time
from pathlib import Path
from typing import Any

import pytest

from gateway_world import OK, ORIGIN, Answer, Line, World, answering, reasons, world
from ostiary.keys.dpop import key_thumbprint
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.reasons import Reason
from used_proofs import nonce, proof

KEY = SigningPrivateKey.generate()
OTHER = SigningPrivateKey.generate()
URL = f"{ORIGIN}/things/ada"


def bound(door: World, key: SigningPrivateKey = KEY, **claims: Any) -> str:
    """An access token that is bound to the key."""
    field = door.token(cnf={"jkt": key_thumbprint(key.public)}, **claims)
    return field.removeprefix("Authorization: Bearer ")


async def ask(line: Line, token: str, *, key: SigningPrivateKey = KEY, scheme: str = "DPoP", **changes: Any) -> Answer:
    made = proof(key, "GET", URL, time.time(), token, **changes)
    return await line.ask("GET /things/ada", f"Authorization: {scheme} {token}", f"DPoP: {made}")


async def test_7_1_a_bound_token_with_its_proof_gets_through(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        for _ in range(3):
            assert (await ask(line, token)).status == 200
        assert (await ask(line, token, scheme="dpop")).status == 200


async def test_7_1_without_a_proof_it_does_not(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        answer = await line.ask("GET /things/ada", f"Authorization: DPoP {token}")
        assert answer.status == 401
        assert answer.fields["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
        assert 'algs="ES256' in answer.fields["www-authenticate"]
        assert (await ask(line, token)).status == 200
        assert await reasons(door) == [Reason.PROOF_MISSING]


async def test_7_1_two_proofs_are_refused(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        two = [f"DPoP: {proof(KEY, 'GET', URL, time.time(), token)}" for _ in range(2)]
        answer = await line.ask("GET /things/ada", f"Authorization: DPoP {token}", *two)
        assert answer.status == 400


async def test_7_2_a_bound_token_is_no_bearer_token(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        assert (await ask(line, token, scheme="Bearer")).status == 401
        plain = door.token().removeprefix("Authorization: Bearer ")
        assert (await ask(line, plain, scheme="DPoP")).status == 401
        assert (await ask(line, plain, scheme="Bearer")).status == 200
        assert await reasons(door) == [Reason.BINDING_TOO_WEAK, Reason.PROOF_KEY]


async def test_7_1_a_proof_by_another_key_is_refused(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        assert (await ask(line, token, key=OTHER)).status == 401
        assert (await ask(line, token)).status == 200
        assert await reasons(door) == [Reason.PROOF_KEY]


@pytest.mark.parametrize("cnf", [None, {}, {"jkt": 5}, {"jkt": "x"}, "jkt", {"x5t#S256": "x"}])
async def test_6_1_a_token_that_names_no_key_of_the_proof_is_refused(tmp_path: Path, cnf: object) -> None:
    async with world(tmp_path, answering(OK)) as door:
        token = door.token(cnf=cnf).removeprefix("Authorization: Bearer ")
        assert (await ask(await door.connect(), token)).status == 401
        assert await reasons(door) == [Reason.PROOF_KEY]


async def test_9_without_a_nonce_of_ours_the_answer_brings_one(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        answer = await ask(line, token, nonce=None)
        assert answer.status == 401
        assert 'error="use_dpop_nonce"' in answer.fields["www-authenticate"]
        given = answer.fields["dpop-nonce"]
        again = await ask(line, token, nonce=given)
        assert again.status == 200
        assert "dpop-nonce" not in again.fields


async def test_8_2_with_an_ageing_nonce_the_answer_brings_the_next(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        answer = await ask(line, token, nonce=nonce(time.time() - 60))
        assert answer.status == 200
        assert (await ask(line, token, nonce=answer.fields["dpop-nonce"])).status == 200


async def test_11_1_a_proof_that_was_seen_is_refused(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), bound(door)
        assert (await ask(line, token, jti="seen")).status == 200
        assert (await ask(line, token, jti="seen")).status == 401
        assert (await ask(line, token, jti="unseen")).status == 200
        assert await reasons(door) == [Reason.PROOF_REPLAYED]


async def test_the_service_gets_neither_token_nor_proof(tmp_path: Path) -> None:
    heads = []

    async with world(tmp_path, answering(OK, heads)) as door:
        line, token = await door.connect(), bound(door)
        assert (await ask(line, token)).status == 200
        assert b"\r\ndpop:" not in heads[0].lower()
        assert b": DPoP " not in heads[0]
        assert token.encode() not in heads[0]


async def test_a_route_may_ask_for_a_bound_token(tmp_path: Path) -> None:
    routes = [{"on": "GET /things/{user}", "to": "api", "scope": "things", "bound": "dpop"}]
    app = {"kind": "mobile", "redirect_uris": ["com.example.app:/cb"], "scopes": ["things"]}
    site = {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]}

    async with world(tmp_path, answering(OK), routes=routes, clients={"app": app, "site": site}) as door:
        line, token = await door.connect(), bound(door, client_id="app")
        assert (await ask(line, token)).status == 200
        assert (await line.ask("GET /things/ada")).fields["www-authenticate"].startswith("DPoP resource_metadata=")
        plain = door.token()
        assert (await line.ask("GET /things/ada", plain)).status == 401
        assert await reasons(door) == [Reason.TOKEN_MISSING, Reason.BINDING_TOO_WEAK]
