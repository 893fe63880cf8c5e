"""Token exchange gives nobody more than the token that was brought, and nothing to whom it was not for."""

import secrets

import httpx
import pytest

from exchange_world import CLIENTS, PARTNERS, asking, exchange, exchange_key, exchanged, given_key, kept, persons_token
from ostiary.issuer.exchange_grant import MOST_ACTORS
from ostiary.issuer.records import DisableClient
from ostiary.keys.api_key import AddApiKey, ApiKey, draw, id_of, revoke
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.hashing import token_hash
from ostiary.keys.jwt import sign
from ostiary.model.endpoints import REVOKE, TOKEN
from ostiary.model.ids import ClientId, TokenHash
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import ASSERTION_TYPE, ROBOT, TokenWorld, read, refused

REVOKED = (400, "invalid_request", Reason.TOKEN_REVOKED)
NOT_FOR_IT = (400, "invalid_request", Reason.TOKEN_AUDIENCE)
WIDER = (400, "invalid_scope", Reason.SCOPE_NOT_ALLOWED)


@pytest.fixture(autouse=True)
def acting(world: TokenWorld) -> None:
    world.adopt(clients=CLIENTS)


def without_acting() -> dict[str, object]:
    changed = {name: value for name, value in CLIENTS["shop"].items() if name != "acts_for_people"}
    return {**CLIENTS, "shop": changed}


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
    world.adopt(clients=without_acting())
    unauthorized = (400, "unauthorized_client", Reason.GRANT_TYPE_NOT_ALLOWED)
    assert refused(world, exchange(world, token)) == unauthorized


def test_a_token_that_names_another_actor_is_refused(world: TokenWorld) -> None:
    """It was made while the chat alone acted for people; the contract lets the shop act since then."""
    world.adopt(clients=without_acting())
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


@pytest.mark.parametrize("gone", ["site", "shop"])
def test_what_was_exchanged_dies_with_each_client_that_it_stands_on(world: TokenWorld, gone: str) -> None:
    """The one at which the person signed in, and the service that acted before."""
    onward = exchanged(world, exchanged(world, persons_token(world)), "chat")
    assert world.active(onward, "chat")
    assert exchange(world, onward, "chat").status_code == 200
    world.adopt(clients={name: each for name, each in CLIENTS.items() if name != gone})
    assert not world.active(onward, "chat")
    assert refused(world, exchange(world, onward, "chat")) == REVOKED
    world.adopt(clients=CLIENTS)
    assert world.active(onward, "chat")
    world.commit(Plan(writes=(DisableClient(ClientId(gone), int(world.now)),)))
    assert not world.active(onward, "chat")
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


def test_a_service_whose_tokens_are_bound_gets_no_other_by_acting(world: TokenWorld) -> None:
    """The profile of FAPI binds all that a client gets."""
    keyed = {name: value for name, value in CLIENTS["shop"].items() if name != "secret"} | {
        "jwks": {"keys": [ROBOT.public.to_jwk()]}
    }

    def by_key(**headers: str) -> httpx.Response:
        assertion = world.assertion(ROBOT, iss="shop", sub="shop")
        form = asking(token) | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return world.post(TOKEN, form, None, **headers)

    token = persons_token(world, "orders.read")
    world.adopt(clients={**CLIENTS, "shop": keyed})
    assert read(by_key())["token_type"] == "Bearer"
    world.adopt(clients={**CLIENTS, "shop": {**keyed, "profile": "fapi2"}})
    assert refused(world, by_key()) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert read(by_key(dpop=world.proof(SigningPrivateKey.generate())))["token_type"] == "DPoP"


@pytest.mark.parametrize("text", ["x", "ostk_", "ostk_" + "0" * 38, "a.b.c"])
def test_what_is_no_key_gets_nothing(world: TokenWorld, text: str) -> None:
    world.adopt(clients=PARTNERS)
    assert refused(world, exchange_key(world, text)) == (400, "invalid_request", Reason.API_KEY_MALFORMED)


def test_a_key_that_nobody_was_given_gets_nothing(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    stranger = secret(draw(secrets.token_bytes).reveal())
    assert refused(world, exchange_key(world, stranger)) == (400, "invalid_request", Reason.API_KEY_UNKNOWN)
    assert exchange_key(world, given_key(world)).status_code == 200


def test_a_text_that_only_begins_like_a_key_when_hashed_gets_nothing(world: TokenWorld) -> None:
    """A key is called by the first bytes of its hash; who finds a text with the same ones has not found the key."""
    world.adopt(clients=PARTNERS)
    text, genuine = (secret(draw(secrets.token_bytes).reveal()) for _ in range(2))
    for key, hash in ((text, token_hash(text)[:6] + bytes(26)), (genuine, token_hash(genuine))):
        stored = ApiKey(
            id=id_of(TokenHash(hash)),
            hash=TokenHash(hash),
            client=ClientId("acme"),
            scopes=frozenset(),
            created_at=int(world.now),
            expires_at=int(world.now) + 60,
        )
        world.commit(Plan(writes=(AddApiKey(stored),)))
        assert exchange_key(world, key).status_code == (200 if key == genuine else 400)
    assert world.last_refusal().reason is Reason.API_KEY_UNKNOWN


def test_a_key_of_another_partner_gets_nothing(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    theirs = given_key(world, "zeta")
    of_another = (400, "invalid_request", Reason.API_KEY_OF_ANOTHER_CLIENT)
    assert refused(world, exchange_key(world, theirs, "acme")) == of_another
    assert exchange_key(world, theirs, "zeta").status_code == 200


def test_a_revoked_key_gets_nothing(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    key = given_key(world)
    assert exchange_key(world, key).status_code == 200
    world.commit(revoke(kept(world, key), int(world.now)))
    assert refused(world, exchange_key(world, key)) == (400, "invalid_request", Reason.API_KEY_UNKNOWN)


def test_an_expired_key_gets_nothing(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    key = given_key(world, lifetime=100)
    world.later(99)
    assert exchange_key(world, key).status_code == 200
    world.later(1)
    assert refused(world, exchange_key(world, key)) == (400, "invalid_request", Reason.API_KEY_EXPIRED)


def test_a_key_of_a_client_that_left_gets_nothing(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    key = given_key(world)
    token = str(read(exchange_key(world, key))["access_token"])
    assert world.active(token, "shop")
    world.adopt(clients=CLIENTS)
    assert refused(world, exchange_key(world, key)) == (401, "invalid_client", Reason.CLIENT_UNKNOWN)
    assert not world.active(token, "shop")
    world.adopt(clients=PARTNERS)
    world.commit(Plan(writes=(DisableClient(ClientId("acme"), int(world.now)),)))
    assert refused(world, exchange_key(world, key)) == (401, "invalid_client", Reason.CLIENT_DISABLED)


def test_a_key_from_another_network_gets_nothing(world: TokenWorld) -> None:
    near, far = "192.0.2.0/24", "203.0.113.0/24"
    world.adopt(clients=PARTNERS)
    key = given_key(world, "zeta")
    for network, status in ((near, 200), (far, 401)):
        world.adopt(clients=PARTNERS | {"zeta": {**PARTNERS["zeta"], "allow_ips": [network]}})
        assert exchange_key(world, key, "zeta").status_code == status
    assert world.last_refusal().reason is Reason.ADDRESS_NOT_ALLOWED


def test_a_key_gives_no_scope_that_it_or_its_client_lacks(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    narrow, whole = given_key(world, scopes="orders.read"), given_key(world)
    assert refused(world, exchange_key(world, narrow, scope="orders.read chat.use")) == WIDER
    assert read(exchange_key(world, narrow))["scope"] == "orders.read"
    assert read(exchange_key(world, whole, scope="orders.read chat.use"))["scope"] == "chat.use orders.read"
    assert refused(world, exchange_key(world, whole, scope="orders.write")) == WIDER


def test_a_key_is_exchanged_for_partners_and_a_persons_token_for_services(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    unauthorized = (400, "unauthorized_client")
    by_service = exchange_key(world, given_key(world), "shop")
    assert refused(world, by_service) == (*unauthorized, Reason.GRANT_TYPE_NOT_ALLOWED)
    by_partner = exchange(world, persons_token(world), "acme")
    assert refused(world, by_partner) == (*unauthorized, Reason.ACTING_NOT_ALLOWED)


def test_what_a_key_was_exchanged_for_is_not_exchanged_on(world: TokenWorld) -> None:
    world.adopt(clients=PARTNERS)
    token = str(read(exchange_key(world, given_key(world)))["access_token"])
    assert refused(world, exchange(world, token)) == (400, "invalid_request", Reason.SUBJECT_IS_NO_PERSON)
    assert refused(world, exchange_key(world, token)) == (400, "invalid_request", Reason.API_KEY_MALFORMED)
