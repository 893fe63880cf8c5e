"""A client with `profile: fapi2` that comes with a certificate: to prove itself, or to have its tokens bound to it.

Its requests are signed with keys of its own all the same (FAPI 2.0 Message Signing section 5.3.1).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from certificate_world import AUTHORITY, GATEWAYS, MUTUAL, CertificateWorld
from client_certificates import Issued, jwks_of, self_signed
from issuer_world import CLIENTS, IssuerWorld, asking, is_page, named, told
from ostiary.keys.certificate import thumbprint_of
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.endpoints import PAR, TOKEN
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import CONTRACT, VAULT, VERIFIER, read, refused

SIGNS = SigningPrivateKey.generate()
TOWER = AUTHORITY.issue("CN=tower", x509.DNSName("tower.example"))
MAST = AUTHORITY.issue("CN=mast", x509.DNSName("mast.example"))
BELL = self_signed("CN=bell")
BELL_SIGNS = SigningPrivateKey.from_scalar(BELL.key.private_numbers().private_value.to_bytes(32, "big"))
FAPI = {"kind": "web", "profile": "fapi2", "scopes": ["orders.read"], "redirect_uris": ["https://tower.example/back"]}
OWN = {
    "tower": {**FAPI, "certificate": {"dns": "tower.example"}, "jwks": {"keys": [SIGNS.public.to_jwk()]}},
    "mast": {**FAPI, "certificate": {"dns": "mast.example"}, "jwks": {"keys": [VAULT.public.to_jwk()]}},
    "bell": {**FAPI, "credential": "mtls", "jwks": jwks_of([BELL])},
}
KNOWN: dict[str, tuple[Issued, SigningPrivateKey]] = {
    "tower": (TOWER, SIGNS),
    "mast": (MAST, VAULT),
    "bell": (BELL, BELL_SIGNS),
}


class FapiWorld(IssuerWorld, CertificateWorld):
    """People, and clients whose certificates the listener takes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        clients = {**CONTRACT["clients"], **CLIENTS, **OWN}
        self.adopt(files={"clients.pem": AUTHORITY.pem}, clients=clients, gateways=GATEWAYS)

    def signed(self, client: str, **claims: object) -> str:
        back = {"redirect_uri": FAPI["redirect_uris"][0]} if client in OWN else {}
        key = KNOWN[client][1] if client in OWN else VAULT
        made = self.request_object("site", key, client_id=client, iss=client, **back, response_mode="jwt", **claims)
        return secret(made)

    def push(self, client: str = "tower", **claims: Any) -> str:
        form = {"request": self.signed(client, **claims), "client_id": client}
        answer = self.post(PAR, form, None, **self.by(KNOWN[client][0]))
        assert answer.status_code == 201, answer.text
        return secret(str(read(answer)["request_uri"]))

    def coded(self, client: str, uri: str) -> dict[str, str]:
        """The form that exchanges the code."""
        browser = self.browser()
        answer = told(browser.follow(browser.try_in(browser.go(named(client, uri)))))
        code = secret(str(self.claims(secret(answer.fields["response"]))["code"]))
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": answer.to, "code_verifier": VERIFIER}
        return {**form, "client_id": client}


@pytest.fixture
def fapi(tmp_path: Path) -> Iterator[FapiWorld]:
    world = FapiWorld(tmp_path)
    try:
        yield world
        assert world.log_holds()
    finally:
        world.close()


@pytest.mark.parametrize("client", OWN)
def test_5_3_2_1_items_5_and_6_the_whole_way_of_a_client_by_its_certificate(fapi: FapiWorld, client: str) -> None:
    shown = fapi.by(KNOWN[client][0])
    answer = read(fapi.post(TOKEN, fapi.coded(client, fapi.push(client)), None, **shown))
    claims = fapi.claims(answer["access_token"])
    assert (claims["sub"], claims["client_id"]) == ("sub-grace", client)
    assert claims["cnf"] == {"x5t#S256": thumbprint_of(KNOWN[client][0].der)}
    assert answer["token_type"] == "Bearer"
    form = {"grant_type": "refresh_token", "refresh_token": secret(answer["refresh_token"]), "client_id": client}
    again = read(fapi.post(TOKEN, form, None, **shown))
    assert fapi.claims(again["access_token"])["cnf"] == claims["cnf"]


def test_5_3_2_1_item_6_another_certificate_is_another_client(fapi: FapiWorld) -> None:
    push = {"request": fapi.signed("tower"), "client_id": "tower"}
    code = fapi.coded("tower", fapi.push())
    for path, form in ((PAR, push), (TOKEN, code)):
        answer = fapi.post(path, form, None, **fapi.by(MAST))
        assert refused(fapi, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)
        answer = fapi.post(path, form, None)
        assert refused(fapi, answer) == (401, "invalid_client", Reason.CERTIFICATE_MISSING)
    assert fapi.post(TOKEN, code, None, **fapi.by(TOWER)).status_code == 200


def test_5_3_2_1_item_6_its_keys_sign_requests_and_no_assertion(fapi: FapiWorld) -> None:
    form = {"request": fapi.signed("tower"), "client_id": "tower"}
    assertion = fapi.assertion(SIGNS, iss="tower", sub="tower")
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    asserted = {**form, "client_assertion": assertion, "client_assertion_type": kind}
    answer = fapi.post(PAR, asserted, None, **fapi.by(TOWER))
    assert refused(fapi, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)
    assert fapi.post(PAR, form, None, **fapi.by(TOWER)).status_code == 201


def test_5_3_2_1_item_12_a_code_is_for_its_client_alone(fapi: FapiWorld) -> None:
    form = fapi.coded("tower", fapi.push())
    answer = fapi.post(TOKEN, {**form, "client_id": "mast"}, None, **fapi.by(MAST))
    assert answer.status_code == 400
    assert fapi.last_refusal().reason is Reason.CODE_OF_ANOTHER_CLIENT


def test_5_3_2_2_item_3_a_pushed_request_is_for_its_client_alone(fapi: FapiWorld) -> None:
    uri = fapi.push()
    assert is_page(fapi.browser().go(named("mast", uri)), 400)
    assert fapi.last_refusal().reason is Reason.REQUEST_URI_OF_ANOTHER_CLIENT
    assert is_page(fapi.browser().go(named("tower", uri)))


def test_ms_5_3_1_an_unsigned_request_is_refused_whatever_the_certificate(fapi: FapiWorld) -> None:
    asked = {**asking("site"), "client_id": "tower", "redirect_uri": FAPI["redirect_uris"][0], "response_mode": "jwt"}
    answer = fapi.post(PAR, asked, None, **fapi.by(TOWER))
    assert refused(fapi, answer) == (400, "invalid_request", Reason.REQUEST_NOT_SIGNED)
    fapi.push()


def test_ms_5_3_1_what_another_client_signed_is_refused(fapi: FapiWorld) -> None:
    made = fapi.request_object("site", VAULT, client_id="tower", iss="tower", redirect_uri=FAPI["redirect_uris"][0])
    answer = fapi.post(PAR, {"request": made, "client_id": "tower"}, None, **fapi.by(TOWER))
    assert refused(fapi, answer) == (400, "invalid_request_object", Reason.REQUEST_OBJECT_INVALID)
    fapi.push()


def test_5_3_2_1_item_5_a_client_by_assertion_has_its_tokens_bound_to_the_certificate_it_shows(fapi: FapiWorld) -> None:
    pushed = fapi.post(
        PAR, {"request": fapi.signed("vault", redirect_uri="https://vault.example/callback")}, "vault", **fapi.by(MAST)
    )
    uri = secret(str(read(pushed)["request_uri"]))
    form = fapi.coded("vault", uri)
    nothing = fapi.post(TOKEN, form, "vault", x_ostiary_gateway="services")
    assert refused(fapi, nothing) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    answer = read(fapi.post(TOKEN, form, "vault", **fapi.by(MAST)))
    assert fapi.claims(answer["access_token"])["cnf"] == {"x5t#S256": thumbprint_of(MAST.der)}


def test_5_3_2_1_item_5_who_proves_itself_by_a_certificate_is_bound_to_it_and_to_no_weaker_key(fapi: FapiWorld) -> None:
    form = fapi.coded("tower", fapi.push())
    answer = fapi.post(TOKEN, form, None, **fapi.by(TOWER), dpop=fapi.proof(SIGNS, htu=MUTUAL + TOKEN))
    assert refused(fapi, answer) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert "client certificate" in answer.json()["error_description"]
    assert fapi.post(TOKEN, form, None, **fapi.by(TOWER)).status_code == 200
