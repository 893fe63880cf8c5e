"""Token exchange: a partner's API key for a short access token (RFC 8693)."""

import pytest

from exchange_world import PARTNERS, exchange_key, given_key, kept
from ostiary.issuer.exchange_request import ACCESS_TOKEN
from ostiary.keys.api_key import revoke
from ostiary.model.endpoints import INTROSPECT
from ostiary.model.events.issuer import TokensIssued
from ostiary.model.feed import GrantRevoked, Numbered
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason
from rules_world import NOW, Rules
from token_world import ORIGIN, TokenWorld, read, refused


@pytest.fixture(autouse=True)
def partners(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)


def told(world: TokenWorld, token: str) -> dict[str, object]:
    """By introspection, to the service that the token is for."""
    return read(world.post(INTROSPECT, {"token": token}, "shop"))


def test_2_2_1_the_answer_is_a_short_access_token(world: TokenWorld) -> None:
    answer = exchange_key(world, given_key(world))
    assert answer.status_code == 200
    members = {name: value for name, value in read(answer).items() if name != "access_token"}
    assert members == {
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "chat.use orders.read",
    }
    claims = world.claims(read(answer)["access_token"])
    assert (claims["sub"], claims["client_id"], claims["tenant"], claims["roles"]) == (
        "acme",
        "acme",
        "acme",
        ["support"],
    )
    assert "act" not in claims
    assert "grant_id" not in claims


def test_2_1_scope_and_audience_narrow_it(world: TokenWorld) -> None:
    key = given_key(world)
    for narrowed in ({"scope": "orders.read"}, {"audience": "shop"}, {"resource": ORIGIN + "/shop"}):
        claims = world.claims(read(exchange_key(world, key, **narrowed))["access_token"])
        assert (claims["scope"], claims["aud"]) == ("orders.read", ORIGIN + "/shop")


def test_2_1_a_key_whose_scopes_its_client_has_lost_gives_nothing(world: TokenWorld) -> None:
    key = given_key(world, scopes="chat.use")
    assert exchange_key(world, key).status_code == 200
    world.adopt(clients={**PARTNERS, "acme": {**PARTNERS["acme"], "scopes": ["orders.read"]}})
    assert refused(world, exchange_key(world, key)) == (400, "invalid_scope", Reason.SCOPE_NOT_ALLOWED)


def test_the_token_ends_with_the_key(world: TokenWorld) -> None:
    answer = exchange_key(world, given_key(world, lifetime=100))
    assert read(answer)["expires_in"] == 100
    assert world.claims(read(answer)["access_token"])["exp"] == int(world.now) + 100


def test_the_use_of_the_key_is_remembered_and_the_token_is_recorded(world: TokenWorld) -> None:
    key = given_key(world)
    assert kept(world, key).used_at is None
    exchange_key(world, key)
    assert kept(world, key).used_at == int(world.now)
    issued = [event for event in world.events() if isinstance(event, TokensIssued)][-1]
    assert (issued.client, issued.subject, issued.actors) == ("acme", None, ())


def test_the_token_dies_with_the_key(world: TokenWorld) -> None:
    key, other = given_key(world), given_key(world)
    token, beside = (str(read(exchange_key(world, each))["access_token"]) for each in (key, other))
    assert told(world, token)["active"] is True
    world.commit(revoke(kept(world, key), int(world.now)))
    assert told(world, token) == {"active": False}
    assert told(world, beside)["active"] is True


def test_at_the_gateway_it_counts_as_the_key_and_dies_with_it(world: TokenWorld) -> None:
    partner = {"kind": "partner", "credential": "api-key", "scopes": ["things"], "roles": ["customer"]}
    routes = [{"on": "GET /things", "to": "api", "scope": "things", "bound": "api-key"}]
    rules = Rules(clients={"acme": partner}, routes=routes)
    token, beside = (rules.token("acme", client_id="acme", api_key=id) for id in ("a" * 12, "b" * 12))
    asked = rules.allowed("GET /things", token)
    assert asked.seen is not None
    assert (asked.seen.principal.binding, asked.seen.principal.subject) == (Binding.API_KEY, None)
    revoked = [event for event in revoke(kept(world, given_key(world)), NOW).feed if isinstance(event, GrantRevoked)]
    rules.revocations.apply([Numbered(1, revoked[0])])
    assert rules.reason("GET /things", token) is None
    same = rules.token("acme", client_id="acme", api_key=revoked[0].grant.removeprefix("api-key "))
    assert rules.reason("GET /things", same) is Reason.TOKEN_REVOKED
    assert rules.reason("GET /things", beside) is None
