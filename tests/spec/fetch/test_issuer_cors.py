"""Which scripts may read what the issuer answers (Fetch Standard section 3.3): those of clients with CORS, at the
endpoints that clients call."""

import pytest

from ostiary.model.endpoints import AUTHORIZATION_SERVER, GATEWAY_JWKS, INTROSPECT, JWKS, PAR, REVOKE, TOKEN, USERINFO
from token_world import TokenWorld

OURS = "https://pages.example"
SHARED = [TOKEN, PAR, REVOKE, USERINFO, JWKS, AUTHORIZATION_SERVER]
ALLOW = "access-control-allow-origin"


def asked(world: TokenWorld, method: str, path: str, *origins: str) -> dict[str, str]:
    return dict(world.ask(method, path, headers=[("origin", origin) for origin in origins]).headers)


@pytest.mark.parametrize("path", SHARED)
def test_a_page_of_a_client_may_read_the_answer(world: TokenWorld, path: str) -> None:
    headers = asked(world, "POST" if path in (TOKEN, PAR, REVOKE) else "GET", path, OURS)
    assert headers[ALLOW] == OURS
    assert headers["vary"] == "origin"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("path", SHARED)
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://pages.example.evil.example",
        "http://pages.example",
        "https://pages.example:8443",
        "https://PAGES.example",
        "https://site.example",
        "null",
        "*",
    ],
)
def test_a_page_of_anybody_else_may_not(world: TokenWorld, path: str, origin: str) -> None:
    """`site` is a client too, but of a kind whose browser calls its own origin."""
    headers = asked(world, "GET", path, origin)
    assert ALLOW not in headers
    assert headers["vary"] == "origin"
    assert ALLOW not in asked(world, "OPTIONS", path, origin)


def test_two_origins_are_none(world: TokenWorld) -> None:
    assert ALLOW not in asked(world, "GET", JWKS, OURS, OURS)


@pytest.mark.parametrize("path", [INTROSPECT, GATEWAY_JWKS])
def test_what_is_for_servers_is_not_for_scripts(world: TokenWorld, path: str) -> None:
    assert ALLOW not in asked(world, "GET", path, OURS)
    assert world.ask("OPTIONS", path, headers=[("origin", OURS)]).status_code == 405


def test_a_preflight_names_what_may_be_sent(world: TokenWorld) -> None:
    answer = world.ask("OPTIONS", TOKEN, headers=[("origin", OURS), ("access-control-request-method", "POST")])
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers[ALLOW] == OURS
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type, dpop"


def test_a_refusal_can_be_read_with_its_challenge(world: TokenWorld) -> None:
    headers = asked(world, "GET", USERINFO, OURS)
    assert headers[ALLOW] == OURS
    assert headers["access-control-expose-headers"] == "dpop-nonce, www-authenticate"
    assert "www-authenticate" in headers
