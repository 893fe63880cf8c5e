"""Two applications that registered themselves, one of which is after what people allowed the other (RFC 9700 section 4,
RFC 9207)."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from issuer_world import is_page, named, policy, told
from ostiary.issuer.pkce import challenge_of
from ostiary.model import endpoints
from ostiary.model.reasons import Reason
from registration_world import BACK, PUBLIC, RegistrationWorld
from token_world import ORIGIN, VERIFIER, read, refused

THEIRS = "https://thief.example/callback"
Known = dict[str, Any]


def honest(world: RegistrationWorld, **changes: Any) -> Known:
    return world.registered(**changes)


def thief(world: RegistrationWorld, **changes: Any) -> Known:
    return world.registered(redirect_uris=[THEIRS], **{"client_name": "Other Ledger", **changes})


def answered(world: RegistrationWorld, known: Known, **asked: str) -> httpx.Response:
    """Where Grace's browser is sent once she agreed, now or before."""
    browser, page = world.consent_page(known, **asked)
    sent: httpx.Response = page if page.status_code == 303 else browser.fill(page, answer="allow")
    return sent


def redeems(world: RegistrationWorld, known: Known, code: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": known["redirect_uris"][0]}
    return world.as_client(endpoints.TOKEN, known, **{**form, "code_verifier": VERIFIER, **changes})


def tokens(world: RegistrationWorld, known: Known) -> Known:
    return world.tokens_of(known, told(answered(world, known)))


# mix-up


@pytest.mark.parametrize("answer", ["allow", "refuse"])
def test_every_answer_says_whose_it_is(open_door: RegistrationWorld, answer: str) -> None:
    """Who is told of another issuer than it asked was mixed up (RFC 9207 section 2.4)."""
    browser, page = open_door.consent_page(honest(open_door), state="kept")
    back = parse_qs(urlsplit(browser.fill(page, answer=answer).headers["location"]).query)
    assert (back["iss"], back["state"]) == ([ORIGIN], ["kept"])
    assert (
        read(open_door.ask("GET", endpoints.AUTHORIZATION_SERVER))["authorization_response_iss_parameter_supported"]
        is True
    )


def test_a_code_that_was_led_to_another_application_is_worth_nothing_there(open_door: RegistrationWorld) -> None:
    mine, other = honest(open_door), thief(open_door)
    code = told(answered(open_door, mine)).code
    for uri in (BACK, THEIRS):
        stolen = redeems(open_door, other, code, redirect_uri=uri)
        assert refused(open_door, stolen) == (400, "invalid_grant", Reason.CODE_OF_ANOTHER_CLIENT)
    assert redeems(open_door, mine, code).status_code == 200


@pytest.mark.parametrize("uri", [THEIRS, BACK + "/", BACK + "?to=https://thief.example/", "https://book.example/"])
def test_no_answer_is_led_to_another_application(open_door: RegistrationWorld, uri: str) -> None:
    mine, _ = honest(open_door), thief(open_door)
    assert refused(open_door, open_door.pushes(mine, redirect_uri=uri))[2] is Reason.REDIRECT_URI_MISMATCH
    assert open_door.pushes(mine, redirect_uri=BACK).status_code == 201


def test_a_request_of_one_is_not_gone_on_with_as_the_other(open_door: RegistrationWorld) -> None:
    mine, other = honest(open_door), thief(open_door)
    pushed = read(open_door.pushes(mine))["request_uri"]
    assert open_door.browser().go(named(other["client_id"], pushed)).status_code == 400
    assert open_door.browser().go(named(mine["client_id"], pushed)).status_code in (200, 303)


# injection of a code


def test_a_code_from_another_flow_does_not_fit_into_this_one(open_door: RegistrationWorld) -> None:
    """The thief's browser got it for the same application: the verifier is of another flow (RFC 9700 section 4.5.3)."""
    mine = honest(open_door)
    injected = told(answered(open_door, mine, code_challenge=challenge_of("o" * 43))).code
    answer = redeems(open_door, mine, injected)
    assert refused(open_door, answer) == (400, "invalid_grant", Reason.CODE_VERIFIER_MISMATCH)
    assert redeems(open_door, mine, told(answered(open_door, mine)).code).status_code == 200


def test_without_a_challenge_there_is_no_code_to_inject(open_door: RegistrationWorld) -> None:
    mine = honest(open_door)
    for changes in ({"code_challenge": ""}, {"code_challenge_method": "plain"}, {"code_challenge_method": ""}):
        assert open_door.pushes(mine, **changes).status_code == 400
    assert open_door.pushes(mine).status_code == 201


# another client's tokens


def test_a_refresh_token_is_of_one_application_alone(open_door: RegistrationWorld) -> None:
    mine, other = honest(open_door), thief(open_door)
    token = tokens(open_door, mine)["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    stolen = open_door.as_client(endpoints.TOKEN, other, **form)
    assert refused(open_door, stolen)[:2] == (400, "invalid_grant")
    assert open_door.as_client(endpoints.TOKEN, mine, **form).status_code == 200


def test_nobody_learns_of_or_ends_the_tokens_of_another(open_door: RegistrationWorld) -> None:
    mine, other = honest(open_door), thief(open_door)
    got = tokens(open_door, mine)
    for token in (got["access_token"], got["refresh_token"]):
        assert read(open_door.as_client(endpoints.INTROSPECT, other, token=token)) == {"active": False}
        open_door.as_client(endpoints.REVOKE, other, token=token)
        assert read(open_door.as_client(endpoints.INTROSPECT, mine, token=token))["active"] is True
    assert open_door.as_client(endpoints.REVOKE, mine, token=got["refresh_token"]).status_code == 200
    assert read(open_door.as_client(endpoints.INTROSPECT, mine, token=got["refresh_token"]))["active"] is False


def test_a_public_application_asks_nobody_about_tokens(open_door: RegistrationWorld) -> None:
    mine, other = honest(open_door), thief(open_door, **PUBLIC)
    token = tokens(open_door, mine)["access_token"]
    asked = open_door.as_client(endpoints.INTROSPECT, other, token=token)
    assert refused(open_door, asked)[:2] == (401, "invalid_client")
    assert read(open_door.as_client(endpoints.INTROSPECT, mine, token=token))["active"] is True


def test_the_name_of_another_proves_nothing(open_door: RegistrationWorld) -> None:
    mine, other = honest(open_door), thief(open_door)
    claimed = {**other, "client_id": mine["client_id"]}
    assert refused(open_door, open_door.pushes(claimed, redirect_uri=BACK))[:2] == (401, "invalid_client")
    assert open_door.pushes(mine).status_code == 201


# phishing for consent


def test_what_was_allowed_to_one_is_not_allowed_to_another_of_its_name(open_door: RegistrationWorld) -> None:
    mine = honest(open_door)
    told(answered(open_door, mine))
    same = thief(open_door, client_name="Ledger Book")
    _, page = open_door.consent_page(same)
    assert page.status_code == 200
    assert "thief.example" in page.text and "book.example" not in page.text
    assert "registered itself" in page.text
    _, again = open_door.consent_page(mine)
    assert told(again).code


def test_who_was_never_asked_allows_nothing_in_silence(open_door: RegistrationWorld) -> None:
    mine = honest(open_door)
    browser, page = open_door.consent_page(mine)
    told(browser.fill(page, answer="refuse"))
    pushed = read(open_door.pushes(mine, prompt="none"))["request_uri"]
    assert told(browser.go(named(mine["client_id"], pushed))).error == "consent_required"
    told(answered(open_door, mine))
    pushed = read(open_door.pushes(mine, prompt="none"))["request_uri"]
    assert told(browser.go(named(mine["client_id"], pushed))).code


def test_more_than_was_allowed_is_asked_for(open_door: RegistrationWorld) -> None:
    mine = honest(open_door)
    told(answered(open_door, mine, scope="openid"))
    _, page = open_door.consent_page(mine, scope="openid orders.read")
    assert page.status_code == 200
    _, less = open_door.consent_page(mine, scope="openid")
    assert told(less).code


def test_a_request_comes_from_the_application_and_not_from_a_link(open_door: RegistrationWorld) -> None:
    """What a phisher writes into a link is not what is asked (RFC 9126)."""
    mine = honest(open_door)
    pushed = read(open_door.pushes(mine, scope="openid"))["request_uri"]
    link = named(mine["client_id"], pushed, scope="openid orders.read", redirect_uri=THEIRS)
    browser = open_door.browser()
    page = browser.follow(browser.try_in(browser.go(link)))
    assert "<strong>book.example</strong>" in page.text and "<strong>thief.example</strong>" not in page.text
    assert "https://thief.example" not in policy(page)["form-action"]
    got = open_door.tokens_of(mine, told(browser.fill(page, answer="allow")))
    assert got["scope"] == "openid"


def test_a_request_that_only_a_link_makes_is_none(open_door: RegistrationWorld) -> None:
    """And leads nowhere: with a host that people trust, it would send them to whom nobody knows (RFC 9700 section
    4.11.2)."""
    mine = honest(open_door)
    asked = {"response_type": "code", "client_id": mine["client_id"], "redirect_uri": BACK, "scope": "openid"}
    asked |= {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    for wrong in (
        {},
        {"scope": "nonsense"},
        {"response_type": "token"},
        {"prompt": "none"},
        {"response_mode": "form_post"},
    ):
        linked = open_door.browser().open(f"{endpoints.AUTHORIZE}?{urlencode(asked | wrong)}")
        assert is_page(linked, 400)
        assert open_door.last_refusal().reason is Reason.REQUEST_NOT_PUSHED
        assert BACK not in linked.text
    assert told(answered(open_door, mine, scope="openid")).code
