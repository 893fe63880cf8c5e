"""What a client that registers itself signs with (OpenID Connect Dynamic Client Registration 1.0 section 2)."""

import pytest

from registration_world import RegistrationWorld
from token_world import BANK

KEYED = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [BANK.public.to_jwk()]}}


@pytest.mark.parametrize("member", ["token_endpoint_auth_signing_alg", "request_object_signing_alg"])
def test_2_its_keys_say_by_which_algorithm_and_not_what_it_registers(open_door: RegistrationWorld, member: str) -> None:
    known = open_door.registered(**KEYED, **{member: "PS256"})
    assert member not in known
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    client = known["client_id"]
    proof = open_door.assertion(BANK, iss=client, sub=client)
    asked = {"token": "x" * 43, "client_assertion_type": kind, "client_assertion": proof}
    assert open_door.post("/oauth/introspect", asked, None).json() == {"active": False}
    assert open_door.register(**KEYED, **{member: "none"}).status_code == 400
