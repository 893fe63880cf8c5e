"""JWT responses for token introspection (RFC 9701)."""

from typing import Any

import httpx
import pytest

from ostiary.model.endpoints import AUTHORIZATION_SERVER, INTROSPECT
from ostiary.model.reasons import Reason
from token_world import ORIGIN, START, TokenWorld, read, refused

JWT = "application/token-introspection+jwt"


def asked(world: TokenWorld, token: str, client: str = "site", accept: str = JWT) -> httpx.Response:
    answer = world.post(INTROSPECT, {"token": token}, client, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer


def claims(world: TokenWorld, answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == JWT
    return world.claims(answer.text)


def test_5_the_answer_is_signed_for_whom_asked(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    answer = asked(world, token)
    assert world.decoded(answer.text).header["typ"] == "token-introspection+jwt"
    told = claims(world, answer)
    assert told.keys() == {"iss", "aud", "iat", "token_introspection"}
    assert (told["iss"], told["aud"], told["iat"]) == (ORIGIN, "site", START)
    assert told["token_introspection"] == read(asked(world, token, accept="application/json"))


def test_5_it_is_for_the_service_that_asked_and_not_for_the_client_of_the_token(world: TokenWorld) -> None:
    token = world.tokens("site", "openid orders.read")["access_token"]
    told = claims(world, asked(world, token, "shop"))
    assert (told["aud"], told["token_introspection"]["client_id"]) == ("shop", "site")


@pytest.mark.parametrize("curious", ["other", "robot"])
def test_5_of_what_is_not_for_the_caller_it_says_inactive_and_nothing_else(world: TokenWorld, curious: str) -> None:
    token = world.tokens()["access_token"]
    assert claims(world, asked(world, token, curious))["token_introspection"] == {"active": False}
    assert claims(world, asked(world, "x" * 43))["token_introspection"] == {"active": False}
    assert claims(world, asked(world, token))["token_introspection"]["active"] is True


def test_5_it_passes_for_no_access_token(world: TokenWorld) -> None:
    answer = asked(world, world.tokens()["access_token"]).text
    assert read(asked(world, answer, accept="*/*")) == {"active": False}
    assert world.userinfo(answer).status_code == 401


@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        ("application/json", False),
        ("*/*", False),
        ("application/*", False),
        (f"{JWT};q=0", False),
        (f"{JWT};q=2", False),
        (f"application/json, {JWT};q=0.9", False),
        (f"application/json;q=0.9, {JWT}", True),
        (f"application/json, {JWT}", True),
        (f"text/html , {JWT.upper()} ; q=0.1", True),
        (f"{JWT}, */*;q=0.5", True),
    ],
)
def test_4_only_whom_names_it_gets_it(world: TokenWorld, accept: str, signed: bool) -> None:
    answer = asked(world, "x" * 43, accept=accept)
    assert answer.headers["content-type"] == (JWT if signed else "application/json")


def test_4_a_refusal_is_told_as_ever(world: TokenWorld) -> None:
    answer = world.post(INTROSPECT, {"token": "x" * 43}, None, accept=JWT)
    assert answer.headers["content-type"] == "application/json"
    missing = world.post(INTROSPECT, {}, accept=JWT)
    assert refused(world, missing) == (400, "invalid_request", Reason.PARAMETER_MISSING)


def test_7_the_metadata_name_the_algorithm_and_no_encryption(world: TokenWorld) -> None:
    told = read(world.ask("GET", AUTHORIZATION_SERVER))
    assert told["introspection_signing_alg_values_supported"] == ["ES256"]
    assert not {name for name in told if name.startswith("introspection_encryption")}
