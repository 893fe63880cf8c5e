"""No page can be framed, scripted or kept, and none reveals its address to other sites (RFC 9700 section 4.16)."""

import re
from dataclasses import replace

import httpx
import pytest

from issuer_world import GRACE, WRONG, IssuerWorld, authorization, form_with, is_page, policy
from ostiary.model import endpoints
from ostiary.model.ids import Subject

ALWAYS = {"default-src": ["'none'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"]}


def every_page(issuer: IssuerWorld) -> dict[str, httpx.Response]:
    browser = issuer.browser()
    sign_in = browser.open(authorization("agency"))
    wrong = browser.try_in(sign_in, "grace", WRONG)
    consent = browser.follow(browser.try_in(sign_in))
    old = browser.post(form_with(consent, "answer").action, {"form": "x", "answer": "allow"})
    form_post = browser.open(authorization("site", response_mode="form_post"))
    question = browser.open(endpoints.LOGOUT)
    apps = browser.open(endpoints.APPS)
    stayed = browser.fill(question, answer="stay")
    gone = browser.fill(question, answer="sign-out")
    return {
        "sign-in": sign_in,
        "wrong password": wrong,
        "consent": consent,
        "consent anew": old,
        "form post": form_post,
        "sign out?": question,
        "apps": apps,
        "stayed": stayed,
        "signed out": gone,
        "error": browser.open(authorization("nobody", redirect_uri="https://evil.example/")),
        "not so": browser.post(endpoints.AUTHORIZE, [("a", "b")], content_type="text/plain"),
        "no such method": issuer.ask("PUT", endpoints.SIGN_IN),
        "too large": issuer.ask("POST", endpoints.SIGN_IN, b"x" * 70_000),
    }


def test_every_page_forbids_frames_scripts_and_keeping(issuer: IssuerWorld) -> None:
    pages = every_page(issuer)
    for name, page in pages.items():
        assert is_page(page, page.status_code), name
        assert policy(page).items() >= ALWAYS.items(), name
        assert page.headers["x-frame-options"] == "DENY", name
        assert page.headers["cache-control"] == "no-store", name
        assert page.headers["referrer-policy"] in ("same-origin", "strict-origin"), name
        assert "'unsafe" not in page.headers["content-security-policy"], name
        assert ("script-src" in policy(page)) is (name == "form post"), name


def test_no_page_has_an_inline_script_style_or_handler(issuer: IssuerWorld) -> None:
    for name, page in every_page(issuer).items():
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page.text), name


def test_every_page_has_a_language_a_title_a_heading_and_labels(issuer: IssuerWorld) -> None:
    for name, page in every_page(issuer).items():
        assert '<html lang="en">' in page.text, name
        assert re.search(r"<title>[^<]+</title>", page.text), name
        assert page.text.count("<h1>") == 1, name
        assert page.text.count("<main>") == 1, name
        for field in re.findall(r'<input id="([^"]+)"', page.text):
            assert f'<label for="{field}">' in page.text, name


def test_what_went_wrong_is_tied_to_the_fields(issuer: IssuerWorld) -> None:
    wrong = every_page(issuer)["wrong password"]
    assert 'id="problem"' in wrong.text
    assert 'role="alert"' in wrong.text
    assert wrong.text.count('aria-describedby="problem"') == 2
    assert "<title>Error: " in wrong.text


def test_forms_may_lead_to_us_and_to_the_client_that_asked(issuer: IssuerWorld) -> None:
    pages = every_page(issuer)
    assert policy(pages["sign-in"])["form-action"] == ["'self'", "https://agency.example"]
    assert policy(pages["consent"])["form-action"] == ["'self'", "https://agency.example"]
    assert policy(pages["sign out?"])["form-action"] == ["'self'"]
    assert policy(pages["error"])["form-action"] == ["'self'"]


def test_names_from_the_store_and_the_contract_are_text(issuer: IssuerWorld) -> None:
    issuer.add_person(replace(GRACE, subject=Subject("sub-odd"), login="odd", name="<b onclick=x>Odd & Son's</b>"))
    page = issuer.browser().sign_in("agency", "odd")
    assert "<b " not in page.text
    assert "&lt;b onclick=x&gt;Odd &amp; Son&#39;s&lt;/b&gt;" in page.text


def test_assets_are_named_by_what_they_hold_and_kept_for_ever(issuer: IssuerWorld) -> None:
    page = every_page(issuer)["form post"]
    named = set(re.findall(r'(?:href|src)="(/[^"]+)"', page.text))
    assert len(named) == 3
    for path in named:
        answer = issuer.ask("GET", path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert issuer.ask("GET", path[:-6] + "0" + path[-5:]).status_code == 404


@pytest.mark.parametrize("path", ["/../views.py", "/%2e%2e/views.py", "/ostiary.css", "/", ""])
def test_nothing_else_lies_beside_them(issuer: IssuerWorld, path: str) -> None:
    assert issuer.ask("GET", endpoints.ASSETS + path).status_code == 404
