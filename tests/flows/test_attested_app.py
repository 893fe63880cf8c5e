"""An attested app before the running program: its fields pass the door, and the door has the key that it pins."""

import json
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.keys.pin import pin_of
from ostiary.model import endpoints
from running import Up
from secrets_seen import secret

ATTESTER, INSTANCE = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
SPARE = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
CONTRACT: Mapping[str, Any] = {
    "services": {"api": {"url": "http://127.0.0.1:9"}},
    "scopes": {"things.read": "See things"},
    "roles": {"reader": ["things.read"]},
    "attesters": {"shop": {"jwks": {"keys": [ATTESTER.as_dict(private=False)]}}},
    "pins": {"backup": [{"sha256": SPARE, "since": "2026-01-01"}], "expires": "2099-01-01"},
    "clients": {
        "app": {
            "kind": "mobile",
            "redirect_uris": ["com.example.shop:/cb"],
            "scopes": ["things.read"],
            "attester": "shop",
            "min_version": "2.4",
        }
    },
    "routes": [{"on": "GET /things", "to": "api", "scope": "things.read"}],
}
ASKED = {  # the challenge is that of RFC 7636 appendix B
    "client_id": "app",
    "response_type": "code",
    "redirect_uri": "com.example.shop:/cb",
    "scope": "things.read",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = Up(tmp_path_factory.mktemp("app"), CONTRACT).start("--workers", "2")
    yield running
    assert running.stop() == 0


def signed(typ: str, claims: Mapping[str, Any], key: ECKey) -> str:
    whole = {"iat": int(time.time()), **claims}
    return secret(jwt.encode({"alg": "ES256", "typ": typ}, whole, key, algorithms=["ES256"]))


def fields(up: Up, challenge: str, key: ECKey = INSTANCE) -> dict[str, str]:
    """Draft-ietf-oauth-attestation-based-client-auth-11 sections 4 and 5.1."""
    jwk = INSTANCE.as_dict(private=False)
    vouched = {"sub": "app", "exp": int(time.time()) + 300, "cnf": {"jwk": jwk}}
    proof = {"aud": up.origin, "jti": secrets.token_urlsafe(12), "challenge": challenge}
    return {
        "OAuth-Client-Attestation": signed("oauth-client-attestation+jwt", vouched, ATTESTER),
        "OAuth-Client-Attestation-PoP": signed("oauth-client-attestation-pop+jwt", proof, key),
        "X-App-Version": "2.4.1",
    }


def test_an_instance_pushes_its_request_once_and_nobody_else_does(up: Up) -> None:
    """Two workers: the second use is refused whichever gets it."""
    with closing(up.door()) as door:
        challenge = door.request("POST", endpoints.CHALLENGE).json()["attestation_challenge"]
        good = fields(up, challenge)
        assert door.post_form(endpoints.PAR, ASKED, good).status == 201
        for wrong in (good, fields(up, challenge, ECKey.generate_key("P-256")), {"X-App-Version": "2.4.1"}):
            refused = door.post_form(endpoints.PAR, ASKED, wrong)
            assert (refused.status, refused.json()["error"]) == (401, "invalid_client")


def test_a_first_try_without_a_challenge_is_told_one(up: Up) -> None:
    with closing(up.door()) as door:
        told = door.post_form(endpoints.PAR, ASKED, fields(up, "none yet"))
        assert (told.status, told.json()["error"]) == (400, "use_attestation_challenge")
        challenge = told.headers["oauth-client-attestation-challenge"]
        assert door.post_form(endpoints.PAR, ASKED, fields(up, challenge)).status == 201


def test_an_old_build_gets_426_from_the_issuer_through_the_door(up: Up) -> None:
    with closing(up.door()) as door:
        challenge = door.request("POST", endpoints.CHALLENGE).json()["attestation_challenge"]
        old = door.post_form(endpoints.PAR, ASKED, {**fields(up, challenge), "X-App-Version": "2.3"})
    assert (old.status, old.headers["upgrade"]) == (426, "x-app-version")
    assert old.json()["code"] == "upgrade_required"


def test_the_pin_that_the_app_is_given_is_of_the_key_that_the_door_serves_with(up: Up) -> None:
    served = ssl.get_server_certificate(("localhost", up.port)).encode()
    said = json.loads(CliRunner().invoke(app, ["client-config", "app", "-c", str(up.contract)]).stdout)
    assert said["pins"]["sha256"] == [pin_of(served), SPARE]
