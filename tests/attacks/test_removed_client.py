"""A client that the contract has no more: what it was given is worth nothing from the reload on."""

from ostiary.model.reasons import Reason
from token_world import CONTRACT, TokenWorld, read, refused


def without(client: str) -> dict[str, object]:
    return {name: each for name, each in CONTRACT["clients"].items() if name != client}


def test_its_access_tokens_are_dead(world: TokenWorld) -> None:
    gone, stays = (world.tokens(client, "openid orders.read")["access_token"] for client in ("site", "other"))
    assert world.active(gone, "shop")
    world.adopt(clients=without("site"))
    assert not world.active(gone, "shop")
    assert refused(world, world.userinfo(gone)) == (401, "invalid_token", Reason.TOKEN_REVOKED)
    assert world.active(stays, "shop")
    assert world.userinfo(stays).status_code == 200


def test_its_refresh_tokens_are_nobodys(world: TokenWorld) -> None:
    token = world.tokens("site")["refresh_token"]
    world.adopt(clients=without("site"))
    assert refused(world, world.refresh(token, "site")) == (401, "invalid_client", Reason.CLIENT_UNKNOWN)
    assert refused(world, world.refresh(token, "other"))[2] is Reason.REFRESH_TOKEN_OF_ANOTHER_CLIENT


def test_a_scope_that_a_client_lost_is_gone_from_its_next_token(world: TokenWorld) -> None:
    tokens = world.tokens("site", "orders.read orders.write")
    site = {**CONTRACT["clients"]["site"], "scopes": ["orders.read", "chat.use"]}
    world.adopt(clients={**CONTRACT["clients"], "site": site})
    assert read(world.refresh(tokens["refresh_token"]))["scope"] == "orders.read"
