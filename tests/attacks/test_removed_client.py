"""What the contract has no more, a client or a scope of one, is worth nothing from the reload on."""

from exchange_world import CLIENTS, exchange, persons_token
from ostiary.model.endpoints import INTROSPECT
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


def test_a_scope_that_a_client_or_a_role_lost_is_told_of_no_token(world: TokenWorld) -> None:
    def told() -> str:
        return str(read(world.post(INTROSPECT, {"token": token}, "shop"))["scope"])

    token = world.tokens("site", "openid orders.read orders.write")["access_token"]
    assert told() == "openid orders.read orders.write"
    site = {**CONTRACT["clients"]["site"], "scopes": ["orders.read", "chat.use"]}
    world.adopt(clients={**CONTRACT["clients"], "site": site})
    assert told() == "openid orders.read"
    world.adopt(roles={"customer": ["orders.read", "chat.use"], "support": ["orders.write"]})
    assert told() == "openid orders.read"
    world.adopt()
    assert told() == "openid orders.read orders.write"


def test_nobody_acts_with_a_scope_that_the_client_lost(world: TokenWorld) -> None:
    """The service that would act has it still."""
    world.adopt(clients=CLIENTS)
    token = persons_token(world)
    assert read(exchange(world, token, scope="chat.use"))["scope"] == "chat.use"
    site = {**CONTRACT["clients"]["site"], "scopes": ["orders.read", "orders.write"]}
    world.adopt(clients={**CLIENTS, "site": site})
    assert refused(world, exchange(world, token, scope="chat.use"))[1:] == ("invalid_scope", Reason.SCOPE_NOT_ALLOWED)
    assert read(exchange(world, token))["scope"] == "orders.read"
