"""Attacks on pushed requests (RFC 9126 section 7): a name that was guessed, seen, swapped or used at the same time."""

import asyncio

import pytest

from issuer_world import Browser, IssuerWorld, authorization, is_page, named, told
from ostiary.issuer.pkce import challenge_of
from ostiary.model.endpoints import DEVICE_AUTHORIZATION, PAR, SESSION_LOGIN, TOKEN
from ostiary.model.events.issuer import CodeIssued
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from rules_world import Rules
from token_world import SECRETS, basic


def refused_for(issuer: IssuerWorld, browser: Browser, path: str) -> Reason:
    answer = browser.go(path)
    assert is_page(answer, 400), answer.status_code
    return issuer.last_refusal().reason


@pytest.mark.parametrize(
    "uri", ["urn:ietf:params:oauth:request_uri:" + "A" * 43, "urn:ietf:params:oauth:request_uri:", "URN"]
)
def test_a_guessed_name_leads_nowhere(issuer: IssuerWorld, uri: str) -> None:
    """Section 7.1."""
    issuer.push()
    reason = refused_for(issuer, issuer.browser(), named("site", uri.ljust(40, ":")))
    assert reason in (Reason.REQUEST_URI_UNKNOWN, Reason.PARAMETER_MISSING)


def test_another_client_cannot_use_the_name(issuer: IssuerWorld) -> None:
    """Section 7.3 and 2.2: the attacker's client sends a person with the name of an honest client's request, and the
    other way round."""
    uri = issuer.push("site")
    for thief in ("other", "agency", "nobody"):
        assert refused_for(issuer, issuer.browser(), named(thief, uri)) is Reason.REQUEST_URI_OF_ANOTHER_CLIENT
    assert is_page(issuer.browser().go(named("site", uri)))


@pytest.mark.parametrize("query", ["", "&client_id=other&client_id=site", "&client_id=site&client_id=site"])
def test_a_name_without_the_one_client_it_is_for_is_refused(issuer: IssuerWorld, query: str) -> None:
    uri = issuer.push()
    path = named("site", uri).replace("client_id=site&", "") + query
    assert refused_for(issuer, issuer.browser(), path) is Reason.REQUEST_URI_OF_ANOTHER_CLIENT


def test_two_names_are_none(issuer: IssuerWorld) -> None:
    path = named("site", issuer.push()) + "&request_uri=" + issuer.push()
    answer = issuer.browser().open(path)
    assert is_page(answer, 400)
    assert issuer.last_refusal().reason is Reason.PARAMETER_MISSING


def test_a_swapped_name_gives_the_thief_no_tokens(issuer: IssuerWorld) -> None:
    """Section 7.4: a person follows the attacker's request; the code is bound to the attacker's challenge, so that the
    honest client that gets it cannot use it."""
    attackers = issuer.push(code_challenge=challenge_of("A" * 43))
    browser = issuer.browser()
    code = told(browser.follow(browser.try_in(browser.go(named("site", attackers))))).code
    assert issuer.exchange(code).status_code == 400


def test_a_name_that_was_used_is_nothing_to_who_saw_it(issuer: IssuerWorld) -> None:
    browser, uri = issuer.browser(), issuer.push()
    browser.follow(browser.try_in(browser.go(named("site", uri))))
    assert refused_for(issuer, browser, named("site", uri)) is Reason.REQUEST_URI_SPENT


def test_of_two_answers_at_the_same_moment_one_gets_a_code(issuer: IssuerWorld) -> None:
    browser, uri = issuer.browser(), issuer.push()
    browser.sign_in("site")
    before = len(issuer.events_of(CodeIssued))
    cookies = [("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]

    async def together() -> list[int]:
        asked = (issuer.asked("GET", named("site", uri), b"", cookies) for _ in range(5))
        answers = await asyncio.gather(*asked)
        for answer in answers:
            if answer.status_code == 303:
                told(answer).code  # noqa: B018  # remembered as a secret
        return sorted(answer.status_code for answer in answers)

    assert issuer.run(together()) == [303, 400, 400, 400, 400]
    assert len(issuer.events_of(CodeIssued)) == before + 1
    assert issuer.last_refusal().reason is Reason.REQUEST_URI_SPENT


def test_a_name_from_elsewhere_is_never_fetched(issuer: IssuerWorld) -> None:
    """No request of ours goes where a request says (RFC 9101 section 10.4.1): there is nothing that could."""
    for uri in ("https://evil.example/r.jwt", "http://127.0.0.1:9001/", "file:///etc/passwd", "urn:other:1"):
        answer = told(issuer.browser().open(authorization(request_uri=uri)))
        assert answer.error == "request_uri_not_supported"


def test_a_pushed_request_keeps_no_credential_of_the_client(issuer: IssuerWorld) -> None:
    """An assertion is proof of who pushes and no part of what is asked."""
    from ostiary.issuer.pushed import own_parameters

    site = issuer.desk.registry.contract.clients[ClientId("site")]
    form = {"client_assertion": "a.b.c", "client_assertion_type": "jwt", "client_secret": "s", "scope": "x"}
    assert own_parameters(form, site).pairs == [("scope", "x")]


def test_a_form_for_one_pushed_request_answers_no_other(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    one = browser.follow(browser.try_in(browser.go(named("agency", issuer.push("agency")))))
    other = browser.go(named("agency", issuer.push("agency", scope="openid")))
    from issuer_world import form_with

    form = form_with(one, "answer").fields["form"]
    answer = browser.post(form_with(other, "answer").action, {"form": form, "answer": "allow"})
    assert is_page(answer, 403)


def test_a_client_with_a_wrong_secret_leaves_nothing_in_the_store(issuer: IssuerWorld) -> None:
    good = basic("site", SECRETS["site"])
    wrong = basic("site", SECRETS["other"])
    form = b"response_type=code"
    assert issuer.post(PAR, form, None, authorization=wrong).status_code == 401
    assert issuer.post(PAR, form, None, authorization=good).status_code == 400


def test_what_anybody_may_have_kept_is_begun_a_few_times_a_second_from_one_address() -> None:
    """A public client proves nothing before its request is kept, and it is kept for half an hour."""
    rules = Rules()
    assert [rules.reason(f"POST {PAR}") for _ in range(201)] == [None] * 200 + [Reason.LIMIT_REACHED]
    for begins in (f"POST {DEVICE_AUTHORIZATION}", f"GET {SESSION_LOGIN}", f"HEAD {SESSION_LOGIN}"):
        assert rules.reason(begins) is Reason.LIMIT_REACHED
        assert rules.reason(begins, address="198.51.100.2") is None
    assert rules.reason(f"POST {TOKEN}") is None
