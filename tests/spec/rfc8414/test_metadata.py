"""What the issuer says of itself is so (RFC 8414, OpenID Connect Discovery 1.0)."""

from urllib.parse import urlsplit

import pytest

from ostiary.model.endpoints import AUTHORIZATION_SERVER, GATEWAY_JWKS, JWKS, OPENID_CONFIGURATION, TOKEN
from token_world import CONTRACT, ORIGIN, TokenWorld, read


def metadata(world: TokenWorld) -> dict[str, object]:
    return read(world.ask("GET", AUTHORIZATION_SERVER))


def test_3_the_document_lies_under_both_names_and_may_be_cached(world: TokenWorld) -> None:
    answers = [world.ask("GET", path) for path in (AUTHORIZATION_SERVER, OPENID_CONFIGURATION)]
    assert answers[0].content == answers[1].content
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"].startswith("public, max-age=")


def test_2_required_members_and_the_issuer_to_the_letter(world: TokenWorld) -> None:
    told = metadata(world)
    assert told["issuer"] == ORIGIN
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["id_token_signing_alg_values_supported"] == ["ES256"]
    assert told["subject_types_supported"] == ["public"]
    assert {"openid", "profile", "email", "offline_access", "orders.read"} <= set(told["scopes_supported"])  # type: ignore[call-overload]


def test_2_every_endpoint_is_under_the_issuer_and_answers(world: TokenWorld) -> None:
    at_the_browser = {"authorization_endpoint", "end_session_endpoint"}
    named = {name: str(url) for name, url in metadata(world).items() if name.endswith(("_endpoint", "_uri"))}
    assert len(named) == 9
    for name, url in named.items():
        assert url.startswith(ORIGIN + "/")
        if name not in at_the_browser:
            assert world.ask("POST", urlsplit(url).path).status_code in {400, 401, 405}


def test_2_the_grants_that_are_named_are_the_grants_that_are_served(world: TokenWorld) -> None:
    named = metadata(world)["grant_types_supported"]
    assert isinstance(named, list)
    known = ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", *named]
    for grant_type in known:
        answer = world.post(TOKEN, {"grant_type": grant_type}, "robot")
        assert (read(answer).get("error") == "unsupported_grant_type") is (grant_type not in named)


def test_3_2_a_member_without_an_element_is_left_out(world: TokenWorld) -> None:
    assert "authorization_details_types_supported" not in metadata(world)
    assert [] not in metadata(world).values()
    world.adopt(details={"note": {"says": "Read {title}", "scope": "orders.read", "members": {"title": "text"}}})
    assert metadata(world)["authorization_details_types_supported"] == ["note"]


def test_2_introspection_is_for_clients_that_authenticate(world: TokenWorld) -> None:
    told = metadata(world)
    assert told["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic", "private_key_jwt"]
    assert told["token_endpoint_auth_methods_supported"] == ["none", "client_secret_basic", "private_key_jwt"]


def test_a_new_contract_brings_new_metadata(world: TokenWorld) -> None:
    assert metadata(world)["protected_resources"] == [ORIGIN + "/chat", ORIGIN + "/shop"]
    world.adopt(services={**CONTRACT["services"], "shop": {"url": "http://127.0.0.1:9001", "audience": "urn:shop"}})
    assert metadata(world)["protected_resources"] == [ORIGIN + "/chat", "urn:shop"]


@pytest.mark.parametrize("path", [JWKS, GATEWAY_JWKS])
def test_jwks_holds_public_keys_of_one_use_each(world: TokenWorld, path: str) -> None:
    answer = world.ask("GET", path)
    assert answer.headers["content-type"] == "application/jwk-set+json"
    (key,) = read(answer)["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["use"], key["alg"]) == ("EC", "sig", "ES256")


def test_the_gateways_key_is_not_the_issuers(world: TokenWorld) -> None:
    issuers, gateways = (read(world.ask("GET", path))["keys"][0]["kid"] for path in (JWKS, GATEWAY_JWKS))
    assert issuers != gateways
    assert world.decoded(world.own_token("billing")).header["kid"] == issuers


@pytest.mark.parametrize(
    "path", ["/", "/oauth", "/oauth/token/", "/.well-known/", "/.well-known/x", "/oauth/jwks.json"]
)
def test_what_is_not_there_is_a_problem_whichever_the_method(world: TokenWorld, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS", "BREW"):
        answer = world.ask(method, path)
        assert (answer.status_code, "allow" in answer.headers) == (404, False)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [AUTHORIZATION_SERVER, JWKS])
def test_a_document_is_only_read(world: TokenWorld, path: str) -> None:
    assert world.ask("HEAD", path).status_code == 200
    answer = world.ask("POST", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
