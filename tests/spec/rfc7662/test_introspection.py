"""The introspection endpoint (RFC 7662)."""

import pytest

from ostiary.model.endpoints import INTROSPECT
from ostiary.model.events.issuer import TokenIntrospected
from ostiary.model.reasons import Reason
from token_world import ORIGIN, START, TokenWorld, read, refused


def told(world: TokenWorld, token: str, client: str = "site") -> dict[str, object]:
    answer = world.post(INTROSPECT, {"token": token}, client)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return read(answer)


def test_2_2_a_living_access_token(world: TokenWorld) -> None:
    token = world.tokens(scopes="openid orders.read")["access_token"]
    members = told(world, token)
    claims = {name: value for name, value in world.claims(token).items() if name != "grant_id"}
    assert members == {"active": True, "token_type": "Bearer", **claims}


def test_2_2_a_living_refresh_token(world: TokenWorld) -> None:
    token = world.tokens(scopes="openid orders.read")["refresh_token"]
    assert told(world, token) == {
        "active": True,
        "iss": ORIGIN,
        "sub": "sub-ada",
        "client_id": "site",
        "iat": START,
        "exp": START + 12 * 3600,
        "scope": "openid orders.read",
    }


def test_2_2_a_spent_refresh_token_lives_no_more(world: TokenWorld) -> None:
    old = world.tokens()["refresh_token"]
    new = read(world.refresh(old))["refresh_token"]
    assert told(world, old) == {"active": False}
    assert told(world, new)["active"] is True


@pytest.mark.parametrize("token", ["x" * 43, "a.b.c", "é", "x" * 20000])
def test_2_2_what_is_no_token_is_told_nothing_of(world: TokenWorld, token: str) -> None:
    assert told(world, token) == {"active": False}


def test_2_2_an_expired_token_is_told_nothing_of(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="offline_access orders.read")
    world.later(599)
    assert told(world, tokens["access_token"])["active"] is True
    world.later(1)
    assert told(world, tokens["access_token"]) == {"active": False}
    world.later(12 * 3600 - 601)
    assert told(world, tokens["refresh_token"])["active"] is True
    world.later(1)
    assert told(world, tokens["refresh_token"]) == {"active": False}


def test_2_2_an_id_token_is_no_token_here(world: TokenWorld) -> None:
    assert told(world, world.tokens()["id_token"]) == {"active": False}


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_4_a_client_learns_nothing_of_a_token_of_another(world: TokenWorld, which: str) -> None:
    token = world.tokens("site")[which]
    for curious in ("other", "agency", "robot", "billing"):
        assert told(world, token, curious) == {"active": False}
    assert told(world, token, "site")["active"] is True


def test_4_a_service_sees_the_access_tokens_that_are_for_it(world: TokenWorld) -> None:
    """The client `shop` is the service `shop`; the refresh token is not for it."""
    tokens = world.tokens("site", "openid orders.read")
    assert told(world, tokens["access_token"], "shop")["sub"] == "sub-ada"
    assert told(world, tokens["refresh_token"], "shop") == {"active": False}
    chat = world.tokens("site", "chat.use")["access_token"]
    assert told(world, chat, "shop") == {"active": False}
    both = world.tokens("site", "orders.read chat.use")["access_token"]
    assert told(world, both, "shop")["active"] is True


def test_2_1_a_client_of_another_kind_with_the_name_of_a_service_is_not_it(world: TokenWorld) -> None:
    token = world.tokens("site", "orders.read")["access_token"]
    web = {"kind": "web", "redirect_uris": ["https://s.example/"], "scopes": ["orders.read"], "secret": "${env:shop}"}
    world.adopt(clients={"shop": web})
    assert told(world, token, "shop") == {"active": False}


@pytest.mark.parametrize("client", ["reader", "pages", "phone"])
def test_2_1_a_public_client_may_not_ask(world: TokenWorld, client: str) -> None:
    answer = world.post(INTROSPECT, {"token": "x" * 43}, client)
    assert refused(world, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_MISSING)


def test_2_1_who_does_not_authenticate_may_not_ask(world: TokenWorld) -> None:
    assert world.post(INTROSPECT, {"token": world.tokens()["access_token"]}, None).status_code == 401


def test_2_1_without_a_token_there_is_nothing_to_tell(world: TokenWorld) -> None:
    assert refused(world, world.post(INTROSPECT, {})) == (400, "invalid_request", Reason.PARAMETER_MISSING)


def test_what_was_told_is_recorded(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    told(world, token)
    told(world, "x" * 43)
    seen = [event for event in world.events() if isinstance(event, TokenIntrospected)]
    assert [(event.client, event.active, event.token) for event in seen] == [
        ("site", True, world.claims(token)["jti"]),
        ("site", False, None),
    ]
