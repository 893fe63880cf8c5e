"""Access tokens (RFC 9068), read by a peer with the published keys."""

import pytest

from ostiary.issuer.access_token import require_access_token
from ostiary.keys.jwt import sign
from ostiary.model.endpoints import TOKEN
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason
from token_world import ORIGIN, START, TokenWorld, read


def test_2_1_the_header(world: TokenWorld) -> None:
    header = world.decoded(world.tokens()["access_token"]).header
    assert header.keys() == {"alg", "kid", "typ"}
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")


def test_2_2_the_claims_of_a_person(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="openid orders.read")
    claims = world.claims(tokens["access_token"])
    grant = world.grant_of(tokens["access_token"])
    assert {name: value for name, value in claims.items() if name != "jti"} == {
        "iss": ORIGIN,
        "sub": "sub-ada",
        "aud": ORIGIN + "/shop",
        "client_id": "site",
        "iat": START,
        "exp": START + 600,
        "scope": "openid orders.read",
        "auth_time": START,
        "acr": "pwd",
        "sid": grant.session,
        "grant_id": grant.id,
        "tenant": "acme",
        "roles": ["customer"],
    }
    assert len(claims["jti"]) >= 22


def test_2_2_the_claims_of_a_client_that_acts_for_itself(world: TokenWorld) -> None:
    claims = world.claims(world.own_token("robot"))
    assert {name: value for name, value in claims.items() if name != "jti"} == {
        "iss": ORIGIN,
        "sub": "robot",
        "aud": [ORIGIN + "/chat", ORIGIN + "/shop"],
        "client_id": "robot",
        "iat": START,
        "exp": START + 600,
        "scope": "chat.use orders.read",
        "tenant": "acme",
        "roles": ["support"],
    }


def test_a_client_without_tenant_and_roles_has_no_such_claims(world: TokenWorld) -> None:
    assert not {"tenant", "roles", "sid", "grant_id", "auth_time"} & world.claims(world.own_token("billing")).keys()


@pytest.mark.parametrize(
    ("scopes", "aud"),
    [
        ("openid orders.read orders.write", ORIGIN + "/shop"),
        ("chat.use", ORIGIN + "/chat"),
        ("orders.read chat.use", [ORIGIN + "/chat", ORIGIN + "/shop"]),
        ("openid profile", ORIGIN),
    ],
)
def test_3_the_audience_is_what_the_scopes_reach(world: TokenWorld, scopes: str, aud: object) -> None:
    assert world.claims(world.tokens(scopes=scopes)["access_token"])["aud"] == aud


def test_a_shorter_lifetime_of_the_contract_holds(world: TokenWorld) -> None:
    short = {"kind": "service", "scopes": ["orders.read"], "secret": "${env:billing}", "access_token_lifetime": "1m"}
    world.adopt(clients={"billing": short})
    answer = read(world.post(TOKEN, {"grant_type": "client_credentials"}, "billing"))
    assert answer["expires_in"] == 60
    assert world.claims(answer["access_token"])["exp"] == START + 60


def test_each_token_has_its_own_name(world: TokenWorld) -> None:
    assert len({world.claims(world.own_token("billing"))["jti"] for _ in range(5)}) == 5


def test_4_a_token_is_good_until_its_end_and_at_its_issuer_alone(world: TokenWorld) -> None:
    keys, token = world.desk.keys.at(world.now).published, world.own_token("billing")
    assert require_access_token(token, keys, ORIGIN, START + 599.9).client == "billing"
    with pytest.raises(InvalidToken) as refused:
        require_access_token(token, keys, ORIGIN, START + 600)
    assert refused.value.reason is Reason.TOKEN_EXPIRED
    with pytest.raises(InvalidToken) as refused:
        require_access_token(token, keys, ORIGIN + "/", START)
    assert refused.value.reason is Reason.TOKEN_ISSUER


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"])
def test_2_2_a_token_without_a_required_claim_is_malformed(world: TokenWorld, missing: str) -> None:
    current, claims = world.desk.keys.at(world.now), world.claims(world.own_token("billing"))
    whole = sign(claims, current.signing, "at+jwt")
    assert require_access_token(whole, current.published, ORIGIN, START).client == "billing"
    part = sign({name: value for name, value in claims.items() if name != missing}, current.signing, "at+jwt")
    with pytest.raises(InvalidToken) as refused:
        require_access_token(part, current.published, ORIGIN, START)
    assert refused.value.reason is Reason.TOKEN_MALFORMED


def test_5_an_id_token_is_no_access_token(world: TokenWorld) -> None:
    tokens = world.tokens()
    assert world.userinfo(tokens["access_token"]).status_code == 200
    assert world.userinfo(tokens["id_token"]).status_code == 401
    assert world.last_refusal().reason is Reason.TOKEN_MALFORMED
