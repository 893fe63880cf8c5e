"""OAuth 2.0 Form Post Response Mode."""

from issuer_world import IssuerWorld, authorization, form_with, is_page, policy
from ostiary.model import endpoints
from token_world import REDIRECT


def test_2_the_answer_is_a_form_that_sends_itself_to_the_client(issuer: IssuerWorld) -> None:
    page = issuer.browser().sign_in("site", response_mode="form_post")
    form = form_with(page, "code")
    assert is_page(page)
    assert form.action == REDIRECT["site"]
    assert set(form.fields) == {"code", "state", "iss"}
    assert policy(page)["form-action"] == ["'self'", "https://site.example"]


def test_2_errors_come_the_same_way(issuer: IssuerWorld) -> None:
    page = issuer.browser().open(authorization(response_mode="form_post", prompt="none"))
    assert form_with(page, "error").fields["error"] == "login_required"
    assert form_with(page, "error").action == REDIRECT["site"]


def test_a_redirect_uri_with_a_query_keeps_it(issuer: IssuerWorld) -> None:
    page = issuer.browser().sign_in("spare", response_mode="form_post")
    assert form_with(page, "code").action == "https://spare.example/callback?tab=1"


def test_what_comes_from_the_client_is_text_and_never_markup(issuer: IssuerWorld) -> None:
    state = "\"><script>alert('x')</script>&amp;"
    page = issuer.browser().sign_in("site", response_mode="form_post", state=state)
    assert form_with(page, "code").fields["state"] == state
    assert page.text.count("<script") == 1


def test_it_is_the_one_page_with_a_script_and_works_without(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    sign_in = browser.open(authorization(response_mode="form_post"))
    assert "script-src" not in policy(sign_in)
    assert "<script" not in sign_in.text
    page = browser.follow(browser.try_in(sign_in))
    assert policy(page)["script-src"] == ["'self'"]
    assert "<button" in page.text


def test_the_client_learns_whose_page_sent_the_form(issuer: IssuerWorld) -> None:
    """With any stricter policy a browser would say `Origin: null`."""
    page = issuer.browser().sign_in("site", response_mode="form_post")
    assert page.headers["referrer-policy"] == "strict-origin"


def test_nobody_keeps_the_page(issuer: IssuerWorld) -> None:
    page = issuer.browser().sign_in("site", response_mode="form_post")
    assert page.headers["cache-control"] == "no-store"
    assert page.url.path == endpoints.AUTHORIZE
