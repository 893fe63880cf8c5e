"""Apps that only say to be the client get nothing behind the person's back (RFC 8252 section 8.6)."""

from typing import Any, Final

import pytest

from issuer_world import CLIENTS, Browser, IssuerWorld, authorization, is_page, told
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.events.issuer import CodeIssued
from ostiary.model.reasons import Reason
from token_world import CONTRACT

SCHEME, LOOPBACK, HTTPS = "com.example.app:/callback", "http://127.0.0.1/app", "https://app.example/callback"
ATTESTERS: Final = {"ours": {"jwks": {"keys": [SigningPrivateKey.generate().public.to_jwk()]}}}
UNPUSHED: Final = {"value": True, "because": "who may push is not what is tested here"}


def signed_in(issuer: IssuerWorld) -> Browser:
    """A browser with a session, before a contract with an app that nobody vouches for and one that has an attester."""
    app: dict[str, Any] = {"kind": "mobile", "scopes": ["orders.read"], "redirect_uris": [SCHEME, LOOPBACK, HTTPS]}
    vouched = {**app, "attester": "ours", "insecure_unpushed_requests": UNPUSHED}
    clients = {**CONTRACT["clients"], **CLIENTS, "plain": app, "vouched": vouched}
    issuer.adopt(clients=clients, attesters=ATTESTERS)
    browser = issuer.browser()
    told(browser.sign_in("site"))
    return browser


@pytest.mark.parametrize("uri", [SCHEME, LOOPBACK, "http://127.0.0.1:51234/app"])
def test_8_6_the_person_is_asked_each_time_whether_to_go_on(issuer: IssuerWorld, uri: str) -> None:
    browser = signed_in(issuer)
    before = len(issuer.events_of(CodeIssued))
    for number in range(2):
        page = browser.open(authorization("plain", redirect_uri=uri))
        assert is_page(page)
        assert "plain" in page.text
        assert len(issuer.events_of(CodeIssued)) == before + number
        assert told(browser.go_on(page)).code


def test_8_6_who_signs_in_for_it_is_not_asked_once_more(issuer: IssuerWorld) -> None:
    signed_in(issuer)
    assert told(issuer.browser().sign_in("plain", redirect_uri=SCHEME)).code


def test_8_6_a_claimed_https_address_says_whose_app_it_is(issuer: IssuerWorld) -> None:
    assert told(signed_in(issuer).open(authorization("plain", redirect_uri=HTTPS))).code


def test_8_6_an_attester_says_whose_app_it_is(issuer: IssuerWorld) -> None:
    """The code is of no use to who has no attestation."""
    assert told(signed_in(issuer).open(authorization("vouched", redirect_uri=SCHEME))).code


def test_8_6_without_a_page_it_gets_nothing(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    refused = told(browser.open(authorization("plain", redirect_uri=SCHEME, prompt="none")))
    assert (refused.error, issuer.last_refusal().reason) == ("interaction_required", Reason.CLIENT_UNPROVEN)
    assert told(browser.open(authorization("plain", redirect_uri=HTTPS, prompt="none"))).code


def test_8_6_an_earlier_consent_is_none_for_who_says_to_be_the_client(issuer: IssuerWorld) -> None:
    """Somebody else's app without a secret; one with a secret is known by it."""
    browser = signed_in(issuer)
    for client in ("desktop", "agency"):
        told(browser.fill(browser.open(authorization(client, scope="orders.read")), answer="allow"))
    page = browser.open(authorization("desktop", scope="orders.read"))
    assert is_page(page)
    assert told(browser.go_on(page)).code
    assert told(browser.open(authorization("agency", scope="orders.read"))).code
