"""ID tokens and userinfo (OpenID Connect Core 1.0 sections 2, 3.1.3, 5.3, 5.4, 5.5 and 12)."""

import orjson
import pytest

from ostiary.model.endpoints import USERINFO
from ostiary.model.reasons import Reason
from token_world import ADA, ORIGIN, START, TokenWorld, encoded, read, refused

FORM = ("content-type", "application/x-www-form-urlencoded")


def asked_for(**members: object) -> str:
    return orjson.dumps({"userinfo": {}, "id_token": {}, **members}, option=orjson.OPT_SORT_KEYS).decode()


def test_2_the_id_token(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="openid orders.read", nonce="n-0S6")
    id_token = world.decoded(tokens["id_token"])
    assert (id_token.header["alg"], id_token.header["typ"]) == ("ES256", "JWT")
    assert id_token.claims == {
        "iss": ORIGIN,
        "sub": "sub-ada",
        "aud": "site",
        "iat": START,
        "exp": START + 600,
        "auth_time": START,
        "acr": "pwd",
        "amr": ["pwd"],
        "sid": world.grant_of(tokens["access_token"]).session,
        "nonce": "n-0S6",
    }


def test_2_without_a_nonce_in_the_request_there_is_none_in_the_token(world: TokenWorld) -> None:
    assert "nonce" not in world.claims(world.tokens()["id_token"])


def test_3_1_3_3_only_openid_brings_an_id_token(world: TokenWorld) -> None:
    assert "id_token" not in world.tokens(scopes="profile orders.read")


def test_12_2_a_refreshed_id_token_is_of_the_same_sign_in(world: TokenWorld) -> None:
    tokens = world.tokens(nonce="n-0S6")
    first = world.claims(tokens["id_token"])
    world.later(100)
    again = world.claims(read(world.refresh(tokens["refresh_token"]))["id_token"])
    assert first.pop("nonce") == "n-0S6"
    assert again == {**first, "iat": START + 100, "exp": START + 700}


@pytest.mark.parametrize(
    ("scopes", "claims"),
    [
        ("openid", {}),
        ("openid profile", {"name": ADA.name, "preferred_username": ADA.login}),
        ("openid email", {"email": ADA.email}),
        ("openid profile email", {"name": ADA.name, "preferred_username": ADA.login, "email": ADA.email}),
    ],
)
def test_5_4_scopes_bring_their_claims_to_userinfo_and_not_to_the_id_token(
    world: TokenWorld, scopes: str, claims: dict[str, object]
) -> None:
    tokens = world.tokens(scopes=scopes)
    answer = world.userinfo(tokens["access_token"])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert read(answer) == {"sub": "sub-ada", **claims}
    assert not {"name", "email", "preferred_username"} & world.claims(tokens["id_token"]).keys()


def test_5_5_the_claims_parameter_brings_what_it_asks_for_to_where_it_asks(world: TokenWorld) -> None:
    claims = asked_for(userinfo={"name": None, "acr": {"essential": True}, "unknown": None}, id_token={"email": None})
    tokens = world.tokens(scopes="openid", claims=claims)
    assert read(world.userinfo(tokens["access_token"])) == {"sub": "sub-ada", "name": ADA.name, "acr": "pwd"}
    id_token = world.claims(tokens["id_token"])
    assert id_token["email"] == ADA.email
    assert "name" not in id_token


def test_5_3_2_a_claim_that_the_person_does_not_have_is_left_out(world: TokenWorld) -> None:
    world.change_person(email=None)
    assert read(world.userinfo(world.tokens(scopes="openid email")["access_token"])) == {"sub": "sub-ada"}


def test_5_3_a_token_without_openid_is_not_for_userinfo(world: TokenWorld) -> None:
    token = world.tokens(scopes="profile orders.read")["access_token"]
    answer = world.userinfo(token)
    assert refused(world, answer) == (403, "insufficient_scope", Reason.SCOPE_MISSING)
    assert 'scope="openid"' in answer.headers["www-authenticate"]


def test_5_3_a_client_that_acts_for_itself_has_no_userinfo(world: TokenWorld) -> None:
    assert refused(world, world.userinfo(world.own_token("robot")))[0] == 403


def test_5_3_1_the_token_comes_in_the_header_or_in_a_form(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    assert world.ask("POST", USERINFO, headers=[("authorization", f"bearer {token}")]).status_code == 200
    assert world.ask("POST", USERINFO, encoded({"access_token": token}), [FORM]).status_code == 200


def test_rfc6750_2_a_token_comes_once_and_never_in_the_uri(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    header = ("authorization", f"Bearer {token}")
    twice = world.ask("POST", USERINFO, encoded({"access_token": token}), [FORM, header])
    assert refused(world, twice) == (400, "invalid_request", Reason.TOKEN_REPEATED)
    for headers in ([], [header]):
        in_uri = world.ask("GET", f"{USERINFO}?access_token={token}", headers=headers)
        assert refused(world, in_uri) == (400, "invalid_request", Reason.TOKEN_REPEATED)
    two_headers = world.ask("GET", USERINFO, headers=[header, header])
    assert refused(world, two_headers) == (400, "invalid_request", Reason.PARAMETER_REPEATED)


def test_rfc6750_3_a_token_that_comes_in_no_such_way_is_challenged_too(world: TokenWorld) -> None:
    token = world.tokens()["access_token"]
    header = ("authorization", f"Bearer {token}")
    answer = world.ask("GET", f"{USERINFO}?access_token={token}", headers=[header])
    assert answer.status_code == 400
    assert 'Bearer realm="ostiary", error="invalid_request"' in answer.headers["www-authenticate"]
    assert "www-authenticate" not in world.ask("GET", USERINFO, headers=[header]).headers


@pytest.mark.parametrize("headers", [[], [("authorization", "Basic YTpi")], [("authorization", "Bearer")]])
def test_rfc6750_3_1_without_a_token_the_challenge_has_no_error(
    world: TokenWorld, headers: list[tuple[str, str]]
) -> None:
    answer = world.ask("GET", USERINFO, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="ostiary"'
    assert world.last_refusal().reason is Reason.TOKEN_MISSING


@pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 20000, "\xe9.\xe9.\xe9"])
def test_rfc6750_3_1_a_token_that_is_none_is_refused(world: TokenWorld, token: str) -> None:
    answer = world.ask("GET", USERINFO, headers=[("authorization", "Bearer " + token)])
    assert refused(world, answer) == (401, "invalid_token", Reason.TOKEN_MALFORMED)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_5_3_a_token_that_ended_is_refused(world: TokenWorld) -> None:
    revoked = (401, "invalid_token", Reason.TOKEN_REVOKED)
    expired, signed_out = world.tokens()["access_token"], world.tokens()["access_token"]
    world.end_session(world.claims(signed_out)["sid"])
    assert refused(world, world.userinfo(signed_out)) == revoked
    world.later(600)
    assert refused(world, world.userinfo(expired)) == (401, "invalid_token", Reason.TOKEN_EXPIRED)
    of_disabled = world.tokens()["access_token"]
    assert world.userinfo(of_disabled).status_code == 200
    world.change_person(disabled=True)
    assert refused(world, world.userinfo(of_disabled)) == revoked
