"""The page on which people end what apps may do for them: only their own, only from the page itself, and at once."""

from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest

from issuer_world import ALAN, GRACE, PASSWORD, WRONG, Browser, IssuerWorld, form_with, is_page
from ostiary.cli.demo.browser import forms
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model import endpoints
from ostiary.model.events.people import InstanceEnded
from ostiary.model.feed import GrantRevoked
from ostiary.model.ids import GrantId, Subject
from ostiary.model.reasons import Reason
from ostiary.people.records import Person

OFFLINE = "openid offline_access orders.read"


class Phone:
    """The app of `token_world` on one phone, signed in for somebody."""

    def __init__(self, issuer: IssuerWorld, subject: Subject = GRACE.subject, scopes: str = OFFLINE) -> None:
        self.issuer = issuer
        self.key = SigningPrivateKey.generate()
        self.tokens = issuer.tokens("phone", scopes, key=self.key, subject=subject)
        self.grant = str(issuer.claims(self.tokens["access_token"])["grant_id"])

    def refresh(self) -> httpx.Response:
        answer = self.issuer.refresh(self.tokens["refresh_token"], "phone", self.key)
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer


def opened(issuer: IssuerWorld, login: str = "grace") -> tuple[Browser, httpx.Response]:
    browser = issuer.browser()
    return browser, browser.follow(browser.try_in(browser.open(endpoints.APPS), login))


def entries(page: httpx.Response) -> dict[str, str]:
    """The form token of each grant on the page."""
    return {form.fields["grant"]: form.fields["form"] for form in forms(page.content) if "grant" in form.fields}


def ended(issuer: IssuerWorld) -> list[InstanceEnded]:
    return [event for event in issuer.events() if isinstance(event, InstanceEnded)]


def revoked(issuer: IssuerWorld) -> set[GrantId]:
    feed = issuer.run(issuer.store.feed_since(0))
    return {each.event.grant for each in feed if isinstance(each.event, GrantRevoked)}


def test_who_is_signed_in_sees_each_phone_with_its_key_and_its_last_use(issuer: IssuerWorld) -> None:
    first, second = Phone(issuer), Phone(issuer)
    issuer.later(7200)
    second.refresh()
    _, page = opened(issuer)
    assert is_page(page)
    assert list(entries(page)) == [second.grant, first.grant]
    for phone in (first, second):
        assert phone.key.public.id[:8] in page.text


def test_a_phone_that_is_signed_out_is_dead_at_once_and_the_other_goes_on(issuer: IssuerWorld) -> None:
    lost, kept = Phone(issuer), Phone(issuer)
    browser, page = opened(issuer)
    after = browser.follow(browser.post(endpoints.APPS, {"grant": lost.grant, "form": entries(page)[lost.grant]}))
    assert list(entries(after)) == [kept.grant]
    assert (lost.refresh().status_code, kept.refresh().status_code) == (400, 200)
    assert revoked(issuer) == {GrantId(lost.grant)}
    [event] = ended(issuer)
    assert (event.grant, event.subject, event.client) == (lost.grant, GRACE.subject, "phone")


@pytest.mark.parametrize("form", [{}, {"form": ""}, {"form": "A" * 54}])
def test_another_site_cannot_sign_a_phone_out(issuer: IssuerWorld, form: Mapping[str, str]) -> None:
    phone = Phone(issuer)
    browser, page = opened(issuer)
    answer = browser.post(endpoints.APPS, {"grant": phone.grant, **form})
    assert is_page(answer, 403)
    assert issuer.last_refusal().reason is Reason.FORM_FORGED
    assert not ended(issuer)
    assert phone.refresh().status_code == 200
    assert browser.post(endpoints.APPS, {"grant": phone.grant, "form": entries(page)[phone.grant]}).status_code == 303
    assert ended(issuer)


def test_the_button_of_one_phone_does_not_end_another(issuer: IssuerWorld) -> None:
    one, other = Phone(issuer), Phone(issuer)
    browser, page = opened(issuer)
    token = entries(page)[one.grant]
    assert browser.post(endpoints.APPS, {"grant": other.grant, "form": token}).status_code == 403
    assert other.refresh().status_code == 200
    assert browser.post(endpoints.APPS, {"grant": one.grant, "form": token}).status_code == 303
    assert one.refresh().status_code == 400


def test_nobody_sees_or_ends_what_is_somebody_else_s(issuer: IssuerWorld) -> None:
    """Not by the button of its owner either, in another browser."""
    graces, alans = Phone(issuer), Phone(issuer, ALAN.subject)
    grace, of_grace = opened(issuer)
    alan, of_alan = opened(issuer, "alan")
    assert (list(entries(of_grace)), list(entries(of_alan))) == ([graces.grant], [alans.grant])
    owner_s = {"grant": graces.grant, "form": entries(of_grace)[graces.grant]}
    assert alan.post(endpoints.APPS, owner_s).status_code == 403
    assert graces.refresh().status_code == 200
    assert grace.post(endpoints.APPS, owner_s).status_code == 303
    assert graces.refresh().status_code == 400


def test_without_a_sign_in_there_is_only_the_form_for_one(issuer: IssuerWorld) -> None:
    phone = Phone(issuer)
    browser, page = opened(issuer)
    own = {"grant": phone.grant, "form": entries(page)[phone.grant]}
    stranger = issuer.browser()
    for answer in (stranger.open(endpoints.APPS), stranger.post(endpoints.APPS, own)):
        assert is_page(answer)
        assert not entries(answer)
    wrong = stranger.try_in(stranger.open(endpoints.APPS), "grace", WRONG)
    assert wrong.status_code != 303
    assert not entries(wrong)
    assert not ended(issuer)
    assert browser.post(endpoints.APPS, own).status_code == 303


def test_a_sign_in_form_of_another_browser_is_refused(issuer: IssuerWorld) -> None:
    """Or somebody could be signed in as somebody else (login CSRF)."""
    mine, theirs = issuer.browser(), issuer.browser()
    page = mine.open(endpoints.APPS)
    theirs.open(endpoints.APPS)
    fields = {**form_with(page, "login").fields, "login": "grace", "password": PASSWORD}
    assert theirs.post(endpoints.APPS_SIGN_IN, fields).status_code == 403
    assert mine.post(endpoints.APPS_SIGN_IN, fields).status_code == 303


def changed(issuer: IssuerWorld, person: Person) -> None:
    known = issuer.known(person.subject)
    issuer.change(replace(known, changed_at=int(issuer.now)))


def test_what_cannot_be_refreshed_is_not_listed(issuer: IssuerWorld) -> None:
    """A session that ended; a person who changed; a token past its end."""
    away, here = Phone(issuer), Phone(issuer, scopes="openid orders.read")
    _, page = opened(issuer)
    assert set(entries(page)) == {away.grant, here.grant}
    session = issuer.grant_of(here.tokens["access_token"]).session
    issuer.end_session(session)
    assert list(entries(opened(issuer)[1])) == [away.grant]
    issuer.later(10)
    changed(issuer, GRACE)
    issuer.later(10)
    assert not entries(opened(issuer)[1])
    later = Phone(issuer)
    assert list(entries(opened(issuer)[1])) == [later.grant]
    issuer.later(31 * 86400)
    assert not entries(opened(issuer)[1])
