"""Nobody is sent where the client has not registered, and no value is in an answer twice or between two (RFC 9700
sections 4.1, 4.4 and 4.11)."""

from urllib.parse import parse_qsl

import pytest

from issuer_world import ORIGIN, IssuerWorld, authorization, form_with, is_page, told
from ostiary.model import endpoints
from ostiary.model.reasons import Reason
from token_world import REDIRECT

SITE = REDIRECT["site"]

OPEN_REDIRECTS = [
    "https://site.example/callback/../../evil",
    "https://site.example/callback%2f..%2fevil",
    "https://site.example/callback?next=https://evil.example",
    "https://site.example/callback#",
    "https://site.example/callback#@evil.example",
    "https://site.example@evil.example/callback",
    "https://site.example.evil.example/callback",
    "https://evil.example/https://site.example/callback",
    "https://site.example\\@evil.example/callback",
    "https://SITE.example/callback",
    "http://site.example/callback",
    "https://site.example:443/callback",
    "//site.example/callback",
    "/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://site.example/callback",
    "https://site.example/callback ",
    "https://s\u0456te.example/callback",
]


@pytest.mark.parametrize("uri", OPEN_REDIRECTS)
@pytest.mark.parametrize("others", [{}, {"prompt": "none"}, {"response_type": "token"}, {"response_mode": "form_post"}])
def test_an_almost_right_redirect_uri_is_shown_to_nobody_but_the_person(
    issuer: IssuerWorld, uri: str, others: dict[str, str]
) -> None:
    answer = issuer.browser().open(authorization(redirect_uri=uri, **others))
    assert is_page(answer, 400)
    assert "location" not in answer.headers
    assert uri not in answer.text
    assert issuer.last_refusal().reason is Reason.REDIRECT_URI_MISMATCH


def test_the_redirect_uri_itself_gets_the_answer(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().sign_in("site")).to == SITE


@pytest.mark.parametrize("step", [endpoints.SIGN_IN, endpoints.CONSENT])
def test_every_step_checks_the_request_anew(issuer: IssuerWorld, step: str) -> None:
    """A query that was never at the authorization endpoint."""
    browser = issuer.browser()
    told(browser.sign_in("site"))
    bad = authorization(redirect_uri="https://evil.example/").replace(endpoints.AUTHORIZE, step)
    assert is_page(browser.post(bad, {"form": "x", "answer": "allow"}), 400)
    assert issuer.last_refusal().reason is Reason.REDIRECT_URI_MISMATCH


@pytest.mark.parametrize(
    "name",
    [
        "response_type",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "prompt",
        "claims",
        "colour",
    ],
)
def test_a_repeated_parameter_goes_back_as_an_error(issuer: IssuerWorld, name: str) -> None:
    answer = told(issuer.browser().open(f"{authorization()}&{name}=same&{name}=same"))
    assert answer.to == SITE
    assert answer.error == "invalid_request"
    assert issuer.last_refusal().reason is Reason.PARAMETER_REPEATED


@pytest.mark.parametrize(("name", "value"), [("client_id", "other"), ("redirect_uri", "https://evil.example/")])
@pytest.mark.parametrize("first", [True, False])
def test_which_client_and_where_to_is_never_a_choice_of_two(
    issuer: IssuerWorld, name: str, value: str, first: bool
) -> None:
    path, _, query = authorization().partition("?")
    both = f"{name}={value}&{query}" if first else f"{query}&{name}={value}"
    answer = issuer.browser().open(f"{path}?{both}")
    assert is_page(answer, 400)
    assert "location" not in answer.headers


def test_a_form_with_a_repeated_parameter_is_refused_as_a_query_is(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    path, _, query = authorization().partition("?")
    posted = browser.post(path, [*parse_qsl(query), ("nonce", "a"), ("nonce", "a")])
    assert told(browser.follow(posted)).error == "invalid_request"
    assert is_page(browser.follow(browser.post(path, [*parse_qsl(query), ("nonce", "a")])))


@pytest.mark.parametrize("endpoint", [endpoints.AUTHORIZE, endpoints.LOGOUT])
def test_a_posted_line_break_never_reaches_a_header(issuer: IssuerWorld, endpoint: str) -> None:
    """A script of any site can post these bytes; a raw one could not be answered but by splitting the answer."""
    form = [("content-type", "application/x-www-form-urlencoded")]
    for body in (b"state=x\r\nset-cookie: a=b", b"state=x\nlocation: //evil.example", b"state=\x00"):
        answer = issuer.ask("POST", endpoint, body, form)
        assert is_page(answer, 400)
        assert issuer.last_refusal().reason is Reason.PARAMETER_INVALID
    whole = issuer.ask("POST", endpoint, "state=\u00e9 x&b=<>".encode(), form)
    assert whole.status_code == 303
    assert whole.headers["location"] == f"{endpoint}?state=%C3%A9+x&b=%3C%3E"


def test_what_an_answer_holds_cannot_be_added_to_by_the_request(issuer: IssuerWorld) -> None:
    """`state` is one value, whatever is in it; `code` and `iss` of a request are no answer."""
    answer = told(issuer.browser().sign_in("site", state="a&code=evil&iss=https://evil.example#x", code="evil"))
    assert set(answer.fields) == {"code", "state", "iss"}
    assert answer.code != "evil"
    assert answer.fields["iss"] == ORIGIN


def test_a_code_of_one_client_is_not_taken_from_another(issuer: IssuerWorld) -> None:
    """Code injection: the attacker brings the victim's code to another honest client."""
    browser = issuer.browser()
    code = told(browser.sign_in("site")).code
    assert issuer.exchange(code, "other").status_code == 400
    assert issuer.exchange(code, "site").status_code == 200


def test_answers_are_sent_on_with_303(issuer: IssuerWorld) -> None:
    """307 would post the password to the client (RFC 9700 section 4.12)."""
    browser = issuer.browser()
    answer = browser.try_in(browser.open(authorization()))
    while "location" in answer.headers and answer.headers["location"].startswith("/"):
        assert answer.status_code == 303
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        answer = browser.open(answer.headers["location"])
    assert answer.status_code == 303


def test_opening_the_address_of_a_step_leads_to_the_right_page(issuer: IssuerWorld) -> None:
    """Somebody reloads the page after a wrong password."""
    browser = issuer.browser()
    page = browser.open(authorization())
    assert "password" in form_with(browser.go(form_with(page, "login").action), "login").fields
    consent = browser.sign_in("agency")
    assert form_with(browser.go(form_with(consent, "answer").action), "answer").buttons
