"""OAuth 2.0 for Browser-Based Applications: the backend that keeps the tokens (RFC 10017 section 6.1)."""

import httpx
import pytest

from issuer_world import CLIENTS
from ostiary.keys.session_cookie import PREFIX
from ostiary.model import endpoints
from ostiary.model.events.issuer import TokensIssued, WebSessionEnded, WebSessionStarted
from ostiary.server.session.cookies import LOGIN
from token_world import CONTRACT, ORIGIN
from web_world import APP, JWT, PAY, WEB, Pages, WebWorld


@pytest.fixture
def front(web: WebWorld) -> Pages:
    return web.pages()


def attributes(answer: httpx.Response, name: str) -> tuple[str, ...]:
    """Of the cookie of this name, without its value, in lower case and in order."""
    lines = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}=")]
    assert len(lines) == 1
    return tuple(sorted(part.strip().lower() for part in lines[0].split(";")[1:]))


def test_6_1_a_person_signs_in_and_the_pages_learn_who_they_are(front: Pages) -> None:
    assert front.who() == {"signed_in": False}
    answer = front.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, APP)
    told = front.who()
    csrf = told.pop("csrf")
    assert csrf.startswith("front.")
    assert told == {
        "signed_in": True,
        "client": "front",
        "sub": "sub-grace",
        "name": "Grace Hopper",
        "tenant": "acme",
        "roles": ["customer"],
        "scopes": ["openid", "orders.read", "orders.write", "profile"],
        "acr": "pwd",
        "auth_time": int(front.world.now),
        "expires_in": 3600,
    }


def test_6_1_the_code_flow_with_pkce_and_a_nonce_is_what_gets_the_tokens(front: Pages) -> None:
    began = front.browser.open(front.login_path())
    asked = httpx.URL(began.headers["location"]).params
    assert began.headers["location"].startswith(endpoints.AUTHORIZE)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == ORIGIN + endpoints.SESSION_CALLBACK
    assert asked["nonce"] and asked["state"] and "claims" not in asked
    again = httpx.URL(front.browser.open(front.login_path()).headers["location"]).params
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))
    front.sign_in()
    assert [event.grant_type for event in front.world.events_of(TokensIssued)] == ["authorization_code"]
    assert [event.client for event in front.world.events_of(WebSessionStarted)] == ["front"]


def test_6_1_no_answer_to_the_browser_has_a_token(front: Pages) -> None:
    answers = [front.browser.open(front.login_path()), front.sign_in()]
    answers += [front.get(f"{endpoints.SESSION}?client=front"), front.log_out()]
    front.sign_in()
    token = front.token()
    refresh = front.world.run(front.world.store.web_sessions_of(front.world.events_of(WebSessionStarted)[-1].session))
    assert len(refresh) == 1 and JWT.search(token)
    for answer in answers:
        whole = answer.text + str(answer.headers)
        assert not JWT.search(whole) and token not in whole and "refresh" not in whole


def test_6_1_2_1_tokens_are_refreshed_behind_the_cookie(front: Pages) -> None:
    front.sign_in()
    before = front.token()
    front.world.later(300)
    assert front.token() == before
    front.world.later(280)
    after = front.token()
    assert after != before
    assert front.world.claims(after)["grant_id"] == front.world.claims(before)["grant_id"]


def test_6_1_3_2_the_session_cookie_is_of_this_host_alone_and_of_no_script(front: Pages) -> None:
    answer = front.sign_in()
    assert attributes(answer, PREFIX + "front") == ("httponly", "path=/", "samesite=strict", "secure")
    began = front.browser.open(front.login_path())
    assert attributes(began, LOGIN) == ("httponly", "max-age=1800", "path=/", "samesite=lax", "secure")
    gone = front.log_out()
    assert attributes(gone, PREFIX + "front") == ("httponly", "max-age=0", "path=/", "samesite=strict", "secure")


def test_6_1_3_3_signing_out_needs_the_page_s_own_header(front: Pages) -> None:
    front.sign_in()
    assert front.log_out(x_csrf_token="front.AAAAAAAAAAAAAAAAAAAAAA").status_code == 403
    assert front.who()["signed_in"]
    assert front.log_out().status_code == 204
    assert not front.who()["signed_in"]


def test_a_page_chooses_among_its_own_addresses_where_people_come_back_to(front: Pages) -> None:
    assert front.sign_in(return_to=PAY).headers["location"] == PAY
    assert front.sign_in().headers["location"] == APP


def test_a_session_ends_when_nobody_uses_it(front: Pages) -> None:
    front.sign_in()
    front.world.later(3599)
    assert front.access().status_code == 200
    front.world.later(3599)
    assert front.access().status_code == 200
    assert front.who()["signed_in"]
    front.world.later(3600)
    assert not front.who()["signed_in"]
    assert front.access().status_code == 401


def test_a_session_ends_however_much_it_is_used(front: Pages) -> None:
    front.sign_in()
    for _ in range(23):
        front.world.later(1799)
        assert front.access().status_code == 200
    front.world.later(1799)
    front.world.later(24)
    assert front.access().status_code == 401


def test_a_stronger_or_fresher_sign_in_brings_a_new_cookie_and_ends_the_old_one(front: Pages) -> None:
    front.sign_in()
    old, token = front.cookie, front.token()
    front.world.later(120)
    assert front.sign_in(max_age="60", acr="pwd").headers["location"] == APP
    assert front.cookie != old
    assert front.who()["auth_time"] == int(front.world.now)
    assert front.access(old).status_code == 401
    assert front.access().status_code == 200
    assert front.world.userinfo(token).status_code == 401
    assert len(front.world.events_of(WebSessionEnded)) == 1


def test_an_acr_that_cannot_be_had_comes_back_to_the_page_as_an_error(front: Pages) -> None:
    answer = front.sign_in(acr="urn:never")
    assert answer.headers["location"] == APP + "?error=unmet_authentication_requirements"
    assert not front.who()["signed_in"]


def test_the_end_of_the_sign_in_at_the_issuer_ends_the_session(front: Pages) -> None:
    front.sign_in()
    assert front.access().status_code == 200
    front.world.end_session(front.world.events_of(WebSessionStarted)[0].session)
    assert front.access().status_code == 401
    assert not front.who()["signed_in"]


def test_two_clients_of_one_origin_have_a_cookie_each(web: WebWorld) -> None:
    front = web.pages()
    front.sign_in()
    back = web.pages("back", front.browser)
    assert not back.who()["signed_in"]
    back.sign_in()
    assert front.who()["csrf"] != back.who()["csrf"]
    assert web.claims(front.token())["client_id"] == "front"
    assert web.claims(back.token())["client_id"] == "back"


def test_where_there_is_more_than_one_client_a_page_has_to_say_which(front: Pages) -> None:
    assert front.get(endpoints.SESSION).status_code == 400
    assert front.get(endpoints.SESSION_LOGIN).status_code == 400
    assert front.get(endpoints.SESSION + "?client=site").status_code == 400
    assert front.get(endpoints.SESSION + "?client=front").status_code == 200


def test_nobody_fetches_tokens_at_the_token_endpoint_in_the_name_of_such_a_client(front: Pages) -> None:
    form = {"grant_type": "authorization_code", "code": "c", "redirect_uri": "https://x.example/", "code_verifier": "v"}
    assert front.world.post(endpoints.TOKEN, form, "front").json()["error"] == "invalid_client"
    assert front.world.post(endpoints.TOKEN, form, "reader").json()["error"] == "invalid_request"


def test_requests_are_pushed_where_the_client_s_are(web: WebWorld) -> None:
    pushing = {**WEB, "front": {**WEB["front"], "pushed_requests": True}}
    web.adopt(clients={**CONTRACT["clients"], **CLIENTS, **pushing})
    front = web.pages()
    asked = httpx.URL(front.browser.open(front.login_path()).headers["location"]).params
    assert set(asked) == {"client_id", "request_uri"}
    assert front.sign_in().headers["location"] == APP
    assert front.who()["signed_in"]


def test_a_session_is_touched_when_workers_say_that_it_is_used(front: Pages) -> None:
    front.sign_in()
    front.world.later(3000)
    for line in (b"front nothing", f"front {front.cookie}".encode()):
        assert front.world.ask("POST", endpoints.WORKER_SEEN, line).status_code == 204
    front.world.later(3000)
    assert front.who()["expires_in"] == 600
