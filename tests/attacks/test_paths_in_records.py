"""What a stranger writes into a request does not get into the records."""

import pytest

from ostiary.audit.encode import encode
from ostiary.model.endpoints import JWKS
from token_world import TokenWorld


@pytest.mark.parametrize("path", ["/ada@example.com", "/oauth/token/s3cret-in-a-path", "/%0a%0dforged", "/%1b[2J"])
def test_a_path_of_ours_is_recorded_and_any_other_is_unknown(world: TokenWorld, path: str) -> None:
    world.ask("GET", path)
    assert world.last_refusal().endpoint == "unknown"
    world.ask("POST", JWKS)
    assert world.last_refusal().endpoint == JWKS


def test_an_unknown_client_is_not_recorded_by_the_name_that_it_gave(world: TokenWorld) -> None:
    world.post("/oauth/token", {"grant_type": "client_credentials", "client_id": "my-password-by-mistake"}, None)
    assert world.last_refusal().client is None
    assert not any(b"my-password-by-mistake" in encode(event) for event in world.events())


def test_an_address_is_recorded_as_a_pseudonym_that_the_key_finds_again(world: TokenWorld) -> None:
    world.ask("GET", "/nothing")
    assert not any(b"192.0.2.7" in encode(event) for event in world.events())
    assert world.last_refusal().peer == world.desk.pseudonym("192.0.2.7")
