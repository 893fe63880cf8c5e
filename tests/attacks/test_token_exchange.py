"""Token exchange gives nobody more than the token that was brought, and nothing to whom it was not for."""

import secrets

import pytest

from exchange_world import CLIENTS, exchange, exchanged, persons_token
from ostiary.issuer.exchange_grant import MOST_ACTORS
from ostiary.issuer.records import DisableClient
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign
from ostiary.model.endpoints import REVOKE
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import TokenWorld, refused

REVOKED = (400, "invalid_request", Reason.TOKEN_REVOKED)
NOT_FOR_IT = (400, "invalid_request", Reason.TOKEN_AUDIENCE)
WIDER = (400, "invalid_scope", Reason.SCOPE_NOT_ALLOWED)


@pytest.fixture(autouse=True)
def acting(world: TokenWorld) -> None:
    world.adopt(clients=CLIENTS)


def without_acting(client: str) -> dict[str, object]:
    changed = {name: value for name, value in CLIENTS[client].items() if name != "acts_for_people"}
    return {**CLIENTS, client: changed}


def test_a_scope_that_the_token_lacks_is_not_given(world: TokenWorld) -> None:
    token = persons_token(world, "orders.read")
    assert refused(world, exchange(world, token, scope="orders.read orders.write")) == WIDER
    assert world.claims(exchanged(world, token))["scope"] == "orders.read"
    both = persons_token(world, "orders.read orders.write")
    assert world.claims(exchanged(world, both, scope="orders.read orders.write"))["scope"] == "orders.read orders.write"


def test_a_scope_that_the_service_lacks_is_not_given(world: TokenWorld) -> None:
    token = persons_token(world, "orders.read orders.write chat.use")
    assert refused(world, exchange(world, token, "chat", scope="chat.use orders.write")) == WIDER
    assert world.claims(exchanged(world, token, "chat"))["scope"] == "chat.use orders.read"


def test_a_right_that_the_person_lost_is_not_given(world: TokenWorld) -> None:
    token = persons_token(world, "orders.read chat.use")
    assert world.active(token)
    world.adopt(clients=CLIENTS, roles={"customer": ["chat.use", "orders.write"], "support": ["orders.read"]})
    assert world.claims(exchanged(world, token))["scope"] == "chat.use"


def test_a_token_for_another_service_is_refused(world: TokenWorld) -> None:
    token = persons_token(world, "orders.read")
    assert refused(world, exchange(world, token, "chat")) == NOT_FOR_IT
    assert exchange(world, token, "shop").status_code == 200


@pytest.mark.parametrize("client", ["site", "robot", "billing"])
def test_a_client_that_the_contract_does_not_let_act_is_refused(world: TokenWorld, client: str) -> None:
    unauthorized = (400, "unauthorized_client", Reason.GRANT_TYPE_NOT_ALLOWED)
    assert refused(world, exchange(world, persons_token(world), client)) == unauthorized


def test_a_service_loses_its_right_to_act_with_the_contract(world: TokenWorld) -> None:
    token = persons_token(world)
    assert exchange(world, token).status_code == 200
    world.adopt(clients=without_acting("shop"))
    unauthorized = (400, "unauthorized_client", Reason.GRANT_TYPE_NOT_ALLOWED)
    assert refused(world, exchange(world, token)) == unauthorized


def test_a_token_that_names_another_actor_is_refused(world: TokenWorld) -> None:
    """It was made while the chat alone acted for people; the contract lets the shop act since then."""
    world.adopt(clients=without_acting("shop"))
    token = persons_token(world, "orders.read chat.use")
    world.adopt(clients=CLIENTS)
    assert world.claims(token)["may_act"] == {"sub": "chat"}
    assert refused(world, exchange(world, token, "shop")) == (400, "invalid_request", Reason.ACTOR_IS_ANOTHER)
    assert exchange(world, token, "chat").status_code == 200


def test_a_token_of_another_issuer_is_refused(world: TokenWorld) -> None:
    now = int(world.now)
    claims = world.claims(persons_token(world)) | {"jti": secrets.token_urlsafe(8)}
    signing = world.desk.keys.at(world.now).signing
    foreign = secret(sign(claims | {"iss": "https://evil.example"}, signing, "at+jwt"))
    assert refused(world, exchange(world, foreign)) == (400, "invalid_request", Reason.TOKEN_ISSUER)
    forged = secret(sign(claims, SigningPrivateKey.generate(), "at+jwt"))
    assert refused(world, exchange(world, forged)) == (400, "invalid_request", Reason.TOKEN_ALGORITHM)
    own = secret(sign(claims | {"iat": now}, signing, "at+jwt"))
    assert exchange(world, own).status_code == 200


def test_an_id_token_is_no_subject_token(world: TokenWorld) -> None:
    tokens = world.tokens("site", "openid orders.read")
    as_access_token = exchange(world, tokens["id_token"])
    assert refused(world, as_access_token) == (400, "invalid_request", Reason.TOKEN_MALFORMED)
    assert exchange(world, tokens["access_token"]).status_code == 200


def test_a_refresh_token_is_no_subject_token(world: TokenWorld) -> None:
    tokens = world.tokens("site", "openid orders.read")
    as_access_token = exchange(world, tokens["refresh_token"])
    assert refused(world, as_access_token) == (400, "invalid_request", Reason.TOKEN_MALFORMED)


def test_an_expired_token_is_refused(world: TokenWorld) -> None:
    token = persons_token(world)
    world.later(599)
    assert exchange(world, token).status_code == 200
    world.later(1)
    assert refused(world, exchange(world, token)) == (400, "invalid_request", Reason.TOKEN_EXPIRED)


def test_a_revoked_token_is_refused(world: TokenWorld) -> None:
    token = persons_token(world)
    assert exchange(world, token).status_code == 200
    assert world.post(REVOKE, {"token": token}, "site").status_code == 200
    assert refused(world, exchange(world, token)) == REVOKED


def test_what_was_exchanged_dies_with_the_persons_session(world: TokenWorld) -> None:
    token = persons_token(world)
    onward = exchanged(world, token)
    assert world.active(onward, "shop")
    world.end_session(world.claims(token)["sid"])
    assert not world.active(onward, "shop")
    assert refused(world, exchange(world, onward, "chat")) == REVOKED
    assert refused(world, exchange(world, token)) == REVOKED


def test_what_was_exchanged_dies_with_the_persons_grant(world: TokenWorld) -> None:
    tokens = world.tokens("site", "openid orders.read")
    onward = exchanged(world, tokens["access_token"])
    assert world.active(onward, "shop")
    assert world.post(REVOKE, {"token": tokens["refresh_token"]}, "site").status_code == 200
    assert not world.active(onward, "shop")
    assert refused(world, exchange(world, onward)) == REVOKED


def test_what_was_exchanged_is_exchanged_no_more_when_the_first_client_is_gone(world: TokenWorld) -> None:
    onward = exchanged(world, persons_token(world))
    assert exchange(world, onward, "chat").status_code == 200
    world.adopt(clients={name: each for name, each in CLIENTS.items() if name != "site"})
    assert refused(world, exchange(world, onward, "chat")) == REVOKED
    world.adopt(clients=CLIENTS)
    world.commit(Plan(writes=(DisableClient(ClientId("site"), int(world.now)),)))
    assert refused(world, exchange(world, onward, "chat")) == REVOKED


def test_a_token_of_a_client_that_acts_for_itself_is_no_persons(world: TokenWorld) -> None:
    own = world.own_token("shop")
    assert refused(world, exchange(world, own)) == (400, "invalid_request", Reason.SUBJECT_IS_NO_PERSON)


def test_a_chain_of_actors_ends(world: TokenWorld) -> None:
    token = persons_token(world)
    for turn in range(MOST_ACTORS):
        token = exchanged(world, token, ("shop", "chat")[turn % 2])
    assert refused(world, exchange(world, token)) == (400, "invalid_request", Reason.ACTORS_TOO_MANY)


def test_a_token_that_is_bound_to_somebody_elses_key_is_refused(world: TokenWorld) -> None:
    bound = world.tokens("tab", "orders.read", SigningPrivateKey.generate())["access_token"]
    assert refused(world, exchange(world, bound)) == (400, "invalid_request", Reason.SUBJECT_TOKEN_BOUND)
    bearer = world.tokens("pages", "orders.read")["access_token"]
    assert exchange(world, bearer).status_code == 200
