"""A single-page application in Chromium: the code of the documentation, and what its scripts cannot carry off."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page

from secrets_seen import secret
from shop_running import RunningShop

GUIDE: Final = Path(__file__).parents[2] / "docs/kinds/spa.md"
BLANK: Final = "<!doctype html><title>shelf</title>"
ELSEWHERE: Final = "https://elsewhere.example/"


def load(page: Page, shop: RunningShop) -> None:
    """The code of the documentation, as a script of the page."""
    (code,) = re.findall(r"```javascript\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    here = code.replace("https://localhost:8443", shop.origin)
    page.evaluate(
        f"(() => {{ {here}; window.shelf = {{ signIn, cameBack, take, call, keys, held: () => tokens }} }})()"
    )


@pytest.fixture
def page(shop: RunningShop, context: BrowserContext) -> Page:
    """Its document is blank, so all that runs in it is what the documentation shows."""
    page = context.new_page()
    for address in (f"{shop.origin}/shelf/**", f"{ELSEWHERE}**"):
        page.route(address, lambda route: route.fulfill(body=BLANK, content_type="text/html"))
    page.goto(f"{shop.origin}/shelf/")
    load(page, shop)
    return page


def sign_in(page: Page, shop: RunningShop, login: str) -> None:
    page.evaluate("shelf.signIn()")
    page.wait_for_url(re.compile("/oauth/authorize"))
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(shop.person(login).password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/shelf/\?.*code="))
    page.reload()  # what a redirect leads to came from the door, which has no such page
    load(page, shop)


def held(page: Page) -> dict[str, Any]:
    tokens: dict[str, Any] = page.evaluate("shelf.held()")
    for name in ("access_token", "refresh_token", "id_token"):
        secret(tokens[name])
    return tokens


def status(page: Page, path: str) -> int:
    return int(page.evaluate(f"shelf.call('GET', '{path}').then((answer) => answer.status)"))


def orders(shop: RunningShop, login: str) -> str:
    return f"/v1/users/{shop.person(login).subject}/orders"


def test_the_code_of_the_documentation_comes_in_and_refreshes(page: Page, shop: RunningShop) -> None:
    sign_in(page, shop, "bob")
    assert page.evaluate("shelf.cameBack()") is True
    before = held(page)
    assert before["token_type"] == "DPoP"
    assert (status(page, orders(shop, "bob")), status(page, orders(shop, "alice"))) == (200, 403)
    refresh = "shelf.take({grant_type: 'refresh_token', refresh_token: shelf.held().refresh_token})"
    assert page.evaluate(refresh) is True
    assert held(page)["refresh_token"] != before["refresh_token"]
    assert status(page, orders(shop, "bob")) == 200


def test_an_answer_to_somebody_else_is_not_taken(page: Page, shop: RunningShop) -> None:
    sign_in(page, shop, "bob")
    page.evaluate("sessionStorage.asked = JSON.stringify({verifier: 'v'.repeat(43), state: 'another'})")
    assert page.evaluate("shelf.cameBack()") is False
    assert page.evaluate("shelf.held()") == {}


def test_an_answer_of_another_issuer_is_not_taken(page: Page, shop: RunningShop) -> None:
    """Mix-up (RFC 9207 section 2.4)."""
    sign_in(page, shop, "bob")
    told = page.evaluate("location.search")
    page.evaluate("history.replaceState(null, '', location.search.replace(/iss=[^&]*/, 'iss=https://evil.example'))")
    assert page.evaluate("shelf.cameBack()") is False
    page.evaluate("(told) => history.replaceState(null, '', told)", told)
    assert page.evaluate("shelf.cameBack()") is True


def test_no_script_reads_the_key_and_the_token_is_of_no_use_elsewhere(page: Page, shop: RunningShop) -> None:
    sign_in(page, shop, "bob")
    assert page.evaluate("shelf.cameBack()") is True
    reading = "shelf.keys.then((pair) => crypto.subtle.exportKey('jwk', pair.{}Key)).then(() => true, () => false)"
    assert page.evaluate(reading.format("public")) is True
    assert page.evaluate(reading.format("private")) is False
    token = held(page)["access_token"]
    for scheme in ("DPoP", "Bearer"):
        assert shop.get(orders(shop, "bob"), {"Authorization": f"{scheme} {token}"}).status == 401
    assert status(page, orders(shop, "bob")) == 200


def test_a_page_of_another_origin_sees_no_answer(page: Page, shop: RunningShop) -> None:
    asked = f"fetch('{shop.origin}{orders(shop, 'bob')}', {{headers: {{DPoP: 'x'}}}}).then(() => true, () => false)"
    assert page.evaluate(asked) is True
    page.goto(ELSEWHERE)
    assert page.evaluate(asked) is False
