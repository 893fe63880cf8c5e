"""The issuer's pages in Chromium, as people meet them: at a desk, on a phone, in the dark, without JavaScript."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from ostiary.cli.demo.browser import Browser as Person
from ostiary.cli.demo.oauth import Client
from ostiary.issuer.pkce import challenge_of
from ostiary.model import endpoints
from secrets_seen import secret
from shop_running import RunningShop
from token_world import basic

from .conftest import DESK, PHONE
from .device import ELSEWHERE, HERE, Till

CONTRAST = """
() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(e.outerHTML);
  }
  return low;
}
"""
"""Texts whose contrast is below 4.5:1 (WCAG 2.2 success criterion 1.4.3)."""
UNNAMED = """
() => [...document.querySelectorAll('input:not([type=hidden]), button, a, select')]
  .filter((e) => !(e.labels && e.labels.length) && !e.textContent.trim()).map((e) => e.outerHTML)
"""
"""Controls without a name (WCAG 2.2 success criterion 4.1.2)."""
SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def asking(shop: RunningShop, client: str, scope: str, **other: str) -> str:
    """The address of an authorization request."""
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": shop.client(client).redirect_uri,
        "scope": scope,
        "state": "the-state",
        "code_challenge": challenge_of("v" * 43),
        "code_challenge_method": "S256",
        **other,
    }
    if shop.client(client).kind == "third-party":
        asked = pushed(shop, client, asked)
    return f"{shop.origin}{endpoints.AUTHORIZE}?{urlencode(asked)}"


def pushed(shop: RunningShop, client: str, asked: dict[str, str]) -> dict[str, str]:
    """What the browser carries of a request that the client brought itself (RFC 9126)."""
    proof = basic(client, shop.client(client).secret or "")
    with closing(shop.door()) as door:
        answer = door.post_form(endpoints.PAR, asked, {"authorization": proof})
    return {"client_id": client, "request_uri": secret(answer.json()["request_uri"])}


def sign_in(page: Page, shop: RunningShop, login: str) -> None:
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(shop.person(login).password)
    page.get_by_role("button", name="Sign in").click()


def answered(page: Page) -> dict[str, str]:
    """What the browser was sent back with."""
    values = {name: found[0] for name, found in parse_qs(urlsplit(page.url).query).items()}
    if "code" in values:
        secret(values["code"])
    return values


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab that must not complain: a broken policy is told on the console."""
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    complaints = [text for text in told if "status of 4" not in text]
    assert not complaints


@pytest.fixture
def pocketbook(context: BrowserContext) -> list[str]:
    """Somebody else's site; what browsers bring it. A redirect to it is sent out and finds nobody: its name is of no
    machine (RFC 6761 section 6.5)."""
    brought: list[str] = []

    def answer(route: Route) -> None:
        brought.append(route.request.post_data or "")
        route.fulfill(status=200, content_type="text/html", body="<title>Pocketbook</title>")

    context.route("https://pocketbook.example/**", answer)
    return brought


def test_a_person_signs_in_and_is_back_with_a_code(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "storefront", "openid orders.read"))
    assert page.get_by_role("heading", name="Sign in").is_visible()
    assert page.evaluate("document.activeElement.id") == "login"
    sign_in(page, shop, "alice")
    page.wait_for_url(f"{shop.origin}/app/**")
    values = answered(page)
    assert values.keys() == {"code", "state", "iss"}
    assert (values["state"], values["iss"]) == ("the-state", shop.origin)


def test_a_wrong_password_says_so_where_a_screen_reader_hears_it(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "storefront", "openid orders.read"))
    page.get_by_label("User name").fill("bob")
    page.get_by_label("Password").fill(secret(secrets.token_urlsafe(16)))
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("User name").input_value() == "bob"
    assert page.get_by_label("Password").input_value() == ""
    assert page.get_by_label("Password").get_attribute("aria-describedby") == "problem"
    sign_in(page, shop, "bob")
    page.wait_for_url(f"{shop.origin}/app/**")
    assert "code" in answered(page)


def test_who_is_signed_in_is_not_asked_again_until_signing_out(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "storefront", "openid orders.read"))
    sign_in(page, shop, "alice")
    page.wait_for_url(f"{shop.origin}/app/**")
    page.goto(asking(shop, "storefront", "openid orders.read"))
    assert "code" in answered(page)
    page.goto(f"{shop.origin}{endpoints.LOGOUT}")
    page.get_by_role("button", name="Stay signed in").click()
    page.goto(f"{shop.origin}{endpoints.LOGOUT}")
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("heading").inner_text() == "You are signed out"
    page.goto(asking(shop, "storefront", "openid orders.read"))
    assert page.get_by_label("Password").is_visible()


def test_consent_is_asked_in_words_remembered_and_asked_again_for_more(
    page: Page, shop: RunningShop, pocketbook: list[str]
) -> None:
    page.goto(asking(shop, "pocketbook", "orders.read"))
    sign_in(page, shop, "carol")
    assert page.get_by_text("See your orders").is_visible()
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url("https://pocketbook.example/**")
    assert "code" in answered(page)
    tab = page.context.new_page()
    with tab.expect_request("https://pocketbook.example/**") as sent, suppress(Error):
        tab.goto(asking(shop, "pocketbook", "orders.read"))
    assert "code=" in sent.value.url
    page.goto(asking(shop, "pocketbook", "orders.read openid"))
    assert page.get_by_text("It also wants to").is_visible()


def test_who_says_no_goes_back_and_nothing_is_told(page: Page, shop: RunningShop, pocketbook: list[str]) -> None:
    page.goto(asking(shop, "pocketbook", "orders.read"))
    sign_in(page, shop, "bob")
    page.get_by_role("button", name="Do not allow").click()
    page.wait_for_url("https://pocketbook.example/**")
    values = answered(page)
    assert values["error"] == "access_denied" and "code" not in values


def test_an_answer_by_form_post_submits_itself_under_its_policy(
    page: Page, shop: RunningShop, pocketbook: list[str]
) -> None:
    page.goto(asking(shop, "pocketbook", "payments.write", response_mode="form_post"))
    sign_in(page, shop, "dave")
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url("https://pocketbook.example/callback")
    posted = parse_qs(pocketbook[-1])
    secret(posted["code"][0])
    assert posted["state"] == ["the-state"] and posted["iss"] == [shop.origin]


def test_a_request_that_cannot_be_answered_stays_here(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "storefront", "openid", redirect_uri="https://attacker.example/"))
    assert urlsplit(page.url).netloc == urlsplit(shop.origin).netloc
    assert page.get_by_role("heading").count() == 1
    assert page.get_by_text("invalid_request").is_visible()


def test_everything_works_without_javascript(chromium: Browser, shop: RunningShop) -> None:
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(asking(shop, "storefront", "openid orders.read", response_mode="form_post"))
    sign_in(page, shop, "alice")
    page.get_by_role("button", name="Continue").click()
    assert urlsplit(page.url).path == "/app/"
    context.close()


Visit = Callable[[Page, RunningShop], None]


def sign_in_page(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "storefront", "openid orders.read", login_hint="alice"))


def wrong_page(page: Page, shop: RunningShop) -> None:
    sign_in_page(page, shop)
    page.get_by_label("Password").fill(secret(secrets.token_urlsafe(16)))
    page.get_by_role("button", name="Sign in").click()


def consent_page(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "pocketbook", "openid profile email orders.read payments.write", prompt="consent"))
    sign_in(page, shop, "dave")


def choice_page(page: Page, shop: RunningShop) -> None:
    consent_page(page, shop)
    page.goto(asking(shop, "storefront", "openid orders.read", prompt="select_account"))


def sign_out_page(page: Page, shop: RunningShop) -> None:
    consent_page(page, shop)
    page.goto(f"{shop.origin}{endpoints.LOGOUT}")


def apps_page(page: Page, shop: RunningShop) -> None:
    """With an app on it."""
    with closing(shop.door()) as door:
        alice = shop.person("alice")
        Client(door, shop.client("pocket-shop")).sign_in(
            Person(door, alice.login, alice.password), "openid orders.read"
        )
    page.goto(f"{shop.origin}{endpoints.APPS}")
    sign_in(page, shop, "alice")
    assert page.get_by_role("heading", name="The shop in your pocket").first.is_visible()


def error_page(page: Page, shop: RunningShop) -> None:
    page.goto(asking(shop, "storefront", "openid", redirect_uri="https://attacker.example/"))


def code_page(page: Page, shop: RunningShop) -> None:
    page.goto(shop.origin + endpoints.DEVICE)


def linked_code_page(page: Page, shop: RunningShop) -> None:
    page.goto(Till(shop).link)


def wrong_code_page(page: Page, shop: RunningShop) -> None:
    code_page(page, shop)
    page.get_by_label("Code on the device").fill("BCDF-GHJK")
    page.get_by_role("button", name="Continue").click()


def device_page(page: Page, shop: RunningShop, address: str = HERE) -> None:
    page.goto(Till(shop, address).link)
    page.get_by_role("button", name="Continue").click()
    sign_in(page, shop, "dave")
    assert page.get_by_label("The device is in front of me").is_visible()


def distant_device_page(page: Page, shop: RunningShop) -> None:
    device_page(page, shop, ELSEWHERE)
    assert page.get_by_text("in another network").is_visible()


VISITS: tuple[Visit, ...] = (
    sign_in_page,
    wrong_page,
    consent_page,
    choice_page,
    sign_out_page,
    apps_page,
    error_page,
    code_page,
    linked_code_page,
    wrong_code_page,
    device_page,
    distant_device_page,
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
def test_pages_can_be_read_by_everybody(
    chromium: Browser, shop: RunningShop, tmp_path: Path, visit: Visit, scheme: str
) -> None:
    """Texts stand out, controls have names, and nothing is wider than a phone. `SCREENSHOTS` names a folder to look
    at them."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    for name, viewport in (("desk", DESK), ("phone", PHONE)):
        context = chromium.new_context(
            ignore_https_errors=True, viewport=viewport, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = context.new_page()
        visit(page, shop)
        page.screenshot(path=folder / f"{visit.__name__}-{scheme}-{name}.png", full_page=True)
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(UNNAMED) == []
        assert not page.evaluate(SIDEWAYS)
        context.close()
