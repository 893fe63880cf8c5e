"""Redirect URIs of apps on a person's device (RFC 8252 sections 7.3 and 8.3)."""

import pytest

from issuer_world import IssuerWorld, asking, authorization, is_page, told
from ostiary.model import endpoints
from ostiary.model.reasons import Reason


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:51234/callback",
        "http://127.0.0.1:1/callback",
        "http://[::1]:8000/callback",
        "http://[::1]:61000/callback",
        "http://[::1]/callback",
    ],
)
def test_7_3_any_port_of_the_registered_loopback_address_is_allowed(issuer: IssuerWorld, uri: str) -> None:
    browser = issuer.browser()
    answer = told(browser.fill(browser.sign_in("desktop", redirect_uri=uri), answer="allow"))
    assert answer.to == uri
    assert issuer.redeem(answer, "desktop")["access_token"]


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:51234/callback",
        "http://127.0.0.2:51234/callback",
        "http://127.0.0.1:51234/callback/",
        "http://127.0.0.1:51234/",
        "http://127.0.0.1:51234/callback?x=1",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:+80/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1:80.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "https://127.0.0.1:51234/callback",
        "http://0x7f000001/callback",
        "http://127.0.0.1:51234/callback#",
        "http://[::1%25lo]:8000/callback",
        "http://[0:0:0:0:0:0:0:1]:8000/callback",
        "http://127.0.0.1:\u0665\u0661/callback",
    ],
)
def test_7_3_and_nothing_but_the_port_may_differ(issuer: IssuerWorld, uri: str) -> None:
    assert issuer.post(endpoints.PAR, asking("desktop", redirect_uri=uri), "desktop").status_code == 400
    assert issuer.last_refusal().reason is Reason.REDIRECT_URI_MISMATCH


def test_7_3_a_web_client_has_no_such_freedom(issuer: IssuerWorld) -> None:
    for uri, status in (("https://site.example/callback", 200), ("https://site.example:8443/callback", 400)):
        assert is_page(issuer.browser().open(authorization("site", redirect_uri=uri)), status)


def test_7_1_an_apps_own_scheme_gets_its_answer(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    answer = told(browser.fill(browser.sign_in("reader"), answer="allow"))
    assert answer.to == "com.example.reader:/callback"
    assert issuer.redeem(answer, "reader")["access_token"]


def test_the_token_request_names_the_port_that_was_used(issuer: IssuerWorld) -> None:
    browser, uri = issuer.browser(), "http://127.0.0.1:51234/callback"
    answer = told(browser.fill(browser.sign_in("desktop", redirect_uri=uri), answer="allow"))
    elsewhere = "http://127.0.0.1:51235/callback"
    form = {"grant_type": "authorization_code", "code": answer.code, "redirect_uri": elsewhere}
    assert issuer.post("/oauth/token", form | {"code_verifier": "x"}, "desktop").status_code == 400
    assert issuer.redeem(answer, "desktop")["access_token"]
