"""OpenID Connect RP-Initiated Logout 1.0."""

from typing import Any
from urllib.parse import urlencode

import pytest

from issuer_world import Browser, IssuerWorld, authorization, is_page, told
from ostiary.model import endpoints
from ostiary.model.events.people import SignedOut
from ostiary.model.feed import SessionEnded
from ostiary.model.reasons import Reason

BYE = "https://spare.example/bye"


def logout(**parameters: str) -> str:
    return f"{endpoints.LOGOUT}?{urlencode(parameters)}" if parameters else endpoints.LOGOUT


def signed_in(issuer: IssuerWorld, login: str = "grace") -> tuple[Browser, dict[str, Any]]:
    browser = issuer.browser()
    return browser, issuer.redeem(told(browser.sign_in("spare", login)), "spare")


def is_signed_in(browser: Browser) -> bool:
    return told(browser.open(authorization(prompt="none"))).error is None


def test_2_a_hint_of_this_session_signs_out_at_once(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    answer = browser.open(logout(id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE, state="s & t"))
    assert told(answer).to == BYE
    assert told(answer).fields == {"state": "s & t"}
    assert not is_signed_in(browser)
    assert [(event.subject, event.client) for event in issuer.events_of(SignedOut)] == [("sub-grace", "spare")]


def test_2_a_sign_out_ends_the_tokens_of_the_session(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    sid = issuer.claims(tokens["access_token"])["sid"]
    assert issuer.userinfo(tokens["access_token"]).status_code == 200
    browser.open(logout(id_token_hint=tokens["id_token"]))
    assert issuer.userinfo(tokens["access_token"]).status_code == 401
    feed = issuer.run(issuer.store.feed_since(0))
    assert [each.event.session for each in feed if isinstance(each.event, SessionEnded)] == [sid]


def test_2_without_a_hint_the_person_is_asked(issuer: IssuerWorld) -> None:
    browser, _ = signed_in(issuer)
    page = browser.open(logout())
    assert is_page(page)
    assert is_signed_in(browser)
    assert is_page(browser.fill(page, answer="sign-out"))
    assert not is_signed_in(browser)


def test_2_a_person_may_stay(issuer: IssuerWorld) -> None:
    browser, _ = signed_in(issuer)
    assert is_page(browser.fill(browser.open(logout()), answer="stay"))
    assert is_signed_in(browser)


def test_2_a_hint_of_another_session_asks_the_person(issuer: IssuerWorld) -> None:
    browser, _ = signed_in(issuer)
    _, elsewhere = signed_in(issuer)
    _, others = signed_in(issuer, "alan")
    for tokens in (elsewhere, others):
        assert is_page(browser.open(logout(id_token_hint=tokens["id_token"])))
        assert is_signed_in(browser)


def test_3_after_the_question_the_person_returns(issuer: IssuerWorld) -> None:
    browser, _ = signed_in(issuer)
    page = browser.open(logout(client_id="spare", post_logout_redirect_uri=BYE, state="x"))
    assert "The Spare Part" in page.text
    answer = told(browser.fill(page, answer="sign-out"))
    assert (answer.to, answer.fields) == (BYE, {"state": "x"})


def test_3_who_has_signed_out_meanwhile_returns_too(issuer: IssuerWorld) -> None:
    browser, _ = signed_in(issuer)
    pages = [browser.open(logout(client_id="spare", post_logout_redirect_uri=BYE)) for _ in range(2)]
    assert [told(browser.fill(page, answer="sign-out")).to for page in pages] == [BYE, BYE]
    assert len(issuer.events_of(SignedOut)) == 1


def test_3_the_state_joins_a_query_that_is_there(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().open(logout(client_id="spare", post_logout_redirect_uri=BYE + "?tab=1", state="x")))
    assert answer.fields == {"tab": "1", "state": "x"}


@pytest.mark.parametrize(("length", "status"), [(2048, 303), (2049, 400)])
def test_3_the_state_has_a_bounded_length(issuer: IssuerWorld, length: int, status: int) -> None:
    answer = issuer.browser().open(logout(client_id="spare", post_logout_redirect_uri=BYE, state="x" * length))
    assert answer.status_code == status


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        "https://spare.example/bye/",
        "https://spare.example/bye?",
        "https://spare.example/callback?tab=1",
        "//evil.example",
        "javascript:alert(1)",
    ],
)
def test_3_nobody_is_sent_where_the_client_has_not_registered(issuer: IssuerWorld, uri: str) -> None:
    browser, tokens = signed_in(issuer)
    for hint in ({"client_id": "spare"}, {"id_token_hint": tokens["id_token"]}):
        answer = browser.open(logout(post_logout_redirect_uri=uri, **hint))
        assert is_page(answer, 400)
        assert issuer.last_refusal().reason is Reason.REDIRECT_URI_MISMATCH
    assert is_signed_in(browser)


def test_3_a_return_without_a_client_is_refused(issuer: IssuerWorld) -> None:
    assert is_page(issuer.browser().open(logout(post_logout_redirect_uri=BYE)), 400)
    assert told(issuer.browser().open(logout(post_logout_redirect_uri=BYE, client_id="spare"))).to == BYE


def test_2_a_client_that_nobody_knows_is_refused(issuer: IssuerWorld) -> None:
    browser, _ = signed_in(issuer)
    assert is_page(browser.open(logout(client_id="nobody")), 400)
    assert issuer.last_refusal().reason is Reason.CLIENT_UNKNOWN
    assert is_page(browser.open(logout(client_id="spare")))


def test_2_hint_and_client_must_be_the_same(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    answer = browser.open(logout(id_token_hint=tokens["id_token"], client_id="site"))
    assert is_page(answer, 400)
    assert issuer.last_refusal().reason is Reason.LOGOUT_HINT_INVALID
    assert browser.open(logout(id_token_hint=tokens["id_token"], client_id="spare")).status_code == 200
    assert not is_signed_in(browser)


def test_4_a_hint_that_is_not_ours_is_refused(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    for hint in ("e30.e30.e30", tokens["access_token"]):
        assert is_page(browser.open(logout(id_token_hint=hint)), 400)
    assert is_signed_in(browser)


def test_2_an_expired_hint_is_still_one(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    issuer.later(1800)
    browser.open(logout(id_token_hint=tokens["id_token"]))
    assert not is_signed_in(browser)


def test_2_post_is_the_same_as_get(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE}
    assert told(browser.follow(browser.post(endpoints.LOGOUT, fields))).to == BYE
    assert not is_signed_in(browser)


def test_who_is_not_signed_in_is_simply_sent_back(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().open(logout(client_id="spare", post_logout_redirect_uri=BYE))).to == BYE
    assert is_page(issuer.browser().open(logout()))


def test_repeated_parameters_are_refused(issuer: IssuerWorld) -> None:
    path = logout(client_id="spare", post_logout_redirect_uri=BYE)
    assert is_page(issuer.browser().open(path + "&client_id=spare"), 400)
    assert issuer.last_refusal().reason is Reason.PARAMETER_REPEATED
    assert told(issuer.browser().open(path)).to == BYE


def test_the_cookie_is_gone_and_would_be_worth_nothing(issuer: IssuerWorld) -> None:
    browser, tokens = signed_in(issuer)
    kept = dict(browser.cookies)
    browser.open(logout(id_token_hint=tokens["id_token"]))
    assert len(browser.cookies) == 1
    browser.cookies = kept
    assert not is_signed_in(browser)
