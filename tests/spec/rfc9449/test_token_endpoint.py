"""Tokens that are bound to a key, from the issuer's endpoints (RFC 9449 sections 5, 6, 8 and 10)."""

from typing import Any

import pytest

from ostiary.keys.dpop import key_thumbprint, token_digest
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model import endpoints
from ostiary.model.endpoints import INTROSPECT, PAR, TOKEN, USERINFO
from ostiary.model.errors import BEARER, DPOP
from ostiary.model.reasons import Reason
from token_world import CONTRACT, ORIGIN, TokenWorld, read, refused
from used_proofs import proof

KEY = SigningPrivateKey.generate()
OTHER = SigningPrivateKey.generate()
OWN = {"grant_type": "client_credentials"}


def jkt(key: SigningPrivateKey = KEY) -> str:
    return key_thumbprint(key.public)


@pytest.mark.parametrize("client", ["phone", "tab", "reader", "site"])
def test_5_a_token_request_with_a_proof_gives_a_bound_token(world: TokenWorld, client: str) -> None:
    tokens = world.tokens(client, key=KEY)
    assert tokens["token_type"] == DPOP
    assert world.claims(tokens["access_token"])["cnf"] == {"jkt": jkt()}
    assert "refresh_token" in tokens


def test_5_without_one_a_client_of_a_kind_that_needs_none_gets_a_bearer_token(world: TokenWorld) -> None:
    tokens = world.tokens("site")
    assert tokens["token_type"] == BEARER
    assert "cnf" not in world.claims(tokens["access_token"])


@pytest.mark.parametrize("client", ["phone", "tab"])
def test_5_a_kind_whose_tokens_are_bound_needs_a_proof(world: TokenWorld, client: str) -> None:
    code = world.code(client)
    answer = world.exchange(code, client)
    assert refused(world, answer) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert "DPoP" in answer.json()["error_description"]
    assert world.exchange(code, client, KEY).status_code == 200


def test_5_a_client_that_acts_for_itself_needs_a_proof_where_its_profile_says_so(world: TokenWorld) -> None:
    world.adopt(clients={**CONTRACT["clients"], "robot": {**CONTRACT["clients"]["robot"], "profile": "fapi2"}})
    answer = world.post(TOKEN, OWN, "robot")
    assert refused(world, answer) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert world.post(TOKEN, OWN, "robot", dpop=world.proof(KEY)).status_code == 200


def test_5_a_client_that_acts_for_itself_binds_its_token(world: TokenWorld) -> None:
    answer = read(world.post(TOKEN, OWN, "robot", dpop=world.proof(KEY)))
    assert answer["token_type"] == DPOP
    assert world.claims(answer["access_token"])["cnf"] == {"jkt": jkt()}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"htm": "GET"}, Reason.PROOF_METHOD),
        ({"htu": ORIGIN + INTROSPECT}, Reason.PROOF_URI),
        ({"iat": 1}, Reason.PROOF_STALE),
        ({"header_typ": "JWT"}, Reason.PROOF_MALFORMED),
        ({"header_alg": "none"}, Reason.PROOF_ALGORITHM),
        ({"header_jwk": dict(OTHER.public.members)}, Reason.PROOF_SIGNATURE),
    ],
)
def test_5_a_proof_that_does_not_hold_is_refused(world: TokenWorld, changes: dict[str, Any], reason: Reason) -> None:
    answer = world.post(TOKEN, OWN, "robot", dpop=world.proof(KEY, **changes))
    assert refused(world, answer) == (400, "invalid_dpop_proof", reason)
    assert world.post(TOKEN, OWN, "robot", dpop=world.proof(KEY)).status_code == 200


def test_8_without_a_nonce_of_ours_the_answer_brings_one(world: TokenWorld) -> None:
    answer = world.post(TOKEN, OWN, "robot", dpop=world.proof(KEY, nonce=None))
    assert refused(world, answer) == (400, "use_dpop_nonce", Reason.PROOF_NONCE)
    again = world.post(TOKEN, OWN, "robot", dpop=world.proof(KEY, nonce=answer.headers["dpop-nonce"]))
    assert again.status_code == 200
    assert "dpop-nonce" not in again.headers


def test_8_2_with_an_ageing_nonce_the_answer_brings_the_next(world: TokenWorld) -> None:
    brought = world.proof(KEY)
    world.later(60)
    answer = world.post(TOKEN, OWN, "robot", dpop=brought)
    assert answer.status_code == 200
    assert answer.headers["dpop-nonce"]


def test_11_1_a_proof_is_good_once(world: TokenWorld) -> None:
    brought = world.proof(KEY)
    assert world.post(TOKEN, OWN, "robot", dpop=brought).status_code == 200
    answer = world.post(TOKEN, OWN, "robot", dpop=brought)
    assert refused(world, answer) == (400, "invalid_dpop_proof", Reason.PROOF_REPLAYED)


def test_5_a_refresh_token_of_a_public_client_is_good_with_its_key(world: TokenWorld) -> None:
    tokens = world.tokens("phone", key=KEY)
    successor = read(world.refresh(tokens["refresh_token"], "phone", KEY))
    assert successor["token_type"] == DPOP
    assert world.claims(successor["access_token"])["cnf"] == {"jkt": jkt()}
    assert world.refresh(successor["refresh_token"], "phone", KEY).status_code == 200


def test_another_key_ends_the_family(world: TokenWorld) -> None:
    tokens = world.tokens("phone", key=KEY)
    answer = world.refresh(tokens["refresh_token"], "phone", OTHER)
    assert refused(world, answer) == (400, "invalid_grant", Reason.PROOF_KEY)
    answer = world.refresh(tokens["refresh_token"], "phone", KEY)
    assert refused(world, answer) == (400, "invalid_grant", Reason.GRANT_REVOKED)
    assert world.refresh(world.tokens("phone", key=KEY)["refresh_token"], "phone", KEY).status_code == 200


def test_a_refresh_without_a_proof_is_refused_and_ends_nothing(world: TokenWorld) -> None:
    tokens = world.tokens("phone", key=KEY)
    answer = world.refresh(tokens["refresh_token"], "phone")
    assert refused(world, answer) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert world.refresh(tokens["refresh_token"], "phone", KEY).status_code == 200


@pytest.mark.parametrize("minutes", [0, 1, 600])
def test_a_lost_answer_comes_again_with_the_same_key(world: TokenWorld, minutes: int) -> None:
    token = world.tokens("phone", "openid offline_access orders.read", KEY)["refresh_token"]
    lost = read(world.refresh(token, "phone", KEY))
    world.later(60 * minutes)
    again = read(world.refresh(token, "phone", KEY))
    assert again["refresh_token"] == lost["refresh_token"]
    assert world.refresh(again["refresh_token"], "phone", KEY).status_code == 200


def test_a_spent_token_whose_successor_was_used_ends_the_family(world: TokenWorld) -> None:
    first = world.tokens("phone", key=KEY)["refresh_token"]
    second = read(world.refresh(first, "phone", KEY))["refresh_token"]
    third = read(world.refresh(second, "phone", KEY))["refresh_token"]
    answer = world.refresh(first, "phone", KEY)
    assert refused(world, answer) == (400, "invalid_grant", Reason.REFRESH_TOKEN_REPLAYED)
    assert world.refresh(third, "phone", KEY).status_code == 400


def test_a_lost_answer_with_another_key_ends_the_family(world: TokenWorld) -> None:
    token = world.tokens("phone", key=KEY)["refresh_token"]
    successor = read(world.refresh(token, "phone", KEY))["refresh_token"]
    assert world.refresh(token, "phone", OTHER).status_code == 400
    assert world.refresh(successor, "phone", KEY).status_code == 400


def test_5_a_client_that_authenticates_may_change_its_key(world: TokenWorld) -> None:
    tokens = world.tokens("site", key=KEY)
    answer = read(world.refresh(tokens["refresh_token"], "site", OTHER))
    assert world.claims(answer["access_token"])["cnf"] == {"jkt": jkt(OTHER)}


def test_6_2_introspection_tells_the_key(world: TokenWorld) -> None:
    token = world.tokens("site", key=KEY)["access_token"]
    told = read(world.post(INTROSPECT, {"token": token}, "site"))
    assert (told["token_type"], told["cnf"]) == (DPOP, {"jkt": jkt()})
    plain = read(world.post(INTROSPECT, {"token": world.tokens("site")["access_token"]}, "site"))
    assert plain["token_type"] == BEARER
    assert "cnf" not in plain


def info(world: TokenWorld, token: str, scheme: str = DPOP, key: SigningPrivateKey | None = KEY, **changes: Any) -> Any:
    fields = [("authorization", f"{scheme} {token}")]
    if key is not None:
        made = proof(key, "GET", ORIGIN + USERINFO, world.now, token, **changes)
        fields.append(("dpop", made))
    return world.ask("GET", USERINFO, headers=fields)


def test_7_userinfo_takes_a_bound_token_with_its_proof(world: TokenWorld) -> None:
    token = world.tokens("phone", key=KEY)["access_token"]
    assert info(world, token).status_code == 200
    for answer, code in (
        (info(world, token, key=None), "invalid_dpop_proof"),
        (info(world, token, key=OTHER), "invalid_dpop_proof"),
        (info(world, token, ath=token_digest("another")), "invalid_dpop_proof"),
        (info(world, token, BEARER), "invalid_token"),
        (info(world, token, nonce=None), "use_dpop_nonce"),
    ):
        assert (answer.status_code, read(answer)["error"]) == (401, code)
    plain = world.tokens("site")["access_token"]
    assert info(world, plain).status_code == 401
    assert info(world, plain, BEARER, None).status_code == 200


def test_10_a_code_is_good_with_the_key_that_the_request_named(world: TokenWorld) -> None:
    code = world.code("phone", code_key=jkt())
    answer = world.exchange(code, "phone", OTHER)
    assert refused(world, answer) == (400, "invalid_grant", Reason.PROOF_KEY)
    assert world.exchange(code, "phone", KEY).status_code == 200


@pytest.mark.parametrize("named", ["short", "x" * 44])
def test_10_a_name_that_is_no_thumbprint_is_refused(world: TokenWorld, named: str) -> None:
    answer = world.post(PAR, push() | {"dpop_jkt": named}, "phone")
    assert read(answer)["error"] == "invalid_request"
    assert world.post(PAR, push() | {"dpop_jkt": jkt()}, "phone").status_code == 201


def test_10_1_the_proof_of_a_push_names_the_key(world: TokenWorld) -> None:
    made = world.proof(KEY, PAR)
    assert world.post(PAR, push() | {"dpop_jkt": jkt()}, "phone", dpop=made).status_code == 201
    answer = world.post(PAR, push() | {"dpop_jkt": jkt(OTHER)}, "phone", dpop=world.proof(KEY, PAR))
    assert refused(world, answer) == (400, "invalid_dpop_proof", Reason.PROOF_KEY)


def push() -> dict[str, str]:
    return {
        "response_type": "code",
        "redirect_uri": "com.example.phone:/callback",
        "scope": "openid orders.read",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }


def test_5_1_the_metadata_names_the_algorithms(world: TokenWorld) -> None:
    metadata = read(world.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert "ES256" in metadata["dpop_signing_alg_values_supported"]
    assert "none" not in metadata["dpop_signing_alg_values_supported"]


def test_the_digest_of_a_token() -> None:
    """RFC 9449 section 7.1, figure 13."""
    assert token_digest("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU") == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
