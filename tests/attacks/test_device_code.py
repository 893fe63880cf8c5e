"""A stolen, repeated or foreign device code, and forged answers for a device (RFC 8628 section 5, RFC 9700)."""

import pytest

from device_world import Device, device, let_in, question, read, refused, type_code
from issuer_world import CLIENTS, IssuerWorld, form_with, is_page
from ostiary.model import endpoints
from ostiary.model.events.issuer import FamilyRevoked, TokensIssued
from ostiary.model.events.people import DeviceAllowed, DeviceDenied, SignedIn, UserCodeRefused
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from ostiary.server import revocation
from token_world import CONTRACT


def let_in_and_told(issuer: IssuerWorld) -> tuple[Device, dict[str, str]]:
    waiting = device(issuer, scope="openid orders.read")
    let_in(issuer.browser(), waiting)
    return waiting, read(waiting.poll())


def test_second_use_of_a_device_code_revokes_the_first_tokens(issuer: IssuerWorld) -> None:
    waiting, tokens = let_in_and_told(issuer)
    assert issuer.userinfo(tokens["access_token"]).status_code == 200
    assert refused(issuer, waiting.poll()) == (400, "invalid_grant", Reason.DEVICE_CODE_REPLAYED)
    assert issuer.userinfo(tokens["access_token"]).status_code == 401
    again = issuer.refresh(tokens["refresh_token"], "till")
    assert refused(issuer, again) == (400, "invalid_grant", Reason.GRANT_REVOKED)


def test_a_replay_after_the_codes_end_still_revokes(issuer: IssuerWorld) -> None:
    waiting, tokens = let_in_and_told(issuer)
    issuer.later(601)
    assert refused(issuer, waiting.poll()) == (400, "invalid_grant", Reason.DEVICE_CODE_REPLAYED)
    assert issuer.refresh(tokens["refresh_token"], "till").status_code == 400


def test_of_two_uses_at_once_one_wins_and_the_other_revokes_what_it_got(issuer: IssuerWorld) -> None:
    waiting = device(issuer, scope="openid orders.read")
    let_in(issuer.browser(), waiting)
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": waiting.codes["device_code"]}
    answers = issuer.together(*[issuer.posted(endpoints.TOKEN, form, "till") for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    won = next(read(answer) for answer in answers if answer.status_code == 200)
    assert issuer.userinfo(won["access_token"]).status_code == 401
    assert len(issuer.events_of(TokensIssued)) == 1
    assert issuer.events_of(FamilyRevoked)


def test_another_clients_device_code_is_refused_and_still_good_for_its_own(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    let_in(issuer.browser(), waiting)
    for _ in range(2):
        stolen = waiting.poll("kiosk")
        assert refused(issuer, stolen) == (400, "invalid_grant", Reason.DEVICE_CODE_OF_ANOTHER_CLIENT)
    assert waiting.poll().status_code == 200


def test_another_client_does_not_slow_a_device_down(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    for _ in range(5):
        waiting.poll("kiosk")
    assert waiting.poll().json()["error"] == "authorization_pending"


def test_of_two_people_who_answer_at_once_one_is_heard(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browsers = issuer.browser(), issuer.browser()
    pages = question(browsers[0], waiting), question(browsers[1], waiting, "alan")
    posts = []
    for browser, page in zip(browsers, pages, strict=True):
        form = form_with(page, "present")
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        posts.append(issuer.posted(form.action, form.fields | {"answer": "allow"}, None, cookie=cookie))
    assert sorted(answer.status_code for answer in issuer.together(*posts)) == [200, 400]
    assert len(issuer.events_of(DeviceAllowed)) == 1
    (event,) = issuer.events_of(DeviceAllowed)
    assert issuer.claims(read(waiting.poll())["access_token"])["sub"] == event.subject


def test_a_yes_and_a_no_at_once_are_one_answer(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    form = form_with(question(browser, waiting), "present")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answers = [form.fields | {"answer": answer} for answer in ("deny", "allow", "deny", "allow")]
    sent = issuer.together(*[issuer.posted(form.action, each, None, cookie=cookie) for each in answers])
    assert sorted(answer.status_code for answer in sent) == [200, 400, 400, 400]
    assert len(issuer.events_of(DeviceAllowed) + issuer.events_of(DeviceDenied)) == 1


def forgeries(own: str, of_another: str) -> dict[str, str]:
    return {"none": "", "another browser's": of_another, "cut": own[:-2], "later": "AAAB" + own[4:], "odd": "é"}


@pytest.mark.parametrize("which", ["none", "another browser's", "cut", "later", "odd"])
@pytest.mark.parametrize("answer", ["allow", "deny"])
def test_an_answer_that_another_site_sends_is_none(issuer: IssuerWorld, which: str, answer: str) -> None:
    waiting = device(issuer)
    browser, attacker = issuer.browser(), issuer.browser("203.0.113.66")
    form = form_with(question(browser, waiting), "present")
    others = form_with(question(attacker, waiting, "alan"), "present").fields["form"]
    forged = {"form": forgeries(form.fields["form"], others)[which], "present": "yes", "answer": answer}
    assert is_page(browser.post(form.action, forged), 403)
    assert issuer.last_refusal().reason is Reason.FORM_FORGED
    assert issuer.events_of(DeviceAllowed) + issuer.events_of(DeviceDenied) == []
    assert is_page(browser.post(form.action, form.fields | {"answer": answer}))


@pytest.mark.parametrize("which", ["none", "another browser's", "cut", "later", "odd"])
def test_a_code_that_another_site_sends_leads_nowhere(issuer: IssuerWorld, which: str) -> None:
    waiting = device(issuer)
    browser, attacker = issuer.browser(), issuer.browser("203.0.113.66")
    own = form_with(browser.open(endpoints.DEVICE), "user_code").fields["form"]
    others = form_with(attacker.open(endpoints.DEVICE), "user_code").fields["form"]
    typed = {"user_code": waiting.user_code}
    assert is_page(browser.post(endpoints.DEVICE, typed | {"form": forgeries(own, others)[which]}), 403)
    assert browser.post(endpoints.DEVICE, typed | {"form": own}).status_code == 303


def test_a_sign_in_that_another_site_sends_signs_nobody_in(issuer: IssuerWorld) -> None:
    """Or the victim's device would let itself into the account of the attacker."""
    waiting = device(issuer)
    browser = issuer.browser()
    form = form_with(type_code(browser, waiting.user_code), "password")
    code_form = form_with(browser.open(endpoints.DEVICE), "user_code").fields["form"]
    for forged in ("", "AAAA", code_form):
        assert is_page(browser.post(form.action, {"form": forged, "login": "alan", "password": "alan's"}), 403)
        assert issuer.last_refusal().reason is Reason.FORM_FORGED
    assert issuer.events_of(SignedIn) == []


def test_one_persons_answer_is_not_the_next_persons(issuer: IssuerWorld) -> None:
    """Somebody else signs in while the page is open."""
    waiting = device(issuer)
    browser = issuer.browser()
    page = question(browser, waiting)
    link = page.text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    browser.follow(browser.try_in(browser.open(link), "alan"))
    assert is_page(browser.fill(page, present="yes", answer="allow"), 403)
    assert issuer.events_of(DeviceAllowed) == []
    assert is_page(let_in(browser, waiting, "alan"))


def test_the_page_of_one_device_answers_for_no_other(issuer: IssuerWorld) -> None:
    harmless, theirs = device(issuer, "kiosk"), device(issuer, "till")
    browser = issuer.browser()
    form = form_with(question(browser, harmless), "present").fields["form"]
    other = form_with(question(browser, theirs), "present")
    assert is_page(browser.post(other.action, {"form": form, "present": "yes", "answer": "allow"}), 403)
    assert issuer.events_of(DeviceAllowed) == []
    assert is_page(browser.post(other.action, other.fields | {"answer": "allow"}))


def test_an_answer_counts_only_from_who_signed_in_just_now(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    page = question(browser, waiting)
    issuer.later(301)
    stale = browser.fill(page, present="yes", answer="allow")
    assert (stale.status_code, stale.headers["location"].partition("?")[0]) == (303, endpoints.DEVICE)
    assert issuer.events_of(DeviceAllowed) == []
    assert is_page(let_in(browser, waiting))


def test_a_grant_that_was_revoked_before_the_device_asks_gives_nothing(issuer: IssuerWorld) -> None:
    waiting = device(issuer)
    browser = issuer.browser()
    let_in(browser, waiting)
    browser.fill(browser.open(endpoints.LOGOUT), answer="sign-out")
    assert refused(issuer, waiting.poll()) == (400, "invalid_grant", Reason.SESSION_ENDED)


def test_a_client_that_was_revoked_has_no_devices(issuer: IssuerWorld) -> None:
    """Neither a code that is typed, nor a page that is open, nor a device that was let in; other clients' live on."""
    typed, shown, let, other = (device(issuer, client) for client in ("kiosk", "kiosk", "kiosk", "till"))
    browser = issuer.browser()
    page = question(browser, shown)
    let_in(browser, let)
    issuer.commit(revocation.of_client(ClientId("kiosk"), int(issuer.now)))
    assert is_page(type_code(browser, typed.user_code), 400)
    assert issuer.events_of(UserCodeRefused)[-1].reason is Reason.CLIENT_DISABLED
    assert is_page(browser.fill(page, present="yes", answer="allow"), 400)
    assert issuer.last_refusal().reason is Reason.CLIENT_DISABLED
    assert refused(issuer, let.poll()) == (401, "invalid_client", Reason.CLIENT_DISABLED)
    assert is_page(let_in(browser, other))
    assert other.poll().status_code == 200


def test_a_client_that_the_contract_has_no_more_has_no_devices(issuer: IssuerWorld) -> None:
    waiting = device(issuer, "kiosk")
    issuer.adopt(clients={**CONTRACT["clients"], **{name: each for name, each in CLIENTS.items() if name != "kiosk"}})
    assert is_page(type_code(issuer.browser(), waiting.user_code), 400)
    assert issuer.events_of(UserCodeRefused)[-1].reason is Reason.CLIENT_UNKNOWN
    assert is_page(let_in(issuer.browser(), device(issuer, "till")))


def test_who_changed_after_they_let_a_device_in_has_to_do_it_again(issuer: IssuerWorld) -> None:
    """What a thief of a password let in ends with the password."""
    waiting = device(issuer, scope="orders.read offline_access")
    let_in(issuer.browser(), waiting)
    person = issuer.run(issuer.store.person_by_login("grace"))
    assert person is not None
    issuer.commit(revocation.of_person(person, int(issuer.now)))
    assert refused(issuer, waiting.poll()) == (400, "invalid_grant", Reason.PERSON_CHANGED)
    issuer.later(1)
    again = device(issuer)
    let_in(issuer.browser(), again)
    assert again.poll().status_code == 200
