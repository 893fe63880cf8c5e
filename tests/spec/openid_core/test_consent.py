"""What a person lets somebody else's client do (OpenID Connect Core section 3.1.2.4)."""

import json
from dataclasses import replace

import httpx

from issuer_world import GRACE, IssuerWorld, authorization, is_page, told
from ostiary.model.events.issuer import CodeIssued
from ostiary.model.events.people import ConsentGranted, ConsentRefused
from ostiary.model.ids import Role, Subject
from ostiary.model.reasons import Reason

BOTH = "orders.read orders.write"


def asked_for(page: httpx.Response) -> set[str]:
    """The sentences of the contract that the page newly asks for, and of who the person is."""
    asked = page.text.partition('<ul class="scopes">')[2].partition("</ul>")[0]
    return {line.removeprefix("<li>").removesuffix("</li>") for line in asked.split("\n") if line.startswith("<li>")}


def test_the_page_says_in_words_who_gets_what(issuer: IssuerWorld) -> None:
    page = issuer.browser().sign_in("desktop", scope=BOTH)
    assert is_page(page)
    assert asked_for(page) == {"See orders", "Place orders"}
    assert "Grace Hopper" in page.text
    assert "desktop" in page.text


def test_what_was_allowed_is_remembered_for_that_client_and_that_person(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    assert told(browser.fill(browser.sign_in("desktop", scope=BOTH), answer="allow")).code
    assert told(browser.go_on(browser.open(authorization("desktop", scope="orders.read")))).code
    assert is_page(browser.open(authorization("agency", scope="orders.read")))
    assert is_page(issuer.browser().sign_in("desktop", "alan", scope=BOTH))
    assert told(issuer.browser().sign_in("desktop", scope=BOTH)).code
    (granted,) = issuer.events_of(ConsentGranted)
    assert (granted.subject, granted.client, granted.scopes) == (
        "sub-grace",
        "desktop",
        ("orders.read", "orders.write"),
    )


def test_only_what_is_new_is_asked_when_more_is_wanted(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.fill(browser.sign_in("desktop", scope="orders.read"), answer="allow")
    more = browser.open(authorization("desktop", scope=BOTH))
    assert asked_for(more) == {"Place orders"}
    assert "See orders" in more.text
    assert told(browser.fill(more, answer="allow")).code
    assert told(browser.go_on(browser.open(authorization("desktop", scope=BOTH)))).code


def test_who_says_no_gives_nothing_and_is_asked_again(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    page = browser.sign_in("desktop", scope=BOTH)
    answer = told(browser.fill(page, answer="refuse"))
    assert (answer.error, issuer.last_refusal().reason) == ("access_denied", Reason.CONSENT_REFUSED)
    assert issuer.events_of(CodeIssued) + issuer.events_of(ConsentGranted) == []
    assert len(issuer.events_of(ConsentRefused)) == 1
    assert is_page(browser.open(authorization("desktop", scope=BOTH)))


def test_any_answer_but_yes_is_no(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    page = browser.sign_in("desktop")
    for answer in ("", "ALLOW", "yes"):
        assert told(browser.fill(page, answer=answer)).error == "access_denied"
    assert told(browser.fill(page, answer="allow")).code


def test_no_to_more_leaves_what_was_allowed_before(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.fill(browser.sign_in("desktop", scope="orders.read"), answer="allow")
    browser.fill(browser.open(authorization("desktop", scope=BOTH)), answer="refuse")
    assert told(browser.go_on(browser.open(authorization("desktop", scope="orders.read")))).code


def test_single_claims_are_asked_for_in_the_words_of_their_scope(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.fill(browser.sign_in("desktop", scope="orders.read"), answer="allow")
    claims = json.dumps({"userinfo": {"email": None}})
    page = browser.open(authorization("desktop", scope="orders.read", claims=claims))
    assert asked_for(page) == {"See your e-mail address"}


def test_a_client_of_ours_is_not_asked_for(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().sign_in("site", scope=BOTH)).code
    assert issuer.events_of(ConsentGranted) == []


def test_a_person_can_only_give_what_their_roles_let_them(issuer: IssuerWorld) -> None:
    helper = replace(GRACE, subject=Subject("sub-helper"), login="helper", roles=frozenset({Role("support")}))
    nobody = replace(GRACE, subject=Subject("sub-nobody"), login="without", roles=frozenset())
    issuer.add_person(helper)
    issuer.add_person(nobody)
    browser = issuer.browser()
    page = browser.sign_in("desktop", "helper", scope=BOTH)
    assert asked_for(page) == {"See orders"}
    tokens = issuer.redeem(told(browser.fill(page, answer="allow")), "desktop")
    assert issuer.claims(tokens["access_token"])["scope"] == "orders.read"
    refused = told(issuer.browser().sign_in("desktop", "without", scope=BOTH))
    assert (refused.error, issuer.last_refusal().reason) == ("access_denied", Reason.SCOPE_NOT_ALLOWED)


def test_after_consent_to_a_fresh_sign_in_nothing_is_asked_twice(issuer: IssuerWorld) -> None:
    """`prompt=login` was answered before the consent page came."""
    browser = issuer.browser()
    page = browser.sign_in("desktop", prompt="login", max_age="0")
    issuer.later(30)
    assert told(browser.fill(page, answer="allow")).code


def test_another_account_can_be_chosen_on_the_page(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    page = browser.sign_in("desktop")
    link = page.text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    alans = browser.follow(browser.try_in(browser.open(link), "alan"))
    assert "Alan Turing" in alans.text
    tokens = issuer.redeem(told(browser.fill(alans, answer="allow")), "desktop")
    assert issuer.claims(tokens["access_token"])["sub"] == "sub-alan"
