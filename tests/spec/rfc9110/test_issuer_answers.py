"""What every answer of the issuer's endpoints owes to HTTP, whatever OAuth says beside it (RFC 9110)."""

from collections.abc import Mapping

import pytest

from ostiary.model.endpoints import INTROSPECT, PAR, REVOKE, TOKEN, USERINFO
from ostiary.server.issuer.app import ENDPOINTS, Endpoint
from ostiary.server.issuer.endpoints import PAGES
from token_world import TokenWorld

EVERY: Mapping[str, Endpoint] = {**PAGES, **ENDPOINTS}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW")
FORM = {"grant_type": "client_credentials", "token": "x" * 43}
TRIED: dict[str, dict[str, str]] = {
    "nobody": {},
    "a public client that is not known": {"client_id": "nobody"},
    "a secret in the body": {"client_id": "billing", "client_secret": "x" * 43},
    "an assertion": {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": "e30.e30.AAAA",
    },
}


@pytest.mark.parametrize("where", [TOKEN, PAR, REVOKE, INTROSPECT])
@pytest.mark.parametrize("brought", TRIED.values(), ids=TRIED.keys())
def test_15_5_2_every_401_has_a_challenge_however_the_client_tried(
    world: TokenWorld, where: str, brought: dict[str, str]
) -> None:
    answer = world.post(where, {**FORM, **brought}, None)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_who_is_let_in_is_not_challenged(world: TokenWorld) -> None:
    answer = world.post(TOKEN, FORM, "billing")
    assert (answer.status_code, "www-authenticate" in answer.headers) == (200, False)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_15_5_2_so_has_that_of_userinfo(world: TokenWorld, method: str) -> None:
    answer = world.ask(method, USERINFO)
    assert (answer.status_code, answer.headers["www-authenticate"][:7]) == (401, "Bearer ")


@pytest.mark.parametrize("path", EVERY)
def test_15_5_6_a_405_lists_the_methods_that_are_served_and_no_other(world: TokenWorld, path: str) -> None:
    statuses = {method: world.ask(method, path) for method in METHODS}
    allowed = statuses["BREW"].headers["allow"].split(", ")
    assert {method for method, answer in statuses.items() if answer.status_code != 405} == set(allowed)
    assert all(
        answer.headers["allow"].split(", ") == allowed for answer in statuses.values() if answer.status_code == 405
    )


@pytest.mark.parametrize("path", [path for path, endpoint in EVERY.items() if endpoint.cors])
def test_9_3_7_options_says_what_else_is_served(world: TokenWorld, path: str) -> None:
    answer = world.ask("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"]) == (204, world.ask("BREW", path).headers["allow"])


@pytest.mark.parametrize("path", [path for path, endpoint in EVERY.items() if "GET" in endpoint.methods])
def test_9_1_what_is_read_answers_head_too(world: TokenWorld, path: str) -> None:
    read, head = world.ask("GET", path), world.ask("HEAD", path)
    assert (head.status_code, head.headers.get("content-type")) == (read.status_code, read.headers.get("content-type"))
