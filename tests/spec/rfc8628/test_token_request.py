"""A device asks for its tokens (RFC 8628 sections 3.4 and 3.5)."""

import pytest

from device_world import GRANT, device, let_in, question, read, refused
from issuer_world import IssuerWorld
from ostiary.model.endpoints import TOKEN
from ostiary.model.events.issuer import IssuerRefused, TokensIssued
from ostiary.model.reasons import Reason


def test_3_5_it_waits_until_the_person_says_yes_and_gets_tokens_then(issuer: IssuerWorld) -> None:
    waiting = device(issuer, scope="openid orders.read")
    assert waiting.told() == "authorization_pending"
    let_in(issuer.browser(), waiting)
    issuer.later(5)
    answer = waiting.poll()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    tokens = read(answer)
    assert tokens["scope"] == "openid orders.read"
    claims = issuer.claims(tokens["access_token"])
    assert (claims["sub"], claims["client_id"]) == ("sub-grace", "till")
    assert issuer.userinfo(tokens["access_token"]).status_code == 200
    assert issuer.refresh(tokens["refresh_token"], "till").status_code == 200
    assert [event.grant_type for event in issuer.events_of(TokensIssued)] == [GRANT, "refresh_token"]


def test_3_5_a_device_that_waits_leaves_no_record_each_time(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    assert [waiting.told() for _ in range(5)] == ["authorization_pending"] * 5
    assert issuer.events_of(IssuerRefused) == []


def test_3_5_who_asks_too_often_waits_five_seconds_longer_from_then_on(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    told = []
    for pause in (0, 5, 4, 1, 14, 15):
        issuer.later(pause)
        told.append(read(waiting.poll())["error"])
    pending, slow = "authorization_pending", "slow_down"
    assert told == [pending, pending, pending, slow, pending, pending]
    issuer.later(8)
    assert refused(issuer, waiting.poll()) == (400, slow, Reason.DEVICE_TOO_FAST)
    issuer.later(13)
    assert read(waiting.poll())["error"] == slow
    issuer.later(20)
    assert read(waiting.poll())["error"] == pending


def test_3_5_an_answer_comes_at_once_however_often_it_asked(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    for _ in range(3):
        waiting.poll()
    let_in(issuer.browser(), waiting)
    assert waiting.poll().status_code == 200


def test_3_5_where_the_person_says_no_it_hears_that(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    browser.fill(question(browser, waiting), answer="deny")
    assert refused(issuer, waiting.poll()) == (400, "access_denied", Reason.DEVICE_DENIED)
    assert issuer.events_of(TokensIssued) == []


@pytest.mark.parametrize(("age", "error"), [(599, ""), (600, "expired_token")])
def test_3_5_codes_live_for_ten_minutes(issuer: IssuerWorld, age: int, error: str) -> None:
    waiting = device(issuer)
    let_in(issuer.browser(), waiting)
    issuer.later(age)
    answer = waiting.poll()
    assert read(answer).get("error", "") == error
    if error:
        assert refused(issuer, answer) == (400, error, Reason.DEVICE_CODE_EXPIRED)


@pytest.mark.parametrize("code", ["", "x" * 43])
def test_3_4_a_code_that_is_none_is_refused(issuer: IssuerWorld, code: str) -> None:
    missing = (400, "invalid_request", Reason.PARAMETER_MISSING)
    unknown = (400, "invalid_grant", Reason.DEVICE_CODE_UNKNOWN)
    answer = issuer.post(TOKEN, {"grant_type": GRANT, "device_code": code}, "till")
    assert refused(issuer, answer) == (unknown if code else missing)


def test_3_4_the_grant_is_for_devices(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    let_in(issuer.browser(), waiting)
    stolen = waiting.poll("site")
    assert refused(issuer, stolen) == (400, "unauthorized_client", Reason.GRANT_TYPE_NOT_ALLOWED)
    assert waiting.told() == ""


def test_a_kind_whose_tokens_are_bound_gets_no_bearer_token(issuer: IssuerWorld) -> None:
    waiting = device(issuer, "screen")
    let_in(issuer.browser(), waiting)
    assert refused(issuer, waiting.poll()) == (400, "invalid_request", Reason.PROOF_REQUIRED)


def test_what_the_person_cannot_give_is_not_given(issuer: IssuerWorld) -> None:
    """Grace is no supporter; of what a device asks it gets what her roles have."""
    waiting = device(issuer, scope="openid orders.read orders.write")
    let_in(issuer.browser(), waiting)
    tokens = read(waiting.poll())
    assert set(tokens["scope"].split()) == {"openid", "orders.read", "orders.write"}
    assert issuer.claims(tokens["access_token"])["aud"] == "https://api.example/shop"


@pytest.mark.parametrize("scope", ["orders.read", "orders.read offline_access"])
def test_access_beyond_the_sign_out_has_to_be_asked_for(issuer: IssuerWorld, scope: str) -> None:
    """Signing out of the browser ends what the device got, unless the page asked for access while they are away."""
    waiting = device(issuer, scope=scope)
    browser = issuer.browser()
    let_in(browser, waiting)
    tokens = read(waiting.poll())
    browser.fill(browser.open("/oauth/logout"), answer="sign-out")
    lives = "offline_access" in scope
    assert (issuer.refresh(tokens["refresh_token"], "till").status_code == 200) is lives
