"""The person types the code, signs in and answers (RFC 8628 sections 3.3 and 3.3.1)."""

from dataclasses import replace

import httpx
import pytest

from device_world import asks, device, let_in, question, read, type_code
from issuer_world import GRACE, PASSWORD, IssuerWorld, form_with, is_page
from ostiary.model import endpoints
from ostiary.model.events.people import DeviceAllowed, DeviceDenied, UserCodeRefused
from ostiary.model.ids import Role, Subject
from ostiary.model.reasons import Reason


def test_3_3_the_person_types_the_code_signs_in_and_is_asked(issuer: IssuerWorld) -> None:
    waiting = device(issuer, device_name="Till 3", scope="orders.read orders.write")
    browser = issuer.browser()
    sign_in = type_code(browser, waiting.user_code.lower().replace("-", " "))
    assert is_page(sign_in)
    assert "Till of the shop" in sign_in.text
    issuer.later(125)
    page = browser.follow(browser.try_in(sign_in))
    assert asks(page)
    for words in ("Grace Hopper", "Till of the shop", "Till 3", waiting.user_code, "See orders", "Place orders"):
        assert words in page.text
    assert "2 minutes ago" in page.text
    assert "192.0.2.7" in page.text
    assert is_page(browser.fill(page, present="yes", answer="allow"))
    (event,) = issuer.events_of(DeviceAllowed)
    assert (event.subject, event.client, event.scopes) == ("sub-grace", "till", ("orders.read", "orders.write"))
    assert issuer.claims(read(waiting.poll())["access_token"])["grant_id"] == event.grant


def test_3_3_1_a_link_with_the_code_shows_it_and_asks_to_compare(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = browser.go(waiting.codes["verification_uri_complete"].removeprefix("https://api.example"))
    assert is_page(page)
    assert form_with(page, "user_code").fields["user_code"] == waiting.user_code
    assert "Compare" in page.text
    assert "Till of the shop" not in page.text
    assert "Till of the shop" in browser.follow(browser.fill(page, user_code=waiting.user_code)).text


def test_a_code_that_leads_nowhere_is_typed_again(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = type_code(browser, "BCDF-GHJK")
    assert is_page(page, 400)
    assert form_with(page, "user_code").fields["user_code"] == "BCDF-GHJK"
    assert [event.reason for event in issuer.events_of(UserCodeRefused)] == [Reason.USER_CODE_UNKNOWN]
    assert "password" in browser.follow(browser.fill(page, user_code=waiting.user_code)).text


def test_a_code_that_is_answered_or_too_old_looks_like_an_unknown_one(issuer: IssuerWorld) -> None:
    answered, old = device(issuer), device(issuer)
    let_in(issuer.browser(), answered)
    looks = [look(type_code(issuer.browser(), answered.user_code), answered.user_code)]
    issuer.later(600)
    looks += [look(type_code(issuer.browser(), code), code) for code in (old.user_code, "BCDF-GHJK")]
    assert len(set(looks)) == 1
    reasons = [event.reason for event in issuer.events_of(UserCodeRefused)]
    assert reasons == [Reason.USER_CODE_ANSWERED, Reason.USER_CODE_EXPIRED, Reason.USER_CODE_UNKNOWN]


def look(page: httpx.Response, code: str) -> tuple[int, str]:
    """The page without what differs for each browser and each code."""
    return page.status_code, page.text.replace(form_with(page, "user_code").fields["form"], "").replace(code, "")


def test_a_request_that_ends_while_the_page_is_open_is_answered_no_more(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    issuer.later(590)
    page = question(browser, waiting)
    issuer.later(10)
    assert is_page(browser.fill(page, present="yes", answer="allow"), 400)
    assert issuer.last_refusal().reason is Reason.USER_CODE_EXPIRED
    assert issuer.events_of(DeviceAllowed) == []
    assert is_page(let_in(browser, device(issuer)))


def test_who_cannot_give_anything_of_it_is_told_so(issuer: IssuerWorld) -> None:
    issuer.add_person(replace(GRACE, subject=Subject("sub-nobody"), login="without", roles=frozenset()))
    issuer.add_person(replace(GRACE, subject=Subject("sub-helper"), login="helper", roles=frozenset({Role("support")})))
    waiting = device(issuer, scope="orders.read orders.write")
    assert is_page(question(issuer.browser(), waiting, "without"), 400)
    assert issuer.last_refusal().reason is Reason.SCOPE_NOT_ALLOWED
    page = question(issuer.browser(), waiting, "helper")
    assert "See orders" in page.text
    assert "Place orders" not in page.text


def test_another_account_can_be_chosen_on_the_page(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = question(browser, waiting)
    link = page.text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    alans = browser.follow(browser.try_in(browser.open(link), "alan"))
    assert "Alan Turing" in alans.text
    browser.fill(alans, present="yes", answer="allow")
    assert [event.subject for event in issuer.events_of(DeviceAllowed)] == ["sub-alan"]


@pytest.mark.parametrize("answer", ["deny", "", "ALLOW", "yes"])
def test_any_answer_but_yes_is_no(issuer: IssuerWorld, answer: str) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    assert is_page(browser.fill(question(browser, waiting), answer=answer))
    (event,) = issuer.events_of(DeviceDenied)
    assert (event.subject, event.client) == ("sub-grace", "till")
    assert waiting.told() == "access_denied"


def test_a_wrong_password_is_a_wrong_password_here_too(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = type_code(browser, waiting.user_code)
    for _ in range(4):
        assert is_page(browser.try_in(page, "grace", "not the password of Grace"), 400)
    assert is_page(browser.try_in(page, "grace", PASSWORD), 429)
    issuer.later(1)
    assert asks(browser.follow(browser.try_in(page, "grace", PASSWORD)))


@pytest.mark.parametrize("path", [endpoints.DEVICE_SIGN_IN, endpoints.DEVICE_ANSWER])
def test_the_steps_behind_the_code_lead_back_to_it(issuer: IssuerWorld, path: str) -> None:
    browser = issuer.browser()
    for answer in (browser.open(path), browser.post(path, {"answer": "allow", "present": "yes"})):
        assert (answer.status_code, answer.headers["location"]) == (303, endpoints.DEVICE)
