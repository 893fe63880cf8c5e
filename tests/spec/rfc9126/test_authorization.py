"""What a browser brings instead of the request: its name (RFC 9126 sections 4 and 5)."""

import pytest

from issuer_world import Browser, IssuerWorld, authorization, form_with, is_page, named, told
from ostiary.model import endpoints
from ostiary.model.events.issuer import CodeIssued
from ostiary.model.ids import Secret
from ostiary.model.reasons import Reason
from token_world import CONTRACT, REDIRECT, read


def refused_for(issuer: IssuerWorld, browser: Browser, path: str) -> Reason:
    """A page says so, and nobody is sent anywhere."""
    answer = browser.go(path)
    assert is_page(answer, 400), answer.status_code
    return issuer.last_refusal().reason


@pytest.mark.parametrize(("age", "status"), [(0, 200), (59, 200), (60, 400), (61, 400), (3600, 400)])
def test_4_a_name_is_opened_within_its_minute_or_never(issuer: IssuerWorld, age: int, status: int) -> None:
    path = named("site", issuer.push())
    issuer.later(age)
    assert is_page(issuer.browser().go(path), status)
    assert status == 200 or issuer.last_refusal().reason is Reason.REQUEST_URI_EXPIRED


def test_4_one_use_and_no_second(issuer: IssuerWorld) -> None:
    browser, path = issuer.browser(), named("site", issuer.push())
    assert told(browser.follow(browser.try_in(browser.go(path)))).code
    assert refused_for(issuer, browser, path) is Reason.REQUEST_URI_SPENT
    assert refused_for(issuer, issuer.browser(), path) is Reason.REQUEST_URI_SPENT
    assert len(issuer.events_of(CodeIssued)) == 1


def test_4_a_page_is_reloaded_as_often_as_somebody_likes(issuer: IssuerWorld) -> None:
    """Also after the minute: the page has an address that says when it was first opened."""
    browser = issuer.browser()
    opened = browser.open(named("site", issuer.push()))
    address = opened.headers["location"]
    for age in (0, 30, 60, 300):
        issuer.later(age)
        page = browser.open(address)
        assert is_page(page)
    assert told(browser.follow(browser.try_in(page))).code


def test_4_who_types_a_wrong_password_and_reads_slowly_still_gets_in(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    page = browser.go(named("agency", issuer.push("agency")))
    issuer.later(200)
    page = browser.try_in(page, "grace", "not the password")
    issuer.later(200)
    consent = browser.follow(browser.try_in(browser.open(form_with(page, "login").action)))
    issuer.later(200)
    assert told(browser.fill(consent, answer="allow")).code


def test_4_another_account_can_be_chosen_after_the_minute(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    consent = browser.follow(browser.try_in(browser.go(named("agency", issuer.push("agency")))))
    issuer.later(120)
    link = consent.text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    alans = browser.follow(browser.try_in(browser.open(link), "alan"))
    assert "Alan Turing" in alans.text
    assert told(browser.fill(alans, answer="allow")).code


def test_4_nobody_stays_on_the_pages_of_one_request_for_longer_than_half_an_hour(issuer: IssuerWorld) -> None:
    browser, path = issuer.browser(), named("site", issuer.push())
    page = browser.go(path)
    for _ in range(4):
        issuer.later(450)
        page = browser.open(form_with(page, "login").action)
        assert is_page(page)
    issuer.later(60)
    assert refused_for(issuer, browser, form_with(page, "login").action) is Reason.REQUEST_URI_EXPIRED


def test_4_that_one_browser_opened_it_in_time_is_nothing_to_another(issuer: IssuerWorld) -> None:
    browser, other = issuer.browser(), issuer.browser()
    address = browser.open(named("site", issuer.push())).headers["location"]
    other.go(authorization())
    issuer.later(60)
    assert refused_for(issuer, other, address) is Reason.REQUEST_URI_EXPIRED
    assert is_page(browser.open(address))


def test_4_a_browser_that_keeps_no_cookies_is_not_sent_in_circles(issuer: IssuerWorld) -> None:
    opened = issuer.browser().open(named("site", issuer.push()))
    assert is_page(issuer.browser().open(opened.headers["location"]))


def test_4_who_is_signed_in_gets_the_code_without_a_page(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.sign_in("site")
    assert told(browser.open(named("site", issuer.push(state="pushed")))).fields["state"] == "pushed"


def test_4_what_stands_beside_the_name_is_not_looked_at(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    beside = {"redirect_uri": "https://evil.example/", "scope": "orders.write", "state": "evil", "prompt": "none"}
    page = browser.go(named("site", issuer.push(state="pushed"), **beside))
    answer = told(browser.follow(browser.try_in(page)))
    assert (answer.to, answer.fields["state"]) == (REDIRECT["site"], "pushed")
    assert issuer.claims(issuer.redeem(answer)["access_token"])["scope"] == "openid orders.read"


def test_4_an_error_goes_to_the_client_and_uses_nothing_up(issuer: IssuerWorld) -> None:
    browser, path = issuer.browser(), named("site", issuer.push(prompt="none"))
    assert told(browser.open(path)).error == "login_required"
    browser.sign_in("site")
    assert told(browser.open(path)).code


def test_5_the_metadata_says_where_and_whether_all_have_to(issuer: IssuerWorld) -> None:
    def metadata() -> dict[str, object]:
        return read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))

    assert metadata()["pushed_authorization_request_endpoint"] == "https://api.example/oauth/par"
    assert metadata()["require_pushed_authorization_requests"] is False
    kept = {name: CONTRACT["clients"][name] for name in ("agency", "reader", "robot")}
    issuer.adopt(clients=kept)
    assert metadata()["require_pushed_authorization_requests"] is True
    issuer.adopt(clients={**kept, "site": {**CONTRACT["clients"]["site"], "pushed_requests": True}})
    assert metadata()["require_pushed_authorization_requests"] is True


@pytest.mark.parametrize("client", ["agency", "reader", "phone"])
def test_5_a_client_whose_profile_pushes_gets_nothing_without(issuer: IssuerWorld, client: str) -> None:
    assert is_page(issuer.ask("GET", authorization(client)), 400)
    assert issuer.last_refusal().reason is Reason.REQUEST_NOT_PUSHED
    assert is_page(issuer.browser().go(named(client, issuer.push(client))))


def test_5_a_client_pushes_by_its_setting_or_is_let_off_with_a_reason(issuer: IssuerWorld) -> None:
    off = {"value": True, "because": "its library cannot push"}
    issuer.adopt(
        clients={
            "site": {**CONTRACT["clients"]["site"], "pushed_requests": True},
            "reader": {**CONTRACT["clients"]["reader"], "insecure_unpushed_requests": off},
        }
    )
    assert is_page(issuer.ask("GET", authorization("site")), 400)
    assert is_page(issuer.ask("GET", authorization("reader")))


def test_7_3_the_store_knows_neither_the_name_nor_what_was_asked(issuer: IssuerWorld) -> None:
    from ostiary.keys.hashing import token_hash
    from ostiary.keys.master import SealBroken
    from ostiary.keys.once import unseal

    uri = issuer.push(login_hint="grace@example.com")
    kept = issuer.run(issuer.store.pushed_request(token_hash(uri)))
    assert kept is not None
    assert b"grace" in unseal(kept.sealed, Secret(uri), b"pushed request")
    assert b"grace" not in kept.sealed
    with pytest.raises(SealBroken):
        unseal(kept.sealed, Secret(uri[:-1]), b"pushed request")


def test_what_is_past_is_forgotten(issuer: IssuerWorld) -> None:
    path = named("site", issuer.push())
    issuer.run(issuer.store.forget(int(issuer.now) + 1859))
    assert is_page(issuer.browser().go(path))
    issuer.run(issuer.store.forget(int(issuer.now) + 1860))
    assert refused_for(issuer, issuer.browser(), path) is Reason.REQUEST_URI_UNKNOWN
