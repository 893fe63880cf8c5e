"""Attacks on request objects (RFC 9101 section 10, RFC 8725 section 2)."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from by_hand import compact
from issuer_world import IssuerWorld, asking, is_page, told
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model import endpoints
from ostiary.model.reasons import Reason
from token_world import BANK, ORIGIN, refused

Header = dict[str, object]
EVIL = SigningPrivateKey.generate()


def carrying(jwt: str, client: str = "bank", **beside: str) -> str:
    return f"{endpoints.AUTHORIZE}?{urlencode({'client_id': client, 'request': jwt, **beside})}"


def claims(issuer: IssuerWorld) -> Header:
    now = int(issuer.now)
    return {**asking("bank"), "iss": "bank", "aud": ORIGIN, "nbf": now, "exp": now + 60}


HEADER: Header = {"alg": "ES256", "kid": BANK.id, "typ": "oauth-authz-req+jwt"}


@pytest.mark.parametrize(
    ("header", "sign"),
    [
        ({"alg": "none"}, lambda _: b""),
        ({"alg": "none"}, BANK.sign),
        ({"alg": "None"}, lambda _: b""),
        ({"alg": "HS256"}, BANK.sign),
        ({"alg": "RS256"}, BANK.sign),
        ({"jku": "https://evil.example/keys", "kid": EVIL.id}, EVIL.sign),
        ({"jku": "https://bank.example/keys"}, BANK.sign),
        ({"jwk": EVIL.public.to_jwk()}, EVIL.sign),
        ({"x5u": "https://evil.example/cert"}, BANK.sign),
        ({"x5c": ["MIIB"]}, BANK.sign),
        ({"crit": ["b64"], "b64": False}, BANK.sign),
        ({"kid": EVIL.id}, EVIL.sign),
        ({}, EVIL.sign),
    ],
    ids=[
        "none",
        "none beside a signature",
        "None",
        "HS256",
        "RS256",
        "jku of another",
        "jku",
        "jwk",
        "x5u",
        "x5c",
        "crit",
        "kid of another",
        "another key",
    ],
)
def test_a_header_that_chooses_how_it_is_checked_chooses_nothing(
    issuer: IssuerWorld, header: Header, sign: Callable[[bytes], bytes]
) -> None:
    """`none`, algorithm confusion, a key that the object brings or says where to fetch."""
    answer = issuer.browser().go(carrying(compact(HEADER | header, claims(issuer), sign)))
    assert is_page(answer, 400)
    assert issuer.last_refusal().reason is Reason.REQUEST_OBJECT_INVALID
    assert is_page(issuer.browser().go(carrying(compact(HEADER, claims(issuer), BANK.sign))))


def test_an_id_token_an_access_token_and_an_assertion_are_no_requests(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    tokens = issuer.redeem(told(browser.sign_in("bank")), "bank")
    assertion = issuer.assertion(BANK, iss="bank", sub="bank")
    for jwt in (tokens["id_token"], tokens["access_token"], assertion):
        assert is_page(issuer.browser().go(carrying(jwt)), 400)
        assert issuer.last_refusal().reason is Reason.REQUEST_OBJECT_INVALID


def test_a_request_is_no_assertion(issuer: IssuerWorld) -> None:
    """Cross-JWT confusion the other way round (section 10.8)."""
    jwt = issuer.request_object(jti="once", iss="bank", sub="bank", iat=int(issuer.now))
    untyped = {"alg": "ES256", "kid": BANK.id}
    kind = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    general = untyped | {"typ": "JWT"}
    made = (compact(header, {**claims(issuer), "jti": "other"}, BANK.sign) for header in (untyped, general))
    for each in (jwt, *made):
        form = {"grant_type": "client_credentials", "client_assertion": each}
        answer = issuer.post(endpoints.TOKEN, form | kind, None)
        assert refused(issuer, answer) == (401, "invalid_client", Reason.ASSERTION_INVALID)


def test_one_clients_object_is_not_anothers(issuer: IssuerWorld) -> None:
    """`client_id` outside is swapped: the keys are those of the client outside, and the object names the one inside."""
    jwt = issuer.request_object("bank")
    for client in ("robot", "site", "nobody"):
        assert is_page(issuer.browser().go(carrying(jwt, client)), 400)
    pushed = issuer.post(endpoints.PAR, {"request": jwt, "client_id": "robot"}, "robot")
    assert refused(issuer, pushed)[1:] == ("invalid_request_object", Reason.REQUEST_OBJECT_INVALID)


def test_an_object_without_the_one_client_outside_is_refused(issuer: IssuerWorld) -> None:
    for query in ({"request": issuer.request_object()}, {"client_id": "", "request": issuer.request_object()}):
        assert is_page(issuer.browser().go(f"{endpoints.AUTHORIZE}?{urlencode(query)}"), 400)
        assert issuer.last_refusal().reason is Reason.PARAMETER_MISSING


def test_two_objects_are_none(issuer: IssuerWorld) -> None:
    path = carrying(issuer.request_object()) + "&request=" + issuer.request_object(scope="orders.write")
    assert is_page(issuer.browser().go(path), 400)


def test_an_object_beside_a_name_is_not_looked_at(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    evil = issuer.request_object(state="evil")
    path = carrying(evil, request_uri=issuer.push("bank", state="pushed"))
    page = browser.go(path)
    assert told(browser.follow(browser.try_in(page))).fields["state"] == "pushed"


def test_an_unsigned_request_beside_the_object_adds_nothing(issuer: IssuerWorld) -> None:
    """Parameter injection: a challenge of the attacker's choice outside."""
    browser = issuer.browser()
    beside = {"code_challenge": "A" * 43, "code_challenge_method": "S256", "nonce": "evil"}
    page = browser.go(carrying(issuer.request_object(), **beside))
    tokens = issuer.redeem(told(browser.follow(browser.try_in(page))), "bank")
    assert "nonce" not in issuer.claims(tokens["id_token"])
