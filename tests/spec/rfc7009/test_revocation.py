"""The revocation endpoint (RFC 7009)."""

import pytest

from ostiary.model.endpoints import REVOKE
from ostiary.model.events.issuer import TokenRevocation
from ostiary.model.feed import GrantRevoked, TokenRevoked
from ostiary.model.reasons import Reason
from token_world import START, TokenWorld, refused


def feed(world: TokenWorld) -> list[object]:
    return [each.event for each in world.run(world.store.feed_since(0))]


def test_2_1_an_access_token_is_revoked_alone(world: TokenWorld) -> None:
    tokens = world.tokens()
    answer = world.post(REVOKE, {"token": tokens["access_token"]})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert world.refresh(tokens["refresh_token"]).status_code == 200
    assert feed(world)[-1] == TokenRevoked(world.claims(tokens["access_token"])["jti"], START + 600)


def test_2_1_a_refresh_token_goes_with_all_that_its_grant_issued(world: TokenWorld) -> None:
    tokens, others = world.tokens(), world.tokens()
    assert world.post(REVOKE, {"token": tokens["refresh_token"]}).status_code == 200
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert world.refresh(tokens["refresh_token"]).status_code == 400
    assert world.userinfo(others["access_token"]).status_code == 200
    assert feed(world)[-1] == GrantRevoked(world.grant_of(tokens["access_token"]).id, START + 86400)


def test_2_1_the_records_name_who_asked(world: TokenWorld) -> None:
    tokens = world.tokens()
    claims = world.claims(tokens["access_token"])
    world.post(REVOKE, {"token": tokens["access_token"]})
    world.post(REVOKE, {"token": tokens["refresh_token"]})
    seen = [event for event in world.events() if isinstance(event, TokenRevocation)]
    assert [(event.client, event.token, event.grant) for event in seen] == [
        ("site", claims["jti"], None),
        ("site", None, claims["grant_id"]),
    ]


@pytest.mark.parametrize("client", ["reader", "pages"])
def test_2_1_a_public_client_may_revoke_what_it_has(world: TokenWorld, client: str) -> None:
    tokens = world.tokens(client)
    assert world.post(REVOKE, {"token": tokens["access_token"]}, client).status_code == 200
    assert world.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_2_1_a_token_of_another_client_is_refused_and_lives_on(world: TokenWorld, which: str) -> None:
    tokens = world.tokens("site")
    for thief in ("other", "reader", "robot"):
        answer = world.post(REVOKE, {"token": tokens[which]}, thief)
        assert refused(world, answer) == (400, "invalid_grant", Reason.TOKEN_OF_ANOTHER_CLIENT)
    assert world.active(tokens[which])


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something", ""])
def test_2_1_the_hint_may_be_wrong(world: TokenWorld, hint: str) -> None:
    tokens = world.tokens()
    assert world.post(REVOKE, {"token": tokens["refresh_token"], "token_type_hint": hint}).status_code == 200
    assert not world.active(tokens["refresh_token"])


@pytest.mark.parametrize("token", ["x" * 43, "a.b.c", "..", "é", "x" * 20000])
def test_2_2_what_is_no_token_is_already_revoked(world: TokenWorld, token: str) -> None:
    before = len(world.events())
    assert world.post(REVOKE, {"token": token}).status_code == 200
    assert len(world.events()) == before


def test_2_2_a_second_revocation_answers_as_the_first(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    assert [world.post(REVOKE, {"token": token}).status_code for _ in range(2)] == [200, 200]


def test_2_2_an_expired_token_is_already_revoked(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    world.later(600)
    before = len(world.events())
    assert world.post(REVOKE, {"token": token}).status_code == 200
    assert len(world.events()) == before


def test_2_2_1_an_id_token_is_of_a_type_that_is_not_revoked(world: TokenWorld) -> None:
    answer = world.post(REVOKE, {"token": world.tokens()["id_token"]})
    assert refused(world, answer) == (400, "unsupported_token_type", Reason.TOKEN_TYPE_UNSUPPORTED)


def test_2_1_without_a_token_there_is_nothing_to_revoke(world: TokenWorld) -> None:
    assert refused(world, world.post(REVOKE, {})) == (400, "invalid_request", Reason.PARAMETER_MISSING)


def test_2_1_the_client_authenticates(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    assert world.post(REVOKE, {"token": token}, None).status_code == 401
    assert world.active(token)
