"""What the issuer says of the services (RFC 9728)."""

import pytest

from ostiary.model.endpoints import AUTHORIZATION_SERVER, PROTECTED_RESOURCE
from token_world import CONTRACT, ORIGIN, TokenWorld, read


@pytest.mark.parametrize(("service", "scopes"), [("shop", ["orders.read", "orders.write"]), ("chat", ["chat.use"])])
def test_2_each_service_has_a_document_at_the_path_of_its_audience(
    world: TokenWorld, service: str, scopes: list[str]
) -> None:
    answer = world.ask("GET", f"{PROTECTED_RESOURCE}/{service}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert read(answer) == {
        "resource": f"{ORIGIN}/{service}",
        "resource_name": service,
        "authorization_servers": [ORIGIN],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA", "Ed25519"],
    }


def test_3_3_the_resource_is_the_audience_of_its_tokens(world: TokenWorld) -> None:
    resource = read(world.ask("GET", f"{PROTECTED_RESOURCE}/chat"))["resource"]
    assert world.claims(world.tokens(scopes="chat.use")["access_token"])["aud"] == resource


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/shop/", "/SHOP"])
def test_3_what_is_no_service_has_no_document(world: TokenWorld, path: str) -> None:
    assert world.ask("GET", PROTECTED_RESOURCE + path).status_code == 404


def test_3_1_a_service_with_the_path_of_its_audience(world: TokenWorld) -> None:
    services = {
        "shop": {"url": "http://127.0.0.1:9001", "audience": ORIGIN + "/v1/orders"},
        "chat": {"url": "http://127.0.0.1:9002", "audience": "https://chat.elsewhere.example"},
    }
    world.adopt(services=services)
    assert read(world.ask("GET", f"{PROTECTED_RESOURCE}/v1/orders"))["resource"] == ORIGIN + "/v1/orders"
    assert world.ask("GET", f"{PROTECTED_RESOURCE}/shop").status_code == 404
    assert world.ask("GET", f"{PROTECTED_RESOURCE}/chat").status_code == 404
    assert world.ask("GET", PROTECTED_RESOURCE).status_code == 404


def test_3_2_a_service_without_scopes_says_nothing_of_them(world: TokenWorld) -> None:
    world.adopt(
        routes=[
            {"on": "GET /chat", "to": "chat", "public": True},
            {"on": "GET /orders", "to": "shop", "scope": "orders.read"},
        ]
    )
    chat, shop = (read(world.ask("GET", f"{PROTECTED_RESOURCE}/{name}")) for name in ("chat", "shop"))
    assert "scopes_supported" not in chat
    assert shop["scopes_supported"] == ["orders.read"]


def test_4_the_issuer_names_its_resources(world: TokenWorld) -> None:
    named = read(world.ask("GET", AUTHORIZATION_SERVER))["protected_resources"]
    assert named == [f"{ORIGIN}/{name}" for name in sorted(CONTRACT["services"])]
