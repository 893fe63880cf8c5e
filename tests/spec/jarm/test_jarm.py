"""Signed authorization responses (JARM, JWT Secured Authorization Response Mode for OAuth 2.0)."""

import httpx
import pytest

from issuer_world import Browser, IssuerWorld, Told, authorization, form_with, told
from ostiary.model import endpoints
from secrets_seen import secret
from token_world import ORIGIN, REDIRECT, read, refused


def response(issuer: IssuerWorld, answer: httpx.Response) -> dict[str, object]:
    """The claims of the one JWT that came back."""
    back = told(answer)
    assert back.fields.keys() == {"response"}
    return checked(issuer, back.fields["response"])


def checked(issuer: IssuerWorld, jwt: str) -> dict[str, object]:
    claims = issuer.claims(secret(jwt))
    if "code" in claims:
        secret(str(claims["code"]))
    assert (claims.pop("iss"), claims.pop("aud")) == (ORIGIN, "site")
    assert claims.pop("exp") == int(issuer.now) + 300
    return claims


@pytest.fixture
def browser(issuer: IssuerWorld) -> Browser:
    signed_in = issuer.browser()
    signed_in.sign_in("other")
    return signed_in


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
def test_2_3_1_the_answer_is_one_jwt_in_the_query(issuer: IssuerWorld, browser: Browser, mode: str) -> None:
    claims = response(issuer, browser.open(authorization(response_mode=mode)))
    assert claims.keys() == {"code", "state"}
    assert claims["state"] == "state-site"
    tokens = issuer.redeem(Told(REDIRECT["site"], {"code": str(claims["code"])}))
    assert issuer.claims(tokens["access_token"])["sub"] == "sub-grace"


def test_2_3_3_or_in_a_form(issuer: IssuerWorld, browser: Browser) -> None:
    page = browser.open(authorization(response_mode="form_post.jwt"))
    form = form_with(page, "response")
    assert form.action == REDIRECT["site"]
    assert form.fields.keys() == {"response"}
    assert checked(issuer, form.fields["response"]).keys() == {"code", "state"}


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
def test_2_1_errors_are_signed_as_well(issuer: IssuerWorld, mode: str) -> None:
    claims = response(issuer, issuer.browser().open(authorization(response_mode=mode, prompt="none")))
    assert claims["error"] == "login_required"
    assert claims["state"] == "state-site"
    claims = response(issuer, issuer.browser().open(authorization(response_mode=mode, scope="nonsense")))
    assert claims["error"] == "invalid_scope"


def test_2_1_state_comes_back_only_where_it_was_sent(issuer: IssuerWorld, browser: Browser) -> None:
    claims = response(issuer, browser.open(authorization(response_mode="jwt", state=None)))
    assert claims.keys() == {"code"}


def test_2_3_1_the_header_names_no_type_as_in_the_example_and_no_other_token_has_none(
    issuer: IssuerWorld, browser: Browser
) -> None:
    """Section 2.3.1 has `{"kid":"laeb","alg":"ES256"}`; some clients refuse a type that no text gives it."""
    jwt = told(browser.open(authorization(response_mode="jwt"))).fields["response"]
    checked(issuer, jwt)
    assert issuer.decoded(jwt).header.keys() == {"alg", "kid"}
    assert issuer.userinfo(jwt).status_code == 401
    hint = browser.open(authorization(id_token_hint=jwt))
    assert told(hint).error == "invalid_request"


def test_2_3_2_there_is_no_answer_in_a_fragment(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().open(authorization(response_mode="fragment.jwt"))).error == "invalid_request"
    pushed = issuer.post(endpoints.PAR, {"client_id": "site", "response_mode": "fragment.jwt"}, "site")
    assert refused(issuer, pushed)[1] == "invalid_request"


def test_4_the_metadata_says_what_is_served(issuer: IssuerWorld) -> None:
    metadata = read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert {"jwt", "query.jwt", "form_post.jwt"} <= set(metadata["response_modes_supported"])
    assert metadata["authorization_signing_alg_values_supported"] == ["ES256"]
