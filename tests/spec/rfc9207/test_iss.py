"""Every authorization response says who sends it (RFC 9207 section 2)."""

import pytest

from issuer_world import ORIGIN, IssuerWorld, authorization, form_with, named, told


def test_2_a_code_comes_with_the_issuer(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().sign_in("site")).fields["iss"] == ORIGIN


@pytest.mark.parametrize("client", ["tab", "phone"])
def test_2_an_app_s_code_comes_with_the_issuer(issuer: IssuerWorld, client: str) -> None:
    browser = issuer.browser()
    answer = told(browser.follow(browser.try_in(browser.go(named(client, issuer.push(client))))))
    assert answer.code
    assert answer.fields["iss"] == ORIGIN


def test_2_an_error_comes_with_the_issuer(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().open(authorization(prompt="none")))
    assert (answer.error, answer.fields["iss"]) == ("login_required", ORIGIN)


def test_2_a_persons_no_comes_with_the_issuer(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    answer = told(browser.fill(browser.sign_in("agency"), answer="refuse"))
    assert (answer.error, answer.fields["iss"]) == ("access_denied", ORIGIN)


def test_2_a_form_comes_with_the_issuer(issuer: IssuerWorld) -> None:
    page = issuer.browser().sign_in("site", response_mode="form_post")
    assert form_with(page, "code").fields["iss"] == ORIGIN
    refused = issuer.browser().open(authorization(response_mode="form_post", prompt="none"))
    assert form_with(refused, "error").fields["iss"] == ORIGIN


def test_2_1_a_client_cannot_choose_what_stands_there(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().sign_in("site", iss="https://evil.example")).fields["iss"] == ORIGIN


def test_3_the_metadata_says_so(issuer: IssuerWorld) -> None:
    metadata = issuer.ask("GET", "/.well-known/oauth-authorization-server").json()
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["issuer"] == ORIGIN
