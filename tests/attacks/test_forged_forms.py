"""Another site cannot send our forms, and what was shown to one browser is worth nothing in another (RFC 9700 section
4.7): signing in, choosing, consenting, signing out."""

from collections.abc import Callable

import httpx
import pytest

from issuer_world import ORIGIN, PASSWORD, Browser, IssuerWorld, authorization, form_with, is_page, told
from ostiary.model import endpoints
from ostiary.model.events.issuer import CodeIssued
from ostiary.model.events.people import ConsentGranted, ConsentRefused, SignedIn, SignedOut
from ostiary.model.reasons import Reason
from ostiary.server.issuer.browser import BROWSER, SESSION


def fields_of(page: httpx.Response, *names: str) -> tuple[str, dict[str, str]]:
    form = form_with(page, *names)
    return form.action, form.fields


def sign_in_form(browser: Browser, **changes: str) -> tuple[str, dict[str, str]]:
    action, fields = fields_of(browser.open(authorization(**changes)), "login")
    return action, fields | {"login": "grace", "password": PASSWORD}


def forgeries(own: str, of_another: str) -> dict[str, str]:
    """Values of `form` that are not the right one."""
    return {"none": "", "another browser's": of_another, "cut": own[:-2], "later": "AAAB" + own[4:], "odd": "é"}


@pytest.mark.parametrize("which", ["none", "another browser's", "cut", "later", "odd"])
def test_a_sign_in_that_another_site_sends_signs_nobody_in(issuer: IssuerWorld, which: str) -> None:
    browser, attacker = issuer.browser(), issuer.browser("203.0.113.66")
    action, fields = sign_in_form(browser)
    _, others = sign_in_form(attacker)
    forged = browser.post(action, fields | {"form": forgeries(fields["form"], others["form"])[which]})
    assert is_page(forged, 403)
    assert issuer.last_refusal().reason is Reason.FORM_FORGED
    assert issuer.events_of(SignedIn) == []
    assert told(browser.follow(browser.post(action, fields))).code


def test_a_sign_in_without_the_browsers_cookie_signs_nobody_in(issuer: IssuerWorld) -> None:
    """As where cookies are blocked: the page comes again and says so."""
    browser = issuer.browser()
    action, fields = sign_in_form(browser)
    kept, browser.cookies = browser.cookies, {}
    assert is_page(browser.post(action, fields), 403)
    browser.cookies = kept
    assert told(browser.follow(browser.post(action, fields))).code


def test_a_form_for_one_request_does_not_sign_in_for_another(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    action, fields = sign_in_form(browser)
    elsewhere, others = sign_in_form(browser, state="another")
    assert is_page(browser.post(elsewhere, fields), 403)
    assert told(browser.follow(browser.post(elsewhere, others))).fields["state"] == "another"
    assert action != elsewhere


@pytest.mark.parametrize(("age", "status"), [(599, 303), (600, 403)])
def test_a_form_is_good_for_ten_minutes_and_is_then_shown_anew(issuer: IssuerWorld, age: int, status: int) -> None:
    browser = issuer.browser()
    action, fields = sign_in_form(browser)
    issuer.later(age)
    answer = browser.post(action, fields)
    assert answer.status_code == status
    if status == 403:
        assert issuer.last_refusal().reason is Reason.FORM_EXPIRED
        assert form_with(answer, "login").fields["login"] == "grace"
        assert PASSWORD not in answer.text
        assert told(browser.follow(browser.try_in(answer))).code


def test_consent_that_another_site_sends_grants_nothing(issuer: IssuerWorld) -> None:
    browser, attacker = issuer.browser(), issuer.browser("203.0.113.66")
    page = browser.sign_in("agency")
    action, fields = fields_of(page, "answer")
    attackers = attacker.sign_in("agency", "alan")
    of_another = form_with(attackers, "answer").fields["form"]
    for form in forgeries(fields["form"], of_another).values():
        for answer in ("allow", "refuse"):
            assert is_page(browser.post(action, {"form": form, "answer": answer}), 403)
            assert issuer.last_refusal().reason is Reason.FORM_FORGED
    assert issuer.events_of(ConsentGranted) + issuer.events_of(ConsentRefused) + issuer.events_of(CodeIssued) == []
    assert told(browser.post(action, fields | {"answer": "allow"})).code


def test_consent_to_little_is_no_consent_to_more(issuer: IssuerWorld) -> None:
    """The form of a small request, sent to the address of a larger one."""
    browser = issuer.browser()
    small = browser.sign_in("desktop", scope="orders.read")
    large = browser.open(authorization("desktop", scope="orders.read orders.write"))
    action, _ = fields_of(large, "answer")
    form = form_with(small, "answer").fields["form"]
    assert is_page(browser.post(action, {"form": form, "answer": "allow"}), 403)
    assert issuer.events_of(ConsentGranted) == []
    assert told(browser.fill(large, answer="allow")).code


def test_one_persons_consent_is_not_the_next_persons(issuer: IssuerWorld) -> None:
    """Somebody else signs in while the page is open."""
    browser = issuer.browser()
    page = browser.sign_in("agency")
    browser.follow(browser.try_in(browser.open(authorization(prompt="login")), "alan"))
    assert is_page(browser.fill(page, answer="allow"), 403)
    assert issuer.events_of(ConsentGranted) == []
    assert told(browser.fill(browser.open(authorization("agency")), answer="allow")).code
    assert [event.subject for event in issuer.events_of(ConsentGranted)] == ["sub-alan"]


def test_a_sign_in_form_is_no_consent(issuer: IssuerWorld) -> None:
    """Each form has one purpose."""
    browser = issuer.browser()
    _, sign_in = sign_in_form(browser)
    page = browser.sign_in("agency")
    action, _ = fields_of(page, "answer")
    assert is_page(browser.post(action, {"form": sign_in["form"], "answer": "allow"}), 403)
    assert issuer.events_of(ConsentGranted) == []


def test_going_on_as_somebody_needs_the_page_that_offered_it(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    page = browser.open(authorization(prompt="select_account"))
    action, fields = fields_of(page, "continue")
    forged = form_with(page, "login").fields["form"]
    assert is_page(browser.post(action, {"form": forged, "continue": "yes"}), 403)
    assert told(browser.follow(browser.post(action, fields | {"continue": "yes"}))).code


def test_nobody_goes_on_as_somebody_who_is_signed_in_no_more(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    action, fields = fields_of(browser.open(authorization(prompt="select_account")), "continue")
    session = browser.cookies.pop(SESSION)
    assert is_page(browser.post(action, fields | {"continue": "yes"}), 403)
    browser.cookies[SESSION] = session
    assert told(browser.follow(browser.post(action, fields | {"continue": "yes"}))).code


def test_a_sign_out_that_another_site_sends_ends_nothing(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    page = browser.open(endpoints.LOGOUT)
    action, fields = fields_of(page, "answer")
    for form in forgeries(fields["form"], "AAAA").values():
        assert is_page(browser.post(action, {"form": form, "answer": "sign-out"}), 403)
        assert issuer.last_refusal().reason is Reason.FORM_FORGED
    assert issuer.events_of(SignedOut) == []
    assert is_page(browser.post(action, fields | {"answer": "sign-out"}))
    assert len(issuer.events_of(SignedOut)) == 1


def _repeated(fields: dict[str, str]) -> list[tuple[str, str]]:
    return [*fields.items(), ("login", "alan")]


def _as_text(browser: Browser, action: str, fields: dict[str, str]) -> httpx.Response:
    return browser.post(action, fields, content_type="text/plain")


@pytest.mark.parametrize(
    "send",
    [
        lambda browser, action, fields: browser.post(action, _repeated(fields)),
        _as_text,
        lambda browser, action, fields: browser.post(action, {**fields, "login": "gr\0ace"}),
    ],
    ids=["a field twice", "as text", "with a control character"],
)
def test_a_form_of_another_shape_signs_nobody_in(
    issuer: IssuerWorld, send: Callable[[Browser, str, dict[str, str]], httpx.Response]
) -> None:
    browser = issuer.browser()
    action, fields = sign_in_form(browser)
    assert is_page(send(browser, action, fields), 400)
    assert issuer.events_of(SignedIn) == []
    assert told(browser.follow(browser.post(action, fields))).code


def test_cookies_are_out_of_reach_of_scripts_other_hosts_and_plain_http(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    page = browser.open(authorization())
    answer = browser.try_in(page)
    for line in page.headers.get_list("set-cookie") + answer.headers.get_list("set-cookie"):
        name, *attributes = (part.strip() for part in line.split(";"))
        assert name.startswith("__Host-")
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
        assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_a_cookie_that_comes_twice_is_believed_in_neither(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    action, fields = sign_in_form(browser)
    own = browser.cookies.pop(BROWSER)
    both = (f"{BROWSER}={own}; {BROWSER}=x", f"{BROWSER}=x; {BROWSER}={own}")
    for cookies, status in ((both[0], 403), (both[1], 403), (f"{BROWSER}={own}", 303)):
        browser.cookies.clear()
        assert browser.post(action, fields, cookie=cookies).status_code == status


def test_the_origin_of_every_page_is_the_issuers(issuer: IssuerWorld) -> None:
    """Forms name no other place, so that no password is typed towards one."""
    page = issuer.browser().open(authorization())
    assert form_with(page, "login").action.startswith(endpoints.SIGN_IN + "?")
    assert ORIGIN in page.text
