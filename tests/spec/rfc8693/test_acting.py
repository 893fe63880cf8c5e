"""Token exchange: a service goes on in the name of the person whose token it was given (RFC 8693)."""

import pytest

from exchange_world import CLIENTS, GRANT, TRUSTING, asking, exchange, exchanged, persons_token
from ostiary.issuer.exchange_request import ACCESS_TOKEN
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.endpoints import INTROSPECT, TOKEN
from ostiary.model.events.issuer import TokensIssued
from ostiary.model.reasons import Reason
from token_world import ORIGIN, SECRETS, TokenWorld, basic, encoded, read, refused

SHOP, CHAT = ORIGIN + "/shop", ORIGIN + "/chat"
PARAMETER = (400, "invalid_request", Reason.PARAMETER_INVALID)
NOT_REACHED = (400, "invalid_target", Reason.TARGET_NOT_REACHED)


@pytest.fixture(autouse=True)
def acting(world: TokenWorld) -> None:
    world.adopt(clients=CLIENTS)


def test_2_2_1_the_answer_is_an_access_token_and_no_refresh_token(world: TokenWorld) -> None:
    answer = exchange(world, persons_token(world))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    members = {name: value for name, value in read(answer).items() if name != "access_token"}
    assert members == {
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "chat.use orders.read",
    }


def test_4_1_the_person_stays_the_subject_and_the_service_is_the_actor(world: TokenWorld) -> None:
    token = persons_token(world)
    before, after = world.claims(token), world.claims(exchanged(world, token))
    assert after["act"] == {"sub": "shop"}
    assert after["client_id"] == "shop"
    for name in ("sub", "sid", "grant_id", "auth_time", "acr", "tenant", "roles", "iss"):
        assert after[name] == before[name]


def test_4_1_who_acted_before_is_kept_inside(world: TokenWorld) -> None:
    first = exchanged(world, persons_token(world))
    assert world.claims(exchanged(world, first, "chat"))["act"] == {"sub": "chat", "act": {"sub": "shop"}}
    issued = [event for event in world.events() if isinstance(event, TokensIssued)][-1]
    assert (issued.client, issued.grant_type, issued.subject) == ("chat", GRANT, "sub-ada")
    assert issued.actors == ("chat", "shop")


def test_4_4_a_token_for_one_acting_service_names_it(world: TokenWorld) -> None:
    assert world.claims(persons_token(world, "orders.read"))["may_act"] == {"sub": "shop"}
    assert "may_act" not in world.claims(persons_token(world, "orders.read chat.use"))
    world.adopt()
    assert "may_act" not in world.claims(persons_token(world, "orders.read"))


def test_7_introspection_tells_who_acts(world: TokenWorld) -> None:
    token = exchanged(world, persons_token(world), audience="chat")
    told = read(world.post(INTROSPECT, {"token": token}, "chat"))
    assert (told["act"], told["may_act"], told["sub"]) == ({"sub": "shop"}, {"sub": "chat"}, "sub-ada")


def test_2_1_audience_names_a_service_and_resource_its_address(world: TokenWorld) -> None:
    token = persons_token(world)
    by_name = world.claims(exchanged(world, token, audience="chat"))
    by_address = world.claims(exchanged(world, token, resource=CHAT))
    assert (by_name["aud"], by_name["scope"]) == (by_address["aud"], by_address["scope"]) == (CHAT, "chat.use")
    assert world.claims(exchanged(world, token))["aud"] == [CHAT, SHOP]


def test_2_1_more_than_one_audience_may_be_named(world: TokenWorld) -> None:
    twice = encoded(asking(persons_token(world), audience="chat")) + b"&audience=shop"
    answer = world.post(TOKEN, twice, None, authorization=basic("shop", SECRETS["shop"]))
    assert world.claims(read(answer)["access_token"])["aud"] == [CHAT, SHOP]


@pytest.mark.parametrize("target", [{"audience": "nobody"}, {"resource": "https://elsewhere.example/"}])
def test_2_2_2_an_unknown_target_is_refused(world: TokenWorld, target: dict[str, str]) -> None:
    assert refused(world, exchange(world, persons_token(world), **target)) == NOT_REACHED


def test_2_2_2_a_target_that_the_scopes_do_not_reach_is_refused(world: TokenWorld) -> None:
    token = persons_token(world, "orders.read")
    assert refused(world, exchange(world, token, audience="chat")) == NOT_REACHED
    assert exchange(world, token, audience="shop").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"actor_token": "a.b.c", "actor_token_type": ACCESS_TOKEN},
        {"actor_token_type": ACCESS_TOKEN},
    ],
)
def test_2_1_other_types_and_actor_tokens_are_refused(world: TokenWorld, changes: dict[str, str]) -> None:
    token = persons_token(world)
    assert refused(world, exchange(world, token, **changes)) == PARAMETER
    assert exchange(world, token, requested_token_type=ACCESS_TOKEN).status_code == 200


@pytest.mark.parametrize("name", ["subject_token", "subject_token_type"])
def test_2_1_what_is_required_has_to_be_there(world: TokenWorld, name: str) -> None:
    lacking = exchange(world, persons_token(world), **{name: None})
    assert refused(world, lacking) == (400, "invalid_request", Reason.PARAMETER_MISSING)


def test_the_token_lives_no_longer_than_the_one_it_came_of(world: TokenWorld) -> None:
    token = persons_token(world)
    world.later(400)
    answer = exchange(world, token)
    assert read(answer)["expires_in"] == 200
    assert world.claims(read(answer)["access_token"])["exp"] == world.claims(token)["exp"]


def test_a_service_that_shows_a_key_gets_a_token_that_is_bound_to_it(world: TokenWorld) -> None:
    key = SigningPrivateKey.generate()
    answer = world.post(TOKEN, asking(persons_token(world)), "shop", dpop=world.proof(key))
    assert read(answer)["token_type"] == "DPoP"
    assert "jkt" in world.claims(read(answer)["access_token"])["cnf"]


def test_a_bound_token_is_exchanged_where_the_contract_trusts_the_service_and_stays_bound(world: TokenWorld) -> None:
    theirs, own = SigningPrivateKey.generate(), SigningPrivateKey.generate()
    world.adopt(clients=TRUSTING)
    token = world.tokens("tab", "orders.read", theirs)["access_token"]
    unbound = exchange(world, token)
    assert refused(world, unbound) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    answer = world.post(TOKEN, asking(token), "shop", dpop=world.proof(own))
    after = world.claims(read(answer)["access_token"])
    assert after["cnf"] != world.claims(token)["cnf"]
    assert after["sub"] == "sub-ada"
