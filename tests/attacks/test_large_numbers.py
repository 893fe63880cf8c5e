"""Whole numbers of more than 64 bits, which one parser reads and the other does not write, surprise nobody."""

import json

import pytest

from issuer_world import IssuerWorld, authorization, is_page, told
from ostiary.keys import base64url
from ostiary.keys.strict_json import parse_array
from ostiary.model import endpoints
from registration_world import RegistrationWorld
from token_world import BANK, VAULT

MOST = 2**64 - 1
TOO_LARGE = 2**64


@pytest.mark.parametrize("number", [MOST, -(2**63)])
def test_64_bits_are_a_whole_number(number: int) -> None:
    read = parse_array(json.dumps([number, {"a": 1}]).encode())[0]
    assert (type(read), read) == (int, number)


@pytest.mark.parametrize("number", [TOO_LARGE, -(2**63) - 1, 10**30])
def test_more_are_the_nearest_double_whoever_reads_them(number: int) -> None:
    read = parse_array(json.dumps([number, {"a": 1}]).encode())[0]
    assert (type(read), read) == (float, float(number))


@pytest.mark.parametrize("number", [MOST, TOO_LARGE])
def test_in_the_claims_of_an_authorization_request(issuer: IssuerWorld, number: int) -> None:
    claims = json.dumps({"id_token": {"of_another": {"value": number}}})
    assert is_page(issuer.browser().open(authorization("site", claims=claims)))


@pytest.mark.parametrize("number", [MOST, TOO_LARGE])
def test_in_authorization_details(issuer: IssuerWorld, number: int) -> None:
    details = json.dumps([{"type": "unknown", "amount": number}])
    answer = told(issuer.browser().open(authorization("site", authorization_details=details)))
    assert answer.error == "invalid_authorization_details"


@pytest.mark.parametrize("number", [MOST, TOO_LARGE])
def test_in_a_request_object(issuer: IssuerWorld, number: int) -> None:
    """With the number written in place of a text, and signed then: what signs here writes none that is larger."""
    written = issuer.request_object(claims={"id_token": {"of_another": {"value": "here"}}}).split(".")
    payload = base64url.decode(written[1].encode()).replace(b'"here"', str(number).encode())
    signed = f"{written[0]}.{base64url.encode(payload)}"
    jwt = f"{signed}.{base64url.encode(BANK.sign(signed.encode()))}"
    assert issuer.post(endpoints.PAR, {"request": jwt}, "bank").status_code == 201


@pytest.mark.parametrize("number", [MOST, TOO_LARGE])
def test_in_the_keys_of_a_client_that_registers(open_door: RegistrationWorld, number: int) -> None:
    keys = {"keys": [{**VAULT.public.to_jwk(), "of_another": number}]}
    answer = open_door.register(token_endpoint_auth_method="private_key_jwt", jwks=keys)
    assert answer.status_code == 201, answer.text
