"""A cookie that an attacker knew before the sign-in is worth nothing after it (OWASP Session Fixation)."""

from dataclasses import replace

import httpx
import pytest

from issuer_world import GRACE, PASSWORD, IssuerWorld, authorization, hashed, told
from ostiary.model.events.people import SignedIn, SignedOut
from ostiary.server.issuer.browser import SESSION

NOW = authorization(prompt="none")


def is_signed_in(answer: httpx.Response) -> bool:
    return told(answer).error is None


def test_a_session_cookie_that_was_planted_never_becomes_one(issuer: IssuerWorld) -> None:
    victim, planted = issuer.browser(), "planted-by-the-attacker-0123456789abcdefghij"
    victim.cookies[SESSION] = planted
    assert is_signed_in(victim.sign_in("site"))
    assert victim.cookies[SESSION] != planted
    attacker = issuer.browser("203.0.113.66")
    attacker.cookies[SESSION] = planted
    assert not is_signed_in(attacker.open(NOW))
    attacker.cookies[SESSION] = victim.cookies[SESSION]
    assert is_signed_in(attacker.open(NOW))


@pytest.mark.parametrize("before", [" ", "\t", "\x85", "\xa0", "\x1f", "\x0c"])
def test_a_name_that_only_looks_like_ours_is_another_cookie(issuer: IssuerWorld, before: str) -> None:
    """Browsers keep `__Host-` for this host alone, but not what servers strip to it: a neighbour could plant that."""
    attacker, victim = issuer.browser("203.0.113.66"), issuer.browser()
    assert is_signed_in(attacker.sign_in("site"))
    victim.cookies[f"{before}{SESSION}"] = attacker.cookies[SESSION]
    assert is_signed_in(victim.open(NOW)) is (before in " \t")


def test_signing_in_anew_ends_the_cookie_from_before_and_keeps_the_session(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    tokens = issuer.redeem(told(browser.sign_in("site")))
    before = browser.cookies[SESSION]
    issuer.later(5)
    again = issuer.redeem(told(browser.sign_in("site", prompt="login")))
    assert issuer.claims(again["access_token"])["sid"] == issuer.claims(tokens["access_token"])["sid"]
    thief = issuer.browser()
    thief.cookies[SESSION] = before
    assert not is_signed_in(thief.open(NOW))
    thief.cookies[SESSION] = browser.cookies[SESSION]
    assert is_signed_in(thief.open(NOW))
    assert issuer.userinfo(tokens["access_token"]).status_code == 200


def test_another_person_in_the_same_browser_ends_the_first_ones_session(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    graces = issuer.redeem(told(browser.sign_in("site")))
    told(browser.sign_in("site", "alan", prompt="login"))
    assert [event.subject for event in issuer.events_of(SignedOut)] == ["sub-grace"]
    assert issuer.userinfo(graces["access_token"]).status_code == 401


def test_each_sign_in_has_a_secret_of_its_own(issuer: IssuerWorld) -> None:
    browsers = [issuer.browser() for _ in range(4)]
    for browser in browsers:
        told(browser.sign_in("site"))
    assert len({browser.cookies[SESSION] for browser in browsers}) == 4
    assert len({event.session for event in issuer.events_of(SignedIn)}) == 4


def test_a_changed_password_ends_every_session_from_before(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    assert is_signed_in(browser.open(NOW))
    issuer.later(5)
    changed = replace(GRACE, password_hash=hashed("another password of hers"), changed_at=int(issuer.now))
    issuer.change(changed)
    assert not is_signed_in(browser.open(NOW))


def test_a_sign_in_within_the_second_of_a_change_outlives_it(issuer: IssuerWorld) -> None:
    before = issuer.redeem(told(issuer.browser().sign_in("site")))
    issuer.later(0.25)
    changed = replace(GRACE, password_hash=hashed(PASSWORD), changed_at=int(issuer.now))
    issuer.change(changed)
    after = issuer.redeem(told(issuer.browser().sign_in("site")))
    assert issuer.userinfo(before["access_token"]).status_code == 401
    assert issuer.userinfo(after["access_token"]).status_code == 200
