"""Assertions that another library signs, with every algorithm that the metadata names."""

import secrets

import pytest
from joserfc import jwt as peer
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from ostiary.model.algorithms import VERIFIED
from ostiary.model.endpoints import TOKEN
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import ASSERTION_TYPE, CONTRACT, ORIGIN, TokenWorld, refused

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
"""RFC 9864 gives it another name; clients go on using the old one."""

KEYS: dict[str, Key] = {
    "ES256": ECKey.generate_key("P-256"),
    "PS256": RSAKey.generate_key(2048),
    "RS256": RSAKey.generate_key(2048),
    "EdDSA": OKPKey.generate_key("Ed25519"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
}


def registered(world: TokenWorld, alg: str) -> None:
    """The client `robot` with this one key."""
    public = {**KEYS[alg].as_dict(private=False), "kid": "1", "alg": alg}
    robot = {"kind": "service", "scopes": ["orders.read"], "jwks": {"keys": [public]}}
    world.adopt(clients={**CONTRACT["clients"], "robot": robot})


def form(world: TokenWorld, signer: str, alg: str) -> dict[str, str]:
    claims = {
        "iss": "robot",
        "sub": "robot",
        "aud": ORIGIN,
        "jti": secrets.token_urlsafe(8),
        "exp": int(world.now) + 60,
    }
    header = {"alg": alg, "kid": "1", "typ": "client-authentication+jwt"}
    assertion = secret(peer.encode(header, claims, KEYS[signer], algorithms=[alg]))
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }


def test_the_table_has_what_the_metadata_names() -> None:
    assert set(KEYS) == set(VERIFIED)


@pytest.mark.parametrize("alg", KEYS)
def test_an_assertion_of_a_peer_proves_the_client(world: TokenWorld, alg: str) -> None:
    registered(world, alg)
    assert world.post(TOKEN, form(world, alg, alg), None).status_code == 200


@pytest.mark.parametrize(
    ("registered_for", "signed_with"), [("RS256", "PS256"), ("PS256", "RS256"), ("EdDSA", "Ed25519")]
)
def test_a_key_is_for_the_one_algorithm_that_it_names(world: TokenWorld, registered_for: str, signed_with: str) -> None:
    registered(world, registered_for)
    assert world.post(TOKEN, form(world, registered_for, registered_for), None).status_code == 200
    answer = world.post(TOKEN, form(world, registered_for, signed_with), None)
    assert refused(world, answer) == (401, "invalid_client", Reason.ASSERTION_INVALID)
