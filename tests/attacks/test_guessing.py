"""Guessing passwords: one answer whatever was wrong, waits that grow, and nothing learnt from them."""

from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from device_world import device, type_code
from issuer_world import ALAN, PASSWORD, WRONG, Browser, IssuerWorld, authorization, form_with, hashed, is_page, told
from ostiary.model import endpoints
from ostiary.model.events.people import SignedIn, SignInRefused
from ostiary.model.reasons import Reason
from ostiary.pages.views import in_words
from ostiary.people.delays import delay, seconds_to_wait
from ostiary.people.records import Counted, Failures
from rules_world import Rules
from secrets_seen import secret


def tried(browser: Browser, login: str, password: str) -> httpx.Response:
    return browser.try_in(browser.open(authorization()), login, password)


def comparable(page: httpx.Response, login: str) -> str:
    """The page without what differs for each browser, and without what was typed."""
    return page.text.replace(form_with(page, "login").fields["form"], "").replace(f'value="{login}"', "")


def reasons(issuer: IssuerWorld) -> list[Reason]:
    return [event.reason for event in issuer.events_of(SignInRefused)]


def test_unknown_wrong_and_disabled_look_the_same(issuer: IssuerWorld) -> None:
    issuer.change(replace(ALAN, password_hash=hashed(PASSWORD), disabled=True))
    cases = [("nobody", PASSWORD), ("grace", WRONG), ("alan", PASSWORD), ("alan", WRONG)]
    pages = [(tried(issuer.browser(), login, password), login) for login, password in cases]
    assert {(page.status_code, comparable(page, login)) for page, login in pages} == {
        (400, comparable(pages[0][0], "nobody"))
    }
    assert {tuple(sorted(page.headers)) for page, _ in pages} == {tuple(sorted(pages[0][0].headers))}
    wrong, disabled = Reason.CREDENTIALS_WRONG, Reason.PERSON_DISABLED
    assert reasons(issuer) == [wrong, wrong, disabled, wrong]
    assert told(issuer.browser().sign_in("site")).code


def test_nobody_is_checked_as_somebody_is(issuer: IssuerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """No time is measured: the same work is done."""
    checked: list[str] = []
    real = issuer.desk.passwords.right

    async def right(password: object, hash: str) -> bool:
        checked.append(hash.split("$")[1])
        return await real(password, hash)  # type: ignore[arg-type]

    monkeypatch.setattr(type(issuer.desk.passwords), "right", lambda self, password, hash: right(password, hash))
    for login in ("nobody", "grace"):
        assert is_page(tried(issuer.browser(), login, WRONG), 400)
    assert checked == ["argon2id", "argon2id"]


def test_after_three_wrong_tries_an_account_waits_and_the_right_password_waits_too(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    for _ in range(4):
        assert is_page(tried(browser, "grace", WRONG), 400)
    assert is_page(tried(browser, "grace", PASSWORD), 429)
    assert reasons(issuer)[-1] is Reason.SIGN_IN_DELAYED
    assert issuer.events_of(SignedIn) == []
    issuer.later(1)
    assert told(browser.follow(tried(browser, "grace", PASSWORD))).code


def test_tries_that_are_not_heard_do_not_fill_the_log(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    statuses = [tried(browser, "grace", WRONG).status_code for _ in range(5)]
    issuer.list_as_many_as_may_be()
    statuses.append(tried(browser, "grace", WRONG).status_code)
    assert statuses == [400] * 4 + [429] * 2
    assert reasons(issuer).count(Reason.SIGN_IN_DELAYED) == 1
    counted = {(each.reason, each.peer): each.count for each in issuer.desk.refusals.close(issuer.desk.clock())}
    assert counted[Reason.SIGN_IN_DELAYED, issuer.desk.pseudonym(browser.peer)] == 1


def test_waits_double_with_each_wrong_try(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    for wait in (0, 0, 0, 1, 2, 4, 8):
        assert is_page(tried(browser, "grace", WRONG), 400)
        if wait:
            issuer.later(wait - 0.5)
            assert is_page(tried(browser, "grace", WRONG), 429)
            issuer.later(0.5)


@pytest.mark.parametrize("login", ["grace", "nobody"])
def test_the_page_says_how_long_to_wait_and_who_waits_so_long_is_heard(issuer: IssuerWorld, login: str) -> None:
    browser = issuer.browser()
    for wait in (0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128):
        assert is_page(tried(browser, login, WRONG), 400)
        if wait:
            issuer.later(0.25)
            page = tried(browser, login, WRONG)
            assert (page.status_code, page.headers["retry-after"]) == (429, str(wait))
            assert f" {in_words(wait)} " in page.text
            issuer.later(wait - 0.25)


@pytest.mark.parametrize(("seconds", "count"), [(1, 1), (59, 59), (60, 1), (61, 2), (120, 2), (899, 15), (900, 15)])
def test_a_wait_in_words_is_never_too_short(seconds: int, count: int) -> None:
    assert int(in_words(seconds).split()[0]) == count


@pytest.mark.parametrize(("count", "wait"), [(13, 512), (14, 900), (5000, 900)])
def test_no_wait_is_longer_than_a_quarter_of_an_hour(count: int, wait: int) -> None:
    """After any number of tries: who has the account can still sign in."""
    assert delay(count, Counted.ACCOUNT) == wait
    assert seconds_to_wait([Failures(b"grace", count, until=1.0 + wait)], now=1.0) == wait


@pytest.mark.parametrize(("pause", "free"), [(899.5, 0), (1799.5, 0), (1800, 1), (3600, 3), (30 * 86400, 3)])
def test_a_quarter_of_an_hour_forgets_one_wrong_try_and_a_long_time_gives_none_for_later(
    issuer: IssuerWorld, pause: float, free: int
) -> None:
    browser = issuer.browser()
    for _ in range(4):
        tried(browser, "grace", WRONG)
    issuer.later(pause)
    for _ in range(free + 1):
        assert is_page(tried(browser, "grace", WRONG), 400)
    assert is_page(tried(browser, "grace", PASSWORD), 429)


def test_nobody_waits_for_a_clock_that_was_set_back(issuer: IssuerWorld) -> None:
    """Wrong tries while the clock was a day ahead; afterwards they count, and the next one waits as long as ever."""
    browser = issuer.browser()
    issuer.later(86400)
    for _ in range(4):
        tried(browser, "grace", WRONG)
    assert is_page(tried(browser, "grace", PASSWORD), 429)
    issuer.later(-86400)
    assert is_page(tried(browser, "grace", WRONG), 400)
    page = tried(browser, "grace", PASSWORD)
    assert (page.status_code, page.headers["retry-after"]) == (429, "2")
    issuer.later(86400)
    tried(browser, "grace", WRONG)
    issuer.later(-86400)
    assert told(browser.follow(tried(browser, "grace", PASSWORD))).code


def test_unknown_accounts_wait_alike(issuer: IssuerWorld) -> None:
    """Or the wait would tell which accounts there are."""
    pages = {login: [tried(issuer.browser(), login, WRONG) for _ in range(6)] for login in ("grace", "nobody")}
    looks = [[(page.status_code, comparable(page, login)) for page in pages[login]] for login in pages]
    assert looks[0] == looks[1]
    assert [status for status, _ in looks[0]] == [400] * 4 + [429] * 2
    waits = [[page.headers.get("retry-after") for page in pages[login]] for login in pages]
    assert waits == [[None] * 4 + ["1"] * 2] * 2


def test_one_account_is_not_another(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    for _ in range(5):
        tried(browser, "grace", WRONG)
    assert is_page(tried(browser, "grace", PASSWORD), 429)
    assert told(browser.follow(tried(browser, "alan", PASSWORD))).code


@pytest.mark.parametrize("spelling", ["GRACE", " grace ", "\uff47\uff52\uff41\uff43\uff45"])
def test_an_account_is_one_however_it_is_spelt(issuer: IssuerWorld, spelling: str) -> None:
    for login in ("grace", spelling, "grace", spelling):
        assert is_page(tried(issuer.browser(), login, WRONG), 400)
    assert is_page(tried(issuer.browser(), spelling, PASSWORD), 429)
    issuer.later(1)
    browser = issuer.browser()
    assert told(browser.follow(tried(browser, spelling, PASSWORD))).code


def test_spraying_one_password_over_many_accounts_makes_the_address_wait(issuer: IssuerWorld) -> None:
    sprayer = issuer.browser("203.0.113.66")
    page = sprayer.open(authorization())
    statuses = [sprayer.try_in(page, f"person{number}", WRONG).status_code for number in range(32)]
    assert statuses[:31] == [400] * 31
    assert statuses[31] == 429
    assert is_page(sprayer.try_in(page, "grace", PASSWORD), 429)
    assert told(issuer.browser("198.51.100.1").sign_in("site")).code


def test_a_whole_ipv6_prefix_is_one_address(issuer: IssuerWorld) -> None:
    for number in range(31):
        browser = issuer.browser(f"2001:db8:1:2::{number:x}")
        assert is_page(tried(browser, f"person{number}", WRONG), 400)
    assert is_page(tried(issuer.browser("2001:db8:1:2:ffff::1"), "grace", PASSWORD), 429)
    browser = issuer.browser("2001:db8:1:3::1")
    assert told(browser.follow(tried(browser, "grace", PASSWORD))).code


def test_an_ipv4_address_in_the_form_of_ipv6_is_that_address(issuer: IssuerWorld) -> None:
    """As listeners for both tell it: they share one prefix, and who guesses from one makes nobody else wait."""
    for number in range(31):
        assert is_page(tried(issuer.browser("::ffff:203.0.113.66"), f"person{number}", WRONG), 400)
    assert is_page(tried(issuer.browser("203.0.113.66"), "grace", PASSWORD), 429)
    browser = issuer.browser("::ffff:203.0.113.67")
    assert told(browser.follow(tried(browser, "grace", PASSWORD))).code


def test_tries_at_the_same_moment_count_one_after_another(issuer: IssuerWorld) -> None:
    """Ten guesses that arrive together are four guesses."""
    browser = issuer.browser()
    page = browser.open(authorization())
    form = form_with(page, "login")
    fields = form.fields | {"login": "grace", "password": WRONG}
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    posts = [issuer.posted(form.action, fields, None, cookie=cookie) for _ in range(10)]
    statuses = sorted(answer.status_code for answer in issuer.together(*posts))
    assert statuses == [400] * 4 + [429] * 6


def test_signing_in_clears_the_account_and_not_the_address(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    for _ in range(3):
        tried(browser, "grace", WRONG)
    told(browser.sign_in("site"))
    other = issuer.browser()
    for _ in range(4):
        assert is_page(tried(other, "grace", WRONG), 400)
    assert is_page(tried(other, "grace", PASSWORD), 429)


def test_a_password_of_any_length_is_answered(issuer: IssuerWorld) -> None:
    long = secret("long" * 300)
    for password in ("", "x", long, "\U0001f511" * 400):
        assert is_page(tried(issuer.browser(), f"account{len(password)}", password), 400)


def test_no_page_repeats_a_password(issuer: IssuerWorld) -> None:
    assert WRONG not in tried(issuer.browser(), "grace", WRONG).text


def test_more_tries_than_can_wait_are_sent_away_and_told_so(
    issuer: IssuerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = issuer.browser()
    page = browser.open(authorization())
    monkeypatch.setattr("ostiary.server.issuer.passwords.MOST_WAITING", 0)
    answer = browser.try_in(page)
    assert is_page(answer, 503)
    assert answer.headers["retry-after"]
    assert issuer.last_refusal().reason is Reason.SIGN_IN_BUSY
    monkeypatch.setattr("ostiary.server.issuer.passwords.MOST_WAITING", 1)
    assert told(browser.follow(browser.try_in(page))).code


def test_tries_from_one_address_are_few_on_whichever_page_they_are_typed() -> None:
    """A password costs a tenth of a second of two cores, and those that wait for it keep others out."""
    rules = Rules()
    tries = [rules.reason(f"POST {path}") for path in sorted(endpoints.PASSWORDS) for _ in range(20)]
    assert tries == [None] * 30 + [Reason.LIMIT_REACHED] * 30
    for path in endpoints.PASSWORDS:
        assert rules.reason(f"POST {path}", address="198.51.100.2") is None
        assert rules.reason(f"GET {path}") is None


def test_each_page_that_takes_a_password_is_one_of_those(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    pages = (
        browser.open(authorization()),
        browser.open(endpoints.APPS),
        type_code(browser, device(issuer).user_code),
    )
    assert {urlsplit(form_with(page, "password").action).path for page in pages} == endpoints.PASSWORDS
