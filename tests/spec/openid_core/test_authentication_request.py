"""What OpenID Connect Core adds to the authorization endpoint (sections 3.1.2.1 to 3.1.2.6 and 5.5)."""

import json
from typing import Any

import pytest

from issuer_world import ORIGIN, Browser, IssuerWorld, authorization, form_with, is_page, told
from ostiary.model.reasons import Reason


def asks_to_sign_in(answer: Any) -> bool:
    return is_page(answer) and "password" in form_with(answer, "login").fields


def signed_in(issuer: IssuerWorld) -> Browser:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    return browser


def id_token(issuer: IssuerWorld, browser: Browser, **changes: str) -> str:
    return str(issuer.redeem(told(browser.go(authorization(**changes))))["id_token"])


# prompt


def test_3_1_2_1_prompt_none_never_shows_a_page(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().open(authorization(prompt="none"))).error == "login_required"
    assert issuer.last_refusal().reason is Reason.SIGN_IN_NEEDED
    assert told(signed_in(issuer).open(authorization(prompt="none"))).code


def test_3_1_2_1_prompt_none_with_another_prompt_is_refused(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    assert told(browser.open(authorization(prompt="none login"))).error == "invalid_request"
    assert is_page(browser.open(authorization(prompt="login consent")))
    assert told(browser.open(authorization(prompt="none"))).code


def test_an_unknown_prompt_is_refused(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().open(authorization(prompt="create"))).error == "invalid_request"


def test_3_1_2_6_prompt_none_without_consent_is_consent_required(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    assert told(browser.open(authorization("agency", prompt="none"))).error == "consent_required"
    assert issuer.last_refusal().reason is Reason.CONSENT_NEEDED
    browser.fill(browser.open(authorization("agency")), answer="allow")
    assert told(browser.open(authorization("agency", prompt="none"))).code


def test_3_1_2_1_prompt_login_asks_for_the_password_though_somebody_is_signed_in(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    page = browser.open(authorization(prompt="login"))
    assert asks_to_sign_in(page)
    issuer.later(5)
    claims = issuer.claims(issuer.redeem(told(browser.follow(browser.try_in(page))))["id_token"])
    assert claims["auth_time"] == issuer.now
    assert told(browser.open(authorization())).code


def test_prompt_login_is_asked_again_for_each_request(issuer: IssuerWorld) -> None:
    """What was passed for one request says nothing of another."""
    browser = signed_in(issuer)
    first = authorization(prompt="login", state="one")
    back = browser.try_in(browser.open(first)).headers["location"]
    proof = back.rpartition("&")[2]
    assert told(browser.open(f"{first}&{proof}")).code
    assert asks_to_sign_in(browser.open(f"{authorization(prompt='login', state='two')}&{proof}"))
    assert asks_to_sign_in(browser.open(first))


def test_prompt_login_is_asked_again_of_another_browser(issuer: IssuerWorld) -> None:
    browser, other = signed_in(issuer), signed_in(issuer)
    asked = authorization(prompt="login")
    back = browser.try_in(browser.open(asked)).headers["location"]
    assert asks_to_sign_in(other.open(back))
    assert told(browser.open(back)).code


@pytest.mark.parametrize(("age", "asked"), [(599, False), (600, True)])
def test_what_was_passed_is_forgotten_after_ten_minutes(issuer: IssuerWorld, age: int, asked: bool) -> None:
    browser = signed_in(issuer)
    back = browser.try_in(browser.open(authorization(prompt="login"))).headers["location"]
    issuer.later(age)
    assert asks_to_sign_in(browser.open(back)) is asked


def test_3_1_2_1_select_account_offers_the_account_and_another_one(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    page = browser.open(authorization(prompt="select_account"))
    assert "Grace Hopper" in page.text
    assert told(browser.go_on(page)).code
    other = told(browser.follow(browser.try_in(page, "alan")))
    assert issuer.claims(issuer.redeem(other)["id_token"])["sub"] == "sub-alan"


def test_3_1_2_1_prompt_consent_asks_again_what_was_allowed(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.fill(browser.sign_in("agency"), answer="allow")
    assert told(browser.open(authorization("agency"))).code
    page = browser.open(authorization("agency", prompt="consent"))
    assert told(browser.fill(page, answer="allow")).code


def test_3_1_2_1_prompt_consent_asks_for_a_client_whose_kind_does_not(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    assert told(browser.open(authorization())).code
    page = browser.open(authorization(prompt="consent"))
    assert told(browser.fill(page, answer="refuse")).error == "access_denied"
    assert told(browser.fill(browser.open(authorization(prompt="consent")), answer="allow")).code
    assert told(browser.open(authorization(prompt="none"))).code


def test_prompt_login_and_consent_ask_for_both(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.fill(browser.sign_in("agency"), answer="allow")
    page = browser.open(authorization("agency", prompt="consent login"))
    assert asks_to_sign_in(page)
    assert told(browser.fill(browser.follow(browser.try_in(page)), answer="allow")).code


# max_age


@pytest.mark.parametrize(("age", "asked"), [(59, False), (60, True)])
def test_3_1_2_1_max_age_asks_for_a_fresh_sign_in(issuer: IssuerWorld, age: int, asked: bool) -> None:
    browser = signed_in(issuer)
    issuer.later(age)
    answer = browser.open(authorization(max_age="60"))
    assert asks_to_sign_in(answer) is asked
    final = browser.follow(browser.try_in(answer)) if asked else answer
    claims = issuer.claims(issuer.redeem(told(final))["id_token"])
    assert issuer.now - claims["auth_time"] <= 60


def test_max_age_zero_is_prompt_login(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    assert not asks_to_sign_in(browser.open(authorization(max_age="1")))
    page = browser.open(authorization(max_age="0"))
    assert asks_to_sign_in(page)
    assert told(browser.follow(browser.try_in(page))).code


def test_max_age_with_prompt_none_is_login_required(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    issuer.later(61)
    assert told(browser.open(authorization(max_age="60", prompt="none"))).error == "login_required"
    assert told(browser.open(authorization(max_age="62", prompt="none"))).code


@pytest.mark.parametrize("value", ["-1", "1.5", "a", "1e3", "\u0661", "9" * 10])
def test_a_max_age_that_is_no_number_is_refused(issuer: IssuerWorld, value: str) -> None:
    assert told(issuer.browser().open(authorization(max_age=value))).error == "invalid_request"


# hints


def test_3_1_2_1_login_hint_fills_the_form(issuer: IssuerWorld) -> None:
    hint = 'grace"><script>'
    page = issuer.browser().open(authorization(login_hint=hint))
    assert form_with(page, "login").fields["login"] == hint
    assert "<script" not in page.text


@pytest.mark.parametrize("locales", ["de fr", "xx-unknown", "en", "zh-Hans-CN"])
def test_3_1_2_1_no_ui_locales_are_an_error(issuer: IssuerWorld, locales: str) -> None:
    page = issuer.browser().open(authorization(ui_locales=locales))
    assert '<html lang="en">' in page.text


def test_3_1_2_2_id_token_hint_is_about_one_person(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    graces = id_token(issuer, browser)
    other = issuer.browser()
    other.sign_in("site", "alan")
    assert told(browser.open(authorization(id_token_hint=graces, prompt="none"))).code
    assert told(other.open(authorization(id_token_hint=graces, prompt="none"))).error == "login_required"


def test_3_1_2_2_another_person_signing_in_is_not_who_the_client_meant(issuer: IssuerWorld) -> None:
    graces = id_token(issuer, signed_in(issuer))
    browser = issuer.browser()
    page = browser.open(authorization(id_token_hint=graces))
    assert told(browser.follow(browser.try_in(page, "alan"))).error == "login_required"
    assert issuer.last_refusal().reason is Reason.OTHER_PERSON
    assert told(browser.follow(browser.try_in(page, "grace"))).code


def test_an_expired_id_token_is_still_a_hint(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    graces = id_token(issuer, browser)
    issuer.later(1800)
    assert told(browser.open(authorization(id_token_hint=graces, prompt="none"))).code


def test_a_hint_that_is_no_id_token_of_ours_is_refused(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    tokens = issuer.redeem(told(browser.open(authorization())))
    for hint in ("e30.e30.e30", tokens["access_token"], tokens["id_token"][:-4] + "AAAA"):
        assert told(browser.open(authorization(id_token_hint=hint))).error == "invalid_request"
    assert told(browser.open(authorization(id_token_hint=tokens["id_token"]))).code


# claims and acr_values


def test_5_5_claims_reach_the_id_token_and_userinfo(issuer: IssuerWorld) -> None:
    asked = json.dumps({"id_token": {"email": None}, "userinfo": {"name": {"essential": True}}})
    tokens = issuer.redeem(told(issuer.browser().sign_in("site", claims=asked)))
    assert issuer.claims(tokens["id_token"])["email"] == "grace@example.com"
    assert issuer.userinfo(tokens["access_token"]).json()["name"] == "Grace Hopper"


@pytest.mark.parametrize(("size", "error"), [(4096, "login_required"), (4097, "invalid_request")])
def test_5_5_claims_have_a_bounded_size(issuer: IssuerWorld, size: int, error: str) -> None:
    asked = '{"userinfo": {"email": null}}'.ljust(size)
    assert told(issuer.browser().open(authorization(claims=asked, prompt="none"))).error == error


@pytest.mark.parametrize("claims", ["[]", "{", '{"id_token": 1}', '{"id_token": {"email": 1}}', '{"a":1,"a":2}'])
def test_5_5_claims_of_another_form_are_refused(issuer: IssuerWorld, claims: str) -> None:
    assert told(issuer.browser().open(authorization(claims=claims))).error == "invalid_request"


def test_5_5_1_a_sub_that_is_asked_for_is_whom_the_request_is_about(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    for subject, right in (("sub-grace", True), ("sub-alan", False)):
        asked = json.dumps({"id_token": {"sub": {"value": subject}}})
        answer = told(browser.open(authorization(claims=asked, prompt="none")))
        assert (answer.error is None) is right


def test_5_5_1_1_an_essential_acr_that_is_not_served_is_unmet(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    for acr, error in (("phr", "unmet_authentication_requirements"), ("pwd", None)):
        asked = json.dumps({"id_token": {"acr": {"essential": True, "values": [acr]}}})
        assert told(browser.open(authorization(claims=asked))).error == error


def test_5_5_1_1_acr_values_are_a_wish(issuer: IssuerWorld) -> None:
    tokens = issuer.redeem(told(issuer.browser().sign_in("site", acr_values="phr phrh")))
    assert issuer.claims(tokens["id_token"])["acr"] == "pwd"


# the rest


def test_3_1_2_1_nonce_stands_in_the_id_token(issuer: IssuerWorld) -> None:
    tokens = issuer.redeem(told(issuer.browser().sign_in("site", nonce="n-0S6_WzA2Mj")))
    claims = issuer.claims(tokens["id_token"])
    assert (claims["nonce"], claims["iss"], claims["aud"]) == ("n-0S6_WzA2Mj", ORIGIN, "site")


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("request", "e30.e30.", "request_not_supported"),
        ("request_uri", "https://evil.example/r", "request_uri_not_supported"),
        ("registration", "{}", "registration_not_supported"),
    ],
)
def test_3_1_2_6_what_is_not_served_has_its_own_error(issuer: IssuerWorld, name: str, value: str, error: str) -> None:
    assert told(issuer.browser().open(authorization(**{name: value}))).error == error


def test_a_request_without_openid_is_plain_oauth(issuer: IssuerWorld) -> None:
    tokens = issuer.redeem(told(issuer.browser().sign_in("site", scope="orders.read")))
    assert "id_token" not in tokens
    assert tokens["access_token"]


@pytest.mark.parametrize(("client", "granted"), [("pages", False), ("site", True)])
def test_11_offline_access_is_ignored_for_a_client_without_refresh_tokens(
    issuer: IssuerWorld, client: str, granted: bool
) -> None:
    """It would only keep the tokens from ending with the session."""
    browser = issuer.browser()
    tokens = issuer.redeem(told(browser.sign_in(client, scope="openid offline_access orders.read")), client)
    assert ("offline_access" in tokens["scope"].split()) is granted
    issuer.end_session(issuer.claims(tokens["id_token"])["sid"])
    assert issuer.userinfo(tokens["access_token"]).status_code == (200 if granted else 401)


def test_11_offline_access_alone_is_nothing_for_such_a_client(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    assert told(browser.open(authorization("pages", scope="offline_access"))).error == "invalid_scope"
    assert is_page(browser.open(authorization("site", scope="offline_access")))


@pytest.mark.parametrize(("age", "lives"), [(3599, True), (3600, False)])
def test_a_session_that_is_not_used_ends(issuer: IssuerWorld, age: int, lives: bool) -> None:
    browser = signed_in(issuer)
    issuer.later(age)
    answer = told(browser.open(authorization(prompt="none")))
    assert (answer.error is None) is lives


def test_a_session_that_is_used_lives_on_to_its_absolute_end(issuer: IssuerWorld) -> None:
    browser = signed_in(issuer)
    for _ in range(14):
        issuer.later(3000)
        assert told(browser.open(authorization(prompt="none"))).code
    issuer.later(1200)
    assert told(browser.open(authorization(prompt="none"))).error == "login_required"
