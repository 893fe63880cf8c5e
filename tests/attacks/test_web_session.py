"""Attacks on the sessions of web clients at the issuer: each with what a person really does, which works."""

from dataclasses import replace
from typing import Final

import httpx
import pytest

from issuer_world import GRACE
from ostiary.issuer.records import DisableClient
from ostiary.issuer.web_records import KeepWebTokens, StartWebSession, WebSession
from ostiary.issuer.web_session import require_session
from ostiary.keys.hashing import token_hash
from ostiary.keys.session_cookie import PREFIX
from ostiary.model import endpoints
from ostiary.model.errors import InvalidToken
from ostiary.model.events.issuer import FamilyRevoked, IssuerRefused, TokensIssued, WebSessionEnded, WebSessionStarted
from ostiary.model.ids import ClientId, GrantId, SessionId, Subject, TokenHash
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.server.session.cookies import LOGIN
from secrets_seen import secret
from token_world import ORIGIN, refused
from web_world import APP, JWT, OWN_PAGE, Pages, WebWorld


@pytest.fixture
def front(web: WebWorld) -> Pages:
    return web.pages()


def reason(world: WebWorld) -> Reason:
    return world.events_of(IssuerRefused)[-1].reason


# coming back from somewhere else


def test_the_answer_to_an_attacker_s_sign_in_signs_nobody_else_in(web: WebWorld) -> None:
    """Login CSRF (RFC 6749 section 10.12): the victim would work in the attacker's account."""
    attacker, victim = web.pages(), web.pages()
    planted = attacker.answered("alan")
    victim.browser.open(victim.login_path())
    answer = victim.browser.open(planted)
    assert answer.status_code == 403
    assert PREFIX + "front" not in victim.browser.cookies
    assert reason(web) is Reason.LOGIN_NOT_BEGUN
    assert attacker.browser.open(planted).headers["location"] == APP


def test_an_answer_without_the_cookie_of_the_browser_that_asked_is_refused(front: Pages) -> None:
    path = front.answered()
    kept = front.browser.cookies.pop(LOGIN)
    assert front.browser.open(path).status_code == 403
    front.browser.cookies[LOGIN] = kept
    assert front.browser.open(path).status_code == 303


def test_an_answer_comes_too_late(front: Pages) -> None:
    begun = httpx.URL(front.browser.open(front.login_path()).headers["location"]).params["state"]
    for later, why in ((1799, Reason.PARAMETER_MISSING), (1, Reason.LOGIN_TOO_LATE)):
        front.world.later(later)
        front.get(str(httpx.URL(endpoints.SESSION_CALLBACK, params={"state": begun, "iss": ORIGIN})))
        assert reason(front.world) is why


def test_the_same_answer_twice_brings_one_session_and_harms_it_not(front: Pages) -> None:
    path = front.answered()
    assert front.browser.open(path).status_code == 303
    cookie = front.cookie
    assert front.browser.open(path).status_code == 403
    assert reason(front.world) is Reason.LOGIN_REPEATED
    assert front.cookie == cookie and front.access().status_code == 200


def test_of_an_answer_that_comes_many_times_at_once_one_becomes_a_session(front: Pages) -> None:
    path = front.answered()
    cookie = [("cookie", f"{LOGIN}={front.browser.cookies[LOGIN]}")]
    answers = front.world.together(*(front.world.asked("GET", path, headers=cookie) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303, *[403] * 7]
    assert len(front.world.events_of(WebSessionStarted)) == 1


@pytest.mark.parametrize("part", range(5))
def test_what_was_begun_cannot_be_changed_on_the_way(front: Pages, part: int) -> None:
    url = httpx.URL(front.answered())
    parts = url.params["state"].split(" ")
    others = ("A" * 43, "A" * 22, str(int(front.world.now) + 5), "back", "/app/pay?step=2")
    changed = " ".join([*parts[:part], others[part], *parts[part + 1 :]])
    assert front.browser.open(str(url.copy_set_param("state", changed))).status_code == 403
    assert reason(front.world) is Reason.LOGIN_NOT_BEGUN
    assert front.browser.open(str(url)).status_code == 303


def test_the_answer_of_another_issuer_is_not_believed(front: Pages) -> None:
    """Mix-up (RFC 9207 section 2.4)."""
    url = httpx.URL(front.answered())
    for wrong in (url.copy_set_param("iss", "https://other.example"), url.copy_remove_param("iss")):
        assert front.browser.open(str(wrong)).status_code == 400
    assert front.browser.open(str(url)).status_code == 303


def test_a_code_of_another_sign_in_is_not_taken(web: WebWorld) -> None:
    """Injection (RFC 9700 section 4.5): the verifier is the browser's own."""
    attacker, victim = web.pages(), web.pages()
    stolen, own = httpx.URL(victim.answered()), httpx.URL(attacker.answered("alan"))
    assert attacker.browser.open(str(own.copy_set_param("code", stolen.params["code"]))).status_code == 403
    assert PREFIX + "front" not in attacker.browser.cookies
    assert attacker.browser.open(str(own)).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://attacker.example/",
        "//attacker.example/",
        "/\\attacker.example",
        "/app",
        "/app/../",
        "/app/?x=1",
        "/app/#",
        ORIGIN + APP,
        "/back/",
    ],
)
def test_a_sign_in_leads_back_to_the_client_s_own_pages_alone(front: Pages, elsewhere: str) -> None:
    """Open redirect (RFC 9700 section 4.11)."""
    answer = front.browser.open(front.login_path(return_to=elsewhere))
    assert answer.status_code == 400 and "location" not in answer.headers
    assert reason(front.world) is Reason.REDIRECT_URI_MISMATCH
    assert front.browser.open(front.login_path(return_to=APP)).status_code == 303


@pytest.mark.parametrize("wrong", [{"max_age": "-1"}, {"max_age": "1e3"}, {"acr": 'pwd"'}])
def test_a_wish_that_is_none_begins_nothing(front: Pages, wrong: dict[str, str]) -> None:
    assert front.browser.open(front.login_path(**wrong)).status_code == 400
    assert front.browser.open(front.login_path(max_age="0", acr="pwd")).status_code == 303


# the cookie


def test_a_cookie_that_was_planted_is_not_the_one_of_the_session(web: WebWorld) -> None:
    """Fixation: neither one that the attacker made up, nor one of their own session."""
    attacker, victim = web.pages(), web.pages()
    attacker.sign_in("alan")
    victim.cookie = planted = attacker.cookie
    victim.sign_in("grace")
    assert victim.cookie != planted
    assert (victim.who()["sub"], attacker.who()["sub"]) == ("sub-grace", "sub-alan")


def test_a_cookie_that_nobody_made_is_not_looked_for(front: Pages) -> None:
    front.sign_in()
    real = front.cookie
    front.cookie = made_up = real[:-1] + ("A" if real[-1] != "A" else "Q")
    assert front.who() == {"signed_in": False}
    assert front.access(made_up).status_code == 401
    assert reason(front.world) is Reason.COOKIE_FORGED
    assert front.access(real).status_code == 200


def test_a_row_that_somebody_planted_in_the_store_makes_no_cookie(front: Pages) -> None:
    """Who can write to the store and has no master key."""
    front.sign_in()
    mine, real = front.world.run(front.world.store.web_session(token_hash(front.cookie))), front.cookie
    assert mine is not None
    planted = secret("planted-by-who-can-write-to-the-store")
    front.world.commit(Plan((StartWebSession(replace(mine, hash=token_hash(planted))),)))
    front.cookie = planted
    assert not front.who()["signed_in"]
    front.cookie = real
    assert front.who()["signed_in"]


def test_a_session_that_starts_while_the_person_signs_out_is_none(front: Pages) -> None:
    """Both are decided before either is written: the later one finds no row to end."""
    front.sign_in()
    mine = front.world.run(front.world.store.web_session(token_hash(front.cookie)))
    assert mine is not None and front.access().status_code == 200
    front.world.end_session(mine.session)
    front.world.commit(Plan((StartWebSession(mine),)))
    assert not front.who()["signed_in"]
    assert front.access().status_code == 401


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(front: Pages) -> None:
    front.sign_in()
    stolen, token = front.cookie, front.token()
    assert front.log_out().status_code == 204
    thief = front.world.pages()
    thief.cookie = stolen
    assert not thief.who()["signed_in"]
    assert thief.access().status_code == 401
    assert front.world.userinfo(token).status_code == 401
    front.sign_in()
    assert front.access().status_code == 200


def test_a_stolen_cookie_is_worth_nothing_after_the_person_signs_in_again(front: Pages) -> None:
    front.sign_in()
    stolen = front.cookie
    del front.browser.cookies[PREFIX + "front"]
    front.sign_in()
    assert front.access(stolen).status_code == 401
    assert front.access().status_code == 200


def test_the_cookie_of_one_client_is_none_of_another(web: WebWorld) -> None:
    front = web.pages()
    front.sign_in()
    back = web.pages("back", front.browser)
    back.cookie = front.cookie
    assert not back.who()["signed_in"]
    assert back.access().status_code == 401
    assert front.access().status_code == 200


def test_a_session_of_one_client_is_none_of_another(web: WebWorld) -> None:
    """Whatever has looked it up: the mark in the cookie, which is bound to the client, is judged before."""
    registry = web.desk.registry
    front, back = registry.contract.clients[ClientId("front")], registry.contract.clients[ClientId("back")]
    names = front.id, GrantId("g"), SessionId("s"), Subject("p")
    session = WebSession(TokenHash(bytes(32)), *names, b"", started_at=100, seen_at=100, expires_at=200)
    assert require_session(registry, session, front, 150) is session
    with pytest.raises(InvalidToken):
        require_session(registry, session, back, 150)


def test_a_cookie_that_stands_twice_is_believed_in_neither(front: Pages) -> None:
    """A neighbour of this host tosses one beside the real one."""
    front.sign_in()
    name, own = PREFIX + "front", front.cookie
    path = f"{endpoints.SESSION}?client=front"
    twice = front.world.ask("GET", path, headers=[("cookie", f"{name}={own}; {name}={own}")])
    assert refused(front.world, twice) == (403, "forbidden", Reason.COOKIE_REPEATED)
    assert front.world.ask("GET", path, headers=[("cookie", f"a=b; {name}={own}")]).json()["signed_in"]


@pytest.mark.parametrize("before", ["\x85", "\xa0", "\x1f"])
def test_a_name_that_only_looks_like_ours_is_another_cookie(front: Pages, before: str) -> None:
    front.sign_in()
    own = front.browser.cookies.pop(PREFIX + "front")
    front.browser.cookies[before + PREFIX + "front"] = own
    assert not front.who()["signed_in"]
    front.cookie = own
    assert front.who()["signed_in"]


# forged requests

FOREIGN: Final = [
    ({"origin": "https://attacker.example", "sec_fetch_site": "cross-site"}, Reason.CSRF_ORIGIN),
    ({"origin": "https://attacker.example", "sec_fetch_site": ""}, Reason.CSRF_ORIGIN),
    ({"origin": "null", "sec_fetch_site": "cross-site"}, Reason.CSRF_ORIGIN),
    ({"origin": "", "sec_fetch_site": "same-site"}, Reason.CSRF_ORIGIN),
    ({"origin": "", "sec_fetch_site": "none"}, Reason.CSRF_ORIGIN),
    ({"origin": "", "sec_fetch_site": ""}, Reason.CSRF_ORIGIN),
    ({"origin": ORIGIN, "sec_fetch_site": "cross-site"}, Reason.CSRF_ORIGIN),
    ({"x_csrf_token": ""}, Reason.CSRF_TOKEN),
    ({"x_csrf_token": "front.AAAAAAAAAAAAAAAAAAAAAA"}, Reason.CSRF_TOKEN),
]


@pytest.mark.parametrize(("said", "why"), FOREIGN)
def test_nobody_is_signed_out_by_another_page(front: Pages, said: dict[str, str], why: Reason) -> None:
    front.sign_in()
    assert refused(front.world, front.log_out(**said)) == (403, "forbidden", why)
    assert front.who()["signed_in"]
    assert front.log_out(**OWN_PAGE).status_code == 204
    assert not front.who()["signed_in"]


@pytest.mark.parametrize("said", [{"origin": ""}, {"sec_fetch_site": ""}])
def test_one_of_both_is_enough_for_older_browsers(front: Pages, said: dict[str, str]) -> None:
    front.sign_in()
    assert front.log_out(**said).status_code == 204
    assert not front.who()["signed_in"]


def test_the_csrf_token_of_another_session_is_of_no_use(web: WebWorld) -> None:
    attacker, victim = web.pages(), web.pages()
    attacker.sign_in("alan")
    victim.sign_in()
    assert victim.log_out(x_csrf_token=attacker.who()["csrf"]).status_code == 403
    assert victim.log_out().status_code == 204


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_page_of_another_origin_learns_who_is_signed_in(front: Pages, site: str) -> None:
    front.sign_in()
    path = f"{endpoints.SESSION}?client=front"
    answer = front.get(path, sec_fetch_site=site)
    assert refused(front.world, answer) == (403, "forbidden", Reason.CSRF_ORIGIN)
    assert "access-control-allow-origin" not in answer.headers
    assert front.get(path, origin="https://attacker.example").status_code == 403
    assert front.get(path, sec_fetch_site="same-origin").json()["signed_in"]


# the tokens


def test_tabs_that_ask_at_once_share_one_refresh(front: Pages) -> None:
    front.sign_in()
    before = front.token()
    front.world.later(590)
    answers = front.world.together(*(front.asking() for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    tokens = {answer.json()["access_token"] for answer in answers}
    assert len(tokens) == 1 and before not in tokens
    assert [event.grant_type for event in front.world.events_of(TokensIssued)].count("refresh_token") == 1


def test_tokens_that_were_moved_to_another_session_open_nothing(web: WebWorld) -> None:
    """Who can write to the store and has no master key."""
    front, other = web.pages(), web.pages()
    front.sign_in()
    other.sign_in("alan")
    mine = web.run(web.store.web_session(token_hash(front.cookie)))
    theirs = web.run(web.store.web_session(token_hash(other.cookie)))
    assert mine and theirs and not JWT.search(mine.sealed.decode("latin-1"))
    assert other.access().status_code == 200
    web.commit(Plan((KeepWebTokens(theirs.hash, mine.sealed),)))
    assert other.access().status_code == 401
    assert front.access().status_code == 200


@pytest.mark.parametrize(("put_back", "status"), [(True, 401), (False, 200)])
def test_old_tokens_put_back_end_what_they_open(front: Pages, put_back: bool, status: int) -> None:
    """By who can write to the store: a refresh token that was spent long ago comes again."""
    front.sign_in()
    world, hash = front.world, token_hash(front.cookie)
    old = world.run(world.store.web_session(hash))
    world.later(600)
    assert old is not None and front.access().status_code == 200
    world.later(600)
    if put_back:
        world.commit(Plan((KeepWebTokens(hash, old.sealed),)))
    assert front.access().status_code == status
    assert len(world.events_of(FamilyRevoked)) == put_back
    assert front.who()["signed_in"] is not put_back


def test_a_session_does_not_outlive_a_change_of_the_person_or_the_client(front: Pages) -> None:
    front.sign_in()
    front.world.later(2)
    assert front.access().status_code == 200
    grace = front.world.known(GRACE.subject)
    front.world.change(replace(grace, changed_at=int(front.world.now)))
    assert front.access().status_code == 401
    front.world.later(2)
    front.sign_in(max_age="0")
    assert front.access().status_code == 200


@pytest.mark.parametrize(("revoked", "signed_in"), [("back", True), ("front", False)])
def test_pages_of_a_client_that_was_revoked_are_told_that_nobody_is_signed_in(
    front: Pages, revoked: str, signed_in: bool
) -> None:
    """Signing out works all the same."""
    front.sign_in()
    csrf = front.who()["csrf"]
    front.world.commit(Plan((DisableClient(ClientId(revoked), int(front.world.now)),)))
    told = front.who()
    assert (told["signed_in"], "csrf" in told) == (signed_in, signed_in)
    assert front.log_out(x_csrf_token=csrf).status_code == 204
    assert [event.client for event in front.world.events_of(WebSessionEnded)] == ["front"]


@pytest.mark.parametrize(("revoked", "why"), [("back", []), ("front", [Reason.CLIENT_DISABLED])])
def test_a_client_that_was_revoked_gets_no_tokens(front: Pages, revoked: str, why: list[Reason]) -> None:
    """Neither for a sign-in that was begun nor for a session that was there."""
    front.sign_in()
    begun = front.answered()
    front.world.commit(Plan((DisableClient(ClientId(revoked), int(front.world.now)),)))
    assert front.browser.open(begun).status_code == (400 if why else 303)
    assert [event.reason for event in front.world.events_of(IssuerRefused)] == why
    front.world.later(600)
    assert front.access().status_code == (401 if why else 200)


@pytest.mark.parametrize(("changes", "status"), [({"disabled": True}, 401), ({"name": "Grace H."}, 200)])
def test_a_session_whose_refresh_is_refused_gets_no_other_token(
    web: WebWorld, changes: dict[str, object], status: int
) -> None:
    """What ends the session is still on its way when its token is over. The session itself is looked at before."""
    pages = web.pages()
    pages.sign_in()
    web.later(600)
    web.change(replace(web.known(GRACE.subject), **changes))  # type: ignore[arg-type]  # of its fields
    assert pages.access().status_code == status
    assert pages.who()["signed_in"] is (status == 200)
