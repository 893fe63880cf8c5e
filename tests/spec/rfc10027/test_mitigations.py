"""Which of the practical mitigations of RFC 10027 section 6.1 there are, one by one."""

import pytest

from device_world import PEER, Device, asking, asks, device, let_in, question, read, refused, type_code
from issuer_world import IssuerWorld, form_with, is_page, told
from ostiary.keys.hashing import token_hash
from ostiary.model.events.people import ConsentGranted, DeviceAllowed, DeviceDenied, UserCodeRefused
from ostiary.model.reasons import Reason
from ostiary.server import revocation


@pytest.mark.parametrize(
    ("browser_at", "near"), [(PEER, True), ("192.0.2.8", False), ("2001:db8::1", False), ("", False)]
)
def test_6_1_1_the_page_says_whether_both_are_in_one_network(issuer: IssuerWorld, browser_at: str, near: bool) -> None:
    browser = issuer.browser(browser_at)
    page = question(browser, device(issuer))
    assert ("in the same network" in page.text) is near
    assert ("in another network" in page.text) is not near
    browser.fill(page, present="yes", answer="allow")
    (event,) = issuer.events_of(DeviceAllowed)
    assert event.near is near
    assert (event.device, event.peer) == (issuer.desk.pseudonym(PEER), issuer.desk.pseudonym(browser_at))


def test_6_1_2_codes_live_for_ten_minutes(issuer: IssuerWorld) -> None:
    young, old = device(issuer), device(issuer)
    issuer.later(599)
    assert "password" in type_code(issuer.browser(), young.user_code).text
    issuer.later(1)
    assert is_page(type_code(issuer.browser(), old.user_code), 400)


def test_6_1_3_a_code_has_one_answer(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    first, second = issuer.browser(), issuer.browser()
    pages = question(first, waiting), question(second, waiting, "alan")
    assert is_page(first.fill(pages[0], present="yes", answer="allow"))
    assert is_page(second.fill(pages[1], present="yes", answer="allow"), 400)
    assert issuer.last_refusal().reason is Reason.USER_CODE_ANSWERED
    assert [event.subject for event in issuer.events_of(DeviceAllowed)] == ["sub-grace"]


def test_6_1_4_a_code_that_turns_up_everywhere_leads_nowhere(issuer: IssuerWorld) -> None:
    """As in a mailing: the sixth who types it is not asked."""
    waiting = device(issuer)
    pages = [type_code(issuer.browser(f"198.51.100.{number}"), waiting.user_code) for number in range(6)]
    assert [page.status_code for page in pages] == [200] * 5 + [400]
    assert [event.reason for event in issuer.events_of(UserCodeRefused)] == [Reason.USER_CODE_SPREAD]


def test_6_1_6_what_a_device_got_can_be_ended(issuer: IssuerWorld) -> None:
    """The session in which the person let it in, and with it what the device got."""
    waiting = device(issuer, scope="openid orders.read")
    let_in(issuer.browser(), waiting)
    tokens = read(waiting.poll())
    assert issuer.userinfo(tokens["access_token"]).status_code == 200
    (event,) = issuer.events_of(DeviceAllowed)
    session = issuer.run(issuer.store.session(event.session))
    assert session is not None
    issuer.commit(revocation.of_session(session, int(issuer.now)))
    assert issuer.userinfo(tokens["access_token"]).status_code == 401
    assert issuer.refresh(tokens["refresh_token"], "till").status_code == 400


def test_6_1_9_scopes_have_to_be_named(issuer: IssuerWorld) -> None:
    assert refused(issuer, asking(issuer, scope="")) == (400, "invalid_scope", Reason.PARAMETER_MISSING)
    waiting = device(issuer, scope="orders.read")
    let_in(issuer.browser(), waiting)
    assert read(waiting.poll())["scope"] == "orders.read"


def test_6_1_10_access_tokens_live_for_ten_minutes(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    let_in(issuer.browser(), waiting)
    assert read(waiting.poll())["expires_in"] == 600


def test_6_1_11_an_address_that_asks_for_many_codes_waits(issuer: IssuerWorld) -> None:
    answers = [asking(issuer) for _ in range(32)]
    assert [answer.status_code for answer in answers] == [200] * 31 + [503]
    assert refused(issuer, answers[-1]) == (503, "temporarily_unavailable", Reason.DEVICE_REQUESTS_DELAYED)
    issuer.later(1)
    assert asking(issuer).status_code == 200


def test_6_1_14_who_did_not_start_it_can_say_so_as_easily(issuer: IssuerWorld) -> None:
    """The answer `no` stands first and needs no tick."""
    waiting = device(issuer)
    browser = issuer.browser()
    page = question(browser, waiting)
    assert [value for _, value in form_with(page, "present").buttons] == ["deny", "allow"]
    assert "started this yourself" in page.text
    assert is_page(browser.fill(page, answer="deny"))
    assert len(issuer.events_of(DeviceDenied)) == 1


def test_6_1_14_yes_takes_a_tick_that_the_device_is_there(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = question(browser, waiting)
    form = form_with(page, "present")
    unticked = {name: value for name, value in form.fields.items() if name != "present"} | {"answer": "allow"}
    again = browser.post(form.action, unticked)
    assert is_page(again, 400)
    assert issuer.last_refusal().reason is Reason.DEVICE_NOT_BEFORE_THEM
    assert issuer.events_of(DeviceAllowed) == []
    assert is_page(browser.fill(again, present="yes", answer="allow"))


@pytest.mark.parametrize(("age", "asked_anew"), [(300, False), (301, True)])
def test_6_1_14_an_old_session_is_not_enough(issuer: IssuerWorld, age: int, asked_anew: bool) -> None:
    browser = issuer.browser()
    told(browser.sign_in("site"))
    issuer.later(age)
    page = type_code(browser, device(issuer).user_code)
    assert asks(page) is not asked_anew
    if asked_anew:
        assert form_with(page, "password").fields["login"] == "grace"
        assert asks(browser.follow(browser.try_in(page)))


def test_nothing_is_remembered_for_the_next_device(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    for _ in range(2):
        waiting = device(issuer)
        assert asks(question(browser, waiting))
        assert is_page(let_in(browser, waiting))
    assert issuer.events_of(ConsentGranted) == []


def test_the_address_of_a_device_is_forgotten_when_it_has_its_answer(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    assert stored_peer(issuer, waiting) == PEER
    let_in(issuer.browser(), waiting)
    assert stored_peer(issuer, waiting) == ""


def stored_peer(issuer: IssuerWorld, waiting: Device) -> str:
    stored = issuer.run(issuer.store.device_request(token_hash(waiting.codes["device_code"])))
    assert stored is not None
    return stored.peer
