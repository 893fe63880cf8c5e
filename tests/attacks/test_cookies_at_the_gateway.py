"""Attacks on requests that a cookie lets in: each with the request of the session's own page, which passes."""

from typing import Final

import pytest

from cookie_rules import THING, CookieRules, Session
from gateway_world import ORIGIN
from ostiary.gateway.decision import Load
from ostiary.keys.session_cookie import PREFIX
from ostiary.model.errors import BadRequest, InsufficientUserAuthentication, InvalidToken
from ostiary.model.feed import FeedEvent, GrantRevoked, Numbered, SessionEnded, SubjectChanged
from ostiary.model.ids import GrantId, SessionId, Subject
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason
from rules_world import NOW
from secrets_seen import secret


@pytest.fixture
def rules() -> CookieRules:
    return CookieRules()


# what a cookie lets in


def test_a_cookie_is_asked_for_once_and_then_judged_from_memory(rules: CookieRules) -> None:
    session = Session(rules)
    assert isinstance(rules.decide(THING, session.cookie), Load)
    session.load()
    asked = rules.allowed(THING, session.cookie)
    assert asked.seen is not None
    assert (asked.seen.principal.binding, asked.seen.principal.subject) == (Binding.COOKIE, "ada")
    assert rules.reason("GET /things/bob", session.cookie) is Reason.OWNER_MISMATCH


def test_a_cookie_whose_token_is_too_old_is_asked_for_again(rules: CookieRules) -> None:
    session = rules.session()
    rules.allowed(THING, session.cookie, now=NOW + 599)
    assert isinstance(rules.decide(THING, session.cookie, now=NOW + 600), Load)
    session.load(now=NOW + 600)
    rules.allowed(THING, session.cookie, now=NOW + 601)


def test_a_session_that_would_end_sooner_than_its_token_is_asked_for_then(rules: CookieRules) -> None:
    session = Session(rules).load(ends_at=NOW + 90)
    rules.allowed(THING, session.cookie, now=NOW + 89)
    assert isinstance(rules.decide(THING, session.cookie, now=NOW + 90), Load)


def test_a_session_that_is_used_is_told_of_once_a_minute(rules: CookieRules) -> None:
    session, used = rules.session(), rules.gateway.trust.web.used
    for now, told in ((59, 0), (60, 1), (61, 0), (119, 0), (120, 1)):
        rules.allowed(THING, session.cookie, now=NOW + now)
        assert len(used) == told
        used.clear()


def test_a_request_that_is_refused_for_its_origin_keeps_no_session_alive(rules: CookieRules) -> None:
    session, used = rules.session(), rules.gateway.trust.web.used
    rules.reason("DELETE /things", session.cookie, "Origin: https://attacker.example", now=NOW + 60)
    assert not used
    rules.allowed("DELETE /things", *session.own(), now=NOW + 60)
    assert used


def test_a_route_may_want_a_fresher_sign_in_than_the_session_s() -> None:
    """The page goes to sign in with what the challenge says, and has another cookie then."""
    routes = [{"on": THING.replace("ada", "{user}"), "to": "api", "scope": "things", "step_up": {"max_age": "5m"}}]
    stepping = CookieRules(routes=routes)
    old, fresh = Session(stepping), Session(stepping)
    old.load(auth_time=NOW - 301)
    refused = stepping.refusal(THING, old.cookie)
    assert isinstance(refused, InsufficientUserAuthentication) and refused.max_age == 300
    fresh.load(auth_time=NOW - 299)
    stepping.allowed(THING, fresh.cookie)


@pytest.mark.parametrize(
    "event",
    [
        SessionEnded(SessionId("sid-1"), NOW + 600),
        GrantRevoked(GrantId("grant-1"), NOW + 600),
        SubjectChanged(Subject("ada"), NOW, NOW + 600),
    ],
)
def test_what_ends_a_session_ends_its_cookie(rules: CookieRules, event: FeedEvent) -> None:
    session = rules.session()
    rules.allowed(THING, session.cookie)
    rules.revocations.apply([Numbered(1, event)])
    assert rules.reason(THING, session.cookie) is Reason.TOKEN_REVOKED


def test_no_service_gets_the_cookie(rules: CookieRules) -> None:
    session = rules.session()
    sent = rules.sent(THING, f"Cookie: theme=dark; {session.pair}; lang=en")
    assert "cookie: theme=dark; lang=en" in sent
    assert session.value not in "".join(sent)


def test_what_stands_in_the_authorization_field_decides_alone(rules: CookieRules) -> None:
    session = rules.session()
    assert rules.reason(THING, session.cookie, "Authorization: Bearer x") is Reason.TOKEN_MALFORMED
    rules.allowed(THING, session.cookie, rules.token())


# tokens and cookies in each other's place


def test_a_session_s_token_is_no_bearer_token(rules: CookieRules) -> None:
    assert rules.reason(THING, rules.token(client_id="front")) is Reason.BINDING_TOO_WEAK
    rules.allowed(THING, rules.token(client_id="site"))


def test_a_token_of_another_client_does_not_stand_behind_the_cookie(rules: CookieRules) -> None:
    session = Session(rules)
    with pytest.raises(InvalidToken) as refused:
        session.load(client_id="back")
    assert refused.value.reason is Reason.COOKIE_FORGED
    session.load()
    rules.allowed(THING, session.cookie)


def test_a_remembered_cookie_cannot_be_named_in_the_authorization_field(rules: CookieRules) -> None:
    session = rules.session()
    assert rules.reason(THING, f"Authorization: C{session.pair}") is Reason.TOKEN_MALFORMED
    rules.allowed(THING, session.cookie)


def test_a_cookie_that_nobody_made_is_not_asked_for(rules: CookieRules) -> None:
    real = Session(rules).pair
    for forged in (real[:-1] + ("A" if real[-1] != "A" else "Q"), real[:-23], real.replace("front", "nobody")):
        assert rules.reason(THING, f"Cookie: {secret(forged)}") is Reason.COOKIE_FORGED
    assert isinstance(rules.decide(THING, f"Cookie: {real}"), Load)


@pytest.mark.parametrize("other", ["back", "site"])
def test_the_value_of_one_client_s_cookie_is_none_of_another_s(rules: CookieRules, other: str) -> None:
    session = rules.session()
    assert rules.reason(THING, f"Cookie: {PREFIX}{other}={session.value}") is Reason.COOKIE_FORGED
    rules.allowed(THING, session.cookie)


def test_a_client_that_keeps_its_own_tokens_has_no_cookie(rules: CookieRules) -> None:
    """Though it had one before the contract gave it a secret."""
    assert rules.reason(THING, Session(rules, "site").cookie) is Reason.COOKIE_FORGED
    assert isinstance(rules.decide(THING, Session(rules, "back").cookie), Load)


# more than one cookie


def test_a_cookie_that_stands_twice_is_believed_in_neither(rules: CookieRules) -> None:
    session, tossed = rules.session(), Session(rules)
    for twice in (f"{session.pair}; {session.pair}", f"{tossed.pair}; {session.pair}"):
        assert rules.reason(THING, f"Cookie: {twice}", session.csrf) is Reason.COOKIE_REPEATED
    rules.allowed(THING, f"Cookie: a=b; {session.pair}", session.csrf)


def test_of_two_clients_cookies_the_page_s_own_header_says_which(rules: CookieRules) -> None:
    front, back = rules.session(), rules.session("back")
    both = f"Cookie: {front.pair}; {back.pair}"
    assert rules.reason(THING, both) is Reason.COOKIE_REPEATED
    for session in (front, back):
        seen = rules.allowed(THING, both, session.csrf).seen
        assert seen is not None and seen.principal.client == session.client


@pytest.mark.parametrize("before", ["\x85", "\xa0", "x"])
def test_a_name_that_only_looks_like_ours_is_another_cookie(rules: CookieRules, before: str) -> None:
    session = rules.session()
    for cookies in (f"{before}{session.pair}", f"a=b; {before}{session.pair}"):
        assert rules.reason(THING, f"Cookie: {cookies}") is Reason.TOKEN_MISSING
    rules.allowed(THING, f"Cookie: a=b;  {session.pair}")


# forged requests

FORGED: Final = [
    (("Origin: https://attacker.example", "Sec-Fetch-Site: cross-site"), Reason.CSRF_ORIGIN),
    (("Origin: https://attacker.example",), Reason.CSRF_ORIGIN),
    (("Origin: https://door.example.attacker.example",), Reason.CSRF_ORIGIN),
    (("Origin: http://door.example",), Reason.CSRF_ORIGIN),
    (("Origin: null", "Sec-Fetch-Site: cross-site"), Reason.CSRF_ORIGIN),
    (("Sec-Fetch-Site: same-site",), Reason.CSRF_ORIGIN),
    (("Sec-Fetch-Site: none",), Reason.CSRF_ORIGIN),
    ((f"Origin: {ORIGIN}", "Sec-Fetch-Site: cross-site"), Reason.CSRF_ORIGIN),
    ((), Reason.CSRF_ORIGIN),
]


@pytest.mark.parametrize(("said", "why"), FORGED)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_no_other_page_changes_anything(rules: CookieRules, method: str, said: tuple[str, ...], why: Reason) -> None:
    session = rules.session()
    assert rules.reason(f"{method} /things", session.cookie, session.csrf, *said) is why
    rules.allowed(f"{method} /things", *session.own())


@pytest.mark.parametrize("said", [f"Origin: {ORIGIN}", "Sec-Fetch-Site: same-origin"])
def test_one_of_both_is_enough_for_older_browsers(rules: CookieRules, said: str) -> None:
    session = rules.session()
    rules.allowed("POST /things", session.cookie, session.csrf, said)


def test_nothing_changes_without_the_session_s_csrf_token(rules: CookieRules) -> None:
    session, other = rules.session(), rules.session()
    own = (session.cookie, f"Origin: {ORIGIN}")
    for wrong in ((), (other.csrf,), ("X-CSRF-Token: front.",), ("X-CSRF-Token: ",)):
        assert rules.reason("POST /things", *own, *wrong) is Reason.CSRF_TOKEN
    rules.allowed("POST /things", *own, session.csrf)


@pytest.mark.parametrize("said", ["Origin: https://attacker.example", "Origin: null", "Sec-Fetch-Site: cross-site"])
def test_no_script_of_another_origin_reads_with_the_cookie(rules: CookieRules, said: str) -> None:
    session = rules.session()
    assert rules.reason(THING, session.cookie, said) is Reason.CSRF_ORIGIN
    rules.allowed(THING, session.cookie, "Sec-Fetch-Site: same-site")


def test_no_other_page_opens_a_websocket_with_the_cookie(rules: CookieRules) -> None:
    """Cross-site WebSocket hijacking: there is no preflight before one."""
    session = rules.session()
    upgrade = ("Upgrade: websocket", "Connection: Upgrade")
    for said in ((), ("Origin: https://attacker.example",), ("Sec-Fetch-Site: same-site",)):
        assert rules.reason("GET /socket", session.cookie, *upgrade, *said) is Reason.CSRF_ORIGIN
    rules.allowed("GET /socket", session.cookie, *upgrade, f"Origin: {ORIGIN}")


def test_the_csrf_token_comes_once(rules: CookieRules) -> None:
    session = rules.session()
    with pytest.raises(BadRequest) as refused:
        rules.decide("POST /things", *session.own(), session.csrf)
    assert refused.value.reason is Reason.REQUEST_MALFORMED
    rules.allowed("POST /things", *session.own())
