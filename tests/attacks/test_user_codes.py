"""Guessing the codes of devices, and links that bring some (RFC 8628 sections 5.1 and 5.4)."""

from urllib.parse import quote

import httpx
import pytest

from device_world import Device, asks, device, let_in, question, type_code
from issuer_world import Browser, IssuerWorld, form_with, is_page, told
from ostiary.issuer.user_code import ALPHABET
from ostiary.model import endpoints
from ostiary.model.events.people import DeviceAllowed, DeviceDenied, UserCodeRefused
from ostiary.model.reasons import Reason
from ostiary.pages.views import in_words


def guess(browser: Browser, number: int = 0) -> httpx.Response:
    return type_code(browser, f"BCDF-GHJ{ALPHABET[number % 20]}")


def test_guesses_from_one_address_wait_longer_and_longer(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    guesser = issuer.browser("203.0.113.66")
    assert [guess(guesser, number).status_code for number in range(7)] == [400] * 6 + [429]
    assert issuer.events_of(UserCodeRefused)[-1].reason is Reason.USER_CODE_DELAYED
    assert is_page(type_code(guesser, waiting.user_code), 429)
    assert is_page(type_code(issuer.browser("198.51.100.1"), waiting.user_code))
    issuer.later(1)
    assert is_page(type_code(guesser, waiting.user_code))


def test_guesses_that_are_not_heard_do_not_fill_the_log(issuer: IssuerWorld) -> None:
    guesser = issuer.browser("203.0.113.66")
    statuses = [guess(guesser, number).status_code for number in range(7)]
    issuer.list_as_many_as_may_be()
    statuses.append(guess(guesser).status_code)
    assert statuses == [400] * 6 + [429] * 2
    refused = [event.reason for event in issuer.events_of(UserCodeRefused)]
    assert refused.count(Reason.USER_CODE_DELAYED) == 1
    counted = {(each.reason, each.peer): each.count for each in issuer.desk.refusals.close(issuer.desk.clock())}
    assert counted[Reason.USER_CODE_DELAYED, issuer.desk.pseudonym(guesser.peer)] == 1


def test_waits_double_with_each_wrong_code(issuer: IssuerWorld) -> None:
    guesser = issuer.browser("203.0.113.66")
    for wait in (0, 0, 0, 0, 0, 1, 2, 4, 8):
        assert is_page(guess(guesser), 400)
        if wait:
            issuer.later(wait - 0.5)
            page = guess(guesser)
            assert (page.status_code, page.headers["retry-after"]) == (429, "1")
            assert f" {in_words(1)} " in page.text
            issuer.later(0.5)


def test_a_guesser_gets_few_tries_in_the_life_of_a_code(issuer: IssuerWorld) -> None:
    """However often they try: of 2.56e10 codes."""
    guesser = issuer.browser("203.0.113.66")
    heard = 0
    for _ in range(300):
        heard += guess(guesser).status_code == 400
        issuer.later(2)
    assert heard <= 25


def test_one_account_behind_many_addresses_is_one_guesser(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    statuses = []
    for number in range(7):
        browser.peer = f"198.51.100.{number}"
        statuses.append(guess(browser, number).status_code)
    assert statuses == [400] * 6 + [429]
    others = issuer.browser("198.51.100.6")
    assert is_page(guess(others), 400)


def test_a_whole_ipv6_prefix_is_one_address(issuer: IssuerWorld) -> None:
    for number in range(6):
        assert is_page(guess(issuer.browser(f"2001:db8:1:2::{number:x}"), number), 400)
    assert is_page(guess(issuer.browser("2001:db8:1:2:ffff::1")), 429)
    assert is_page(guess(issuer.browser("2001:db8:1:3::1")), 400)


def test_guesses_at_the_same_moment_count_one_after_another(issuer: IssuerWorld) -> None:
    """Twenty that arrive together are six."""
    browser = issuer.browser()
    form = form_with(browser.open(endpoints.DEVICE), "user_code")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    posts = [
        issuer.posted(endpoints.DEVICE, form.fields | {"user_code": f"BCDF-GHJ{letter}"}, None, cookie=cookie)
        for letter in ALPHABET
    ]
    statuses = sorted(answer.status_code for answer in issuer.together(*posts))
    assert statuses == [400] * 6 + [429] * 14


def test_devices_that_ask_at_the_same_moment_count_one_after_another(issuer: IssuerWorld) -> None:
    asked = {"scope": "orders.read"}
    posts = [issuer.posted(endpoints.DEVICE_AUTHORIZATION, asked, "till") for _ in range(40)]
    statuses = sorted(answer.status_code for answer in issuer.together(*posts))
    assert statuses == [200] * 31 + [503] * 9


def test_a_right_code_does_not_wash_away_wrong_ones(issuer: IssuerWorld) -> None:
    """Or a guesser with a device of their own could try for ever."""
    guesser = issuer.browser("203.0.113.66")
    for number in range(5):
        guess(guesser, number)
    assert is_page(type_code(guesser, device(issuer).user_code))
    assert [guess(guesser).status_code for _ in range(2)] == [400, 429]


def link(waiting: Device) -> str:
    return str(waiting.codes["verification_uri_complete"]).removeprefix("https://api.example")


def test_a_link_alone_lets_nobody_in(issuer: IssuerWorld) -> None:
    """Also where the person has just signed in: what the link opens is the page to compare the code on."""
    waiting = device(issuer)
    victim = issuer.browser()
    told(victim.sign_in("site"))
    page = victim.go(link(waiting))
    assert [button for form in _forms(page) for button in form] == []
    assert waiting.told() == "authorization_pending"
    asked = victim.follow(victim.fill(page, user_code=waiting.user_code))
    assert asks(asked)
    assert waiting.told() == "authorization_pending"
    victim.fill(asked, present="yes", answer="allow")
    assert waiting.told() == ""


def _forms(page: httpx.Response) -> list[list[tuple[str, str]]]:
    return [form_with(page, "user_code").buttons]


@pytest.mark.parametrize(
    "more",
    ["&answer=allow&present=yes", "&ostiary=AAAA", "&form=AAAA&answer=allow", "&user_code=BCDF-GHJK"],
)
def test_nothing_that_a_link_brings_is_an_answer(issuer: IssuerWorld, more: str) -> None:
    waiting = device(issuer)
    victim = issuer.browser()
    told(victim.sign_in("site"))
    for path in (endpoints.DEVICE, endpoints.DEVICE_ANSWER, endpoints.DEVICE_SIGN_IN):
        answer = victim.go(f"{path}?user_code={waiting.user_code}{more}")
        assert answer.status_code in (200, 400)
        assert "Till of the shop" not in answer.text
    assert waiting.told() == "authorization_pending"


def test_the_way_of_one_browser_is_worth_nothing_in_another(issuer: IssuerWorld) -> None:
    """A phisher types their code themselves and sends on the address that they got to."""
    waiting = device(issuer)
    phisher, victim = issuer.browser("203.0.113.66"), issuer.browser()
    told(victim.sign_in("site"))
    page = phisher.open(endpoints.DEVICE)
    beyond = phisher.fill(page, user_code=waiting.user_code).headers["location"]
    assert "Till of the shop" in phisher.open(beyond).text
    opened = victim.go(beyond)
    assert not asks(opened)
    assert is_page(opened)
    assert "Till of the shop" not in opened.text
    assert asks(question(victim, waiting))


@pytest.mark.parametrize(
    "code",
    ['"><script>alert(1)</script>', "WDJB-MJHT'\"", "javascript:alert(1)", "{{7*7}}", "WDJB-MJHT\u202e", "é" * 64],
)
def test_what_a_link_or_a_form_brings_is_no_html(issuer: IssuerWorld, code: str) -> None:
    browser = issuer.browser()
    for page in (browser.open(f"{endpoints.DEVICE}?user_code={quote(code)}"), type_code(browser, code)):
        assert is_page(page, 200) or is_page(page, 400)
        assert "<script" not in page.text
        assert "49" not in form_with(page, "user_code").fields["user_code"]
    assert form_with(browser.open(f"{endpoints.DEVICE}?user_code={quote(code)}"), "user_code").fields["user_code"] in (
        "",
        "WDJB-MJHT",
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Till 3", 200),
        ("Café (back room) #2", 200),
        ("Sign in at https://evil.example", 400),
        ("evil.example", 400),
        ("<b>Till</b>", 400),
        ("x" * 41, 400),
        ("Till\u202e3", 400),
        (" Till", 400),
    ],
)
def test_a_device_calls_itself_nothing_that_misleads(issuer: IssuerWorld, name: str, status: int) -> None:
    asked = {"scope": "orders.read", "device_name": name}
    assert issuer.post(endpoints.DEVICE_AUTHORIZATION, asked, "till").status_code == status


def test_the_last_page_of_a_denied_device_lets_in_nobody_later(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = question(browser, waiting)
    browser.fill(page, answer="deny")
    assert is_page(browser.fill(page, present="yes", answer="allow"), 400)
    assert (len(issuer.events_of(DeviceDenied)), issuer.events_of(DeviceAllowed)) == (1, [])
    assert is_page(let_in(browser, device(issuer)))
