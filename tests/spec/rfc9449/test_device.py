"""A device's codes and tokens are bound to its key (RFC 9449 section 5, RFC 10027 section 6.1.12)."""

import httpx

from device_world import GRANT, asking, let_in, read, refused
from device_world import Device as Waiting
from issuer_world import IssuerWorld
from ostiary.keys.dpop import key_thumbprint
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.endpoints import DEVICE_AUTHORIZATION, TOKEN
from ostiary.model.reasons import Reason
from secrets_seen import secret

OWN, OTHER = SigningPrivateKey.generate(), SigningPrivateKey.generate()


def waiting(issuer: IssuerWorld, key: SigningPrivateKey | None) -> Waiting:
    """A screen that showed this key when it asked."""
    proof = {} if key is None else {"dpop": issuer.proof(key, DEVICE_AUTHORIZATION)}
    answer = issuer.post(DEVICE_AUTHORIZATION, {"scope": "openid orders.read"}, "screen", **proof)
    assert answer.status_code == 200, answer.text
    secret(read(answer)["device_code"])
    return Waiting(issuer, "screen", read(answer))


def poll(device: Waiting, key: SigningPrivateKey | None) -> httpx.Response:
    proof = {} if key is None else {"dpop": device.world.proof(key)}
    form = {"grant_type": GRANT, "device_code": device.codes["device_code"]}
    return device.world.post(TOKEN, form, device.client, **proof)


def test_5_tokens_are_bound_to_the_key_that_the_device_shows(issuer: IssuerWorld) -> None:
    device = waiting(issuer, OWN)
    let_in(issuer.browser(), device)
    answer = poll(device, OWN)
    assert answer.status_code == 200, answer.text
    tokens = read(answer)
    assert tokens["token_type"] == "DPoP"
    assert issuer.claims(tokens["access_token"])["cnf"] == {"jkt": key_thumbprint(OWN.public)}
    assert issuer.refresh(tokens["refresh_token"], "screen", OWN).status_code == 200


def test_5_a_device_that_shows_no_key_gets_nothing(issuer: IssuerWorld) -> None:
    device = waiting(issuer, OWN)
    let_in(issuer.browser(), device)
    assert refused(issuer, poll(device, None)) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert poll(device, OWN).status_code == 200


def test_5_a_device_code_is_worth_nothing_with_another_key(issuer: IssuerWorld) -> None:
    """Neither before the person answers, nor after, nor when it is used: a thief of the code alone harms nothing."""
    device = waiting(issuer, OWN)
    stolen = (400, "invalid_grant", Reason.PROOF_KEY)
    for _ in range(3):
        assert refused(issuer, poll(device, OTHER)) == stolen
    assert read(poll(device, OWN))["error"] == "authorization_pending"
    let_in(issuer.browser(), device)
    assert refused(issuer, poll(device, OTHER)) == stolen
    tokens = read(poll(device, OWN))
    assert refused(issuer, poll(device, OTHER)) == stolen
    assert issuer.refresh(tokens["refresh_token"], "screen", OWN).status_code == 200


def test_5_a_device_that_showed_no_key_when_it_asked_is_bound_when_it_gets_its_tokens(issuer: IssuerWorld) -> None:
    """Clients that others wrote bring a proof to the token endpoint alone."""
    device = waiting(issuer, None)
    let_in(issuer.browser(), device)
    assert issuer.claims(read(poll(device, OTHER))["access_token"])["cnf"] == {"jkt": key_thumbprint(OTHER.public)}


def test_5_a_proof_that_does_not_hold_gets_no_codes(issuer: IssuerWorld) -> None:
    wrong = {"dpop": issuer.proof(OWN, TOKEN)}
    answer = issuer.post(DEVICE_AUTHORIZATION, {"scope": "openid"}, "screen", **wrong)
    assert (answer.status_code, read(answer)["error"]) == (400, "invalid_dpop_proof")
    assert asking(issuer, "screen").status_code == 200
