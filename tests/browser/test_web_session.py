"""The pages of a web client in Chromium: a cookie that no script reads, the code of the documentation, other sites."""

import re
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ostiary.keys.session_cookie import PREFIX
from ostiary.model import endpoints
from secrets_seen import secret
from shop_running import RunningShop
from web_world import JWT

GUIDE: Final = Path(__file__).parents[2] / "docs/kinds/web.md"
NAME: Final = PREFIX + "window"


def guide() -> str:
    """The code of the documentation, as a script of the page."""
    (code,) = re.findall(r"```javascript\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return f"(() => {{ {code}; window.pages = {{ whoAmI, signIn, call, signOut }} }})()"


@pytest.fixture
def page(shop: RunningShop, context: BrowserContext) -> Page:
    return opened(shop, context)


def opened(shop: RunningShop, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{shop.origin}/window/")
    page.evaluate(guide())
    return page


def sign_in(shop: RunningShop, page: Page, login: str = "alice") -> dict[str, Any]:
    page.evaluate("pages.signIn()")
    page.wait_for_url(re.compile("/oauth/authorize"))
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(shop.person(login).password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{shop.origin}/window/")
    page.evaluate(guide())
    me: dict[str, Any] = page.evaluate("pages.whoAmI()")
    secret(me["csrf"])
    return me


def status(page: Page, method: str, path: str, body: str = "undefined") -> int:
    return int(page.evaluate(f"pages.call('{method}', '{path}', {body}).then((answer) => answer.status)"))


def orders(shop: RunningShop, login: str) -> str:
    return f"/v1/users/{shop.person(login).subject}/orders"


def cookie(context: BrowserContext) -> Any:
    (found,) = (each for each in context.cookies() if each["name"] == NAME)
    secret(found["value"])
    return found


def test_a_page_signs_a_person_in_and_calls_the_api(shop: RunningShop, page: Page) -> None:
    assert page.evaluate("pages.whoAmI()") == {"signed_in": False}
    me = sign_in(shop, page)
    assert (me["signed_in"], me["sub"], me["name"]) == (True, shop.person("alice").subject, "Alice Archer")
    assert status(page, "POST", orders(shop, "alice"), "{item: 'tea'}") == 201
    assert status(page, "GET", orders(shop, "alice")) == 200
    assert status(page, "GET", orders(shop, "bob")) == 403


def test_no_script_of_the_page_reads_the_cookie_or_a_token(shop: RunningShop, page: Page) -> None:
    sign_in(shop, page)
    kept = cookie(page.context)
    assert (kept["httpOnly"], kept["secure"], kept["sameSite"]) == (True, True, "Strict")
    seen = page.evaluate(
        """async () => {
          const texts = [document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
          const whole = await fetch('/session?client=window')
          texts.push(await whole.text(), JSON.stringify([...whole.headers]))
          texts.push(JSON.stringify(performance.getEntries().map((entry) => entry.name)))
          return texts.join('\\n')
        }"""
    )
    assert "signed_in" in seen
    assert kept["value"] not in seen and not JWT.search(seen) and "ostiary-web" not in seen


def test_a_change_without_the_page_s_header_is_refused(shop: RunningShop, page: Page) -> None:
    sign_in(shop, page)
    bare = f"fetch('{orders(shop, 'alice')}', {{method: 'POST', body: '{{}}'}}).then((answer) => answer.status)"
    assert page.evaluate(bare) == 403
    assert status(page, "POST", orders(shop, "alice"), "{item: 'tea'}") == 201


def test_signing_out_in_one_tab_ends_the_other(shop: RunningShop, page: Page) -> None:
    sign_in(shop, page)
    other = opened(shop, page.context)
    assert other.evaluate("pages.whoAmI()")["signed_in"]
    assert status(other, "GET", orders(shop, "alice")) == 200
    page.evaluate("pages.signOut()")
    assert other.evaluate("pages.whoAmI()") == {"signed_in": False}
    assert not [each for each in page.context.cookies() if each["name"].startswith(PREFIX)]
    other.evaluate(f"pages.call('GET', '{orders(shop, 'alice')}').then(() => 0)")
    expect(other.get_by_label("Password")).to_be_visible()


def test_a_cookie_that_was_stolen_is_worth_nothing_after_signing_out(
    shop: RunningShop, page: Page, context: BrowserContext
) -> None:
    sign_in(shop, page)
    value = cookie(context)["value"]
    with closing(shop.door()) as thief:
        field = {"cookie": f"{NAME}={value}"}
        assert thief.get(orders(shop, "alice"), field).status == 200
        page.evaluate("pages.signOut()")
        while (answer := thief.get(orders(shop, "alice"), field)).status == 200:
            page.wait_for_timeout(50)
        assert answer.status == 401
        assert thief.get(f"{endpoints.SESSION}?client=window", field).json() == {"signed_in": False}


def test_a_page_steps_up_and_its_cookie_from_before_is_worth_nothing(shop: RunningShop, page: Page) -> None:
    """Whoever had the cookie of the weaker sign-in has nothing of the stronger one."""
    before = sign_in(shop, page)
    old = cookie(page.context)["value"]
    page.evaluate("pages.signIn({ max_age: 0 })")
    page.get_by_label("Password").fill(shop.person("alice").password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{shop.origin}/window/")
    page.evaluate(guide())
    after = page.evaluate("pages.whoAmI()")
    secret(after["csrf"])
    assert after["auth_time"] >= before["auth_time"] and after["csrf"] != before["csrf"]
    assert cookie(page.context)["value"] != old
    assert status(page, "POST", orders(shop, "alice"), "{item: 'tea'}") == 201
    with closing(shop.door()) as thief:
        while (answer := thief.get(orders(shop, "alice"), {"cookie": f"{NAME}={old}"})).status == 200:
            page.wait_for_timeout(50)
        assert answer.status == 401


def test_a_route_that_wants_a_fresher_sign_in_sends_the_page_to_it(shop: RunningShop, page: Page) -> None:
    written = shop.contract.read_text()
    try:
        shop.contract.write_text(written.replace("step_up: {max_age: 5m}", "step_up: {max_age: 1s}"))
        assert shop.command("reload").returncode == 0
        sign_in(shop, page)
        old = cookie(page.context)["value"]
        payment = f"{{account: {{owner: '{shop.person('alice').subject}'}}, cents: 5}}"
        while status(page, "POST", "/v1/payments", payment) != 401:
            page.wait_for_timeout(400)  # the route has a limit
        page.get_by_label("Password").fill(shop.person("alice").password)
    finally:
        shop.contract.write_text(written)
        assert shop.command("reload").returncode == 0
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{shop.origin}/window/")
    page.evaluate(guide())
    secret(page.evaluate("pages.whoAmI()")["csrf"])
    while (paid := status(page, "POST", "/v1/payments", payment)) == 429:
        page.wait_for_timeout(400)
    assert paid in (200, 201)
    assert cookie(page.context)["value"] != old


class Elsewhere(BaseHTTPRequestHandler):
    """Another site: its page has whatever stands behind its path."""

    page = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def elsewhere(shop: RunningShop) -> Iterator[str]:
    """The address of a site that wants to place an order for whoever visits it."""
    target = f"{shop.origin}{orders(shop, 'alice')}"
    form = f'<form method="post" action="{target}" enctype="text/plain"><input name="x"><button>Win</button></form>'
    Elsewhere.page = f"<!doctype html><title>Win</title>{form}".encode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_another_site_places_no_order_and_reads_none(shop: RunningShop, page: Page, elsewhere: str) -> None:
    sign_in(shop, page)
    own = f"pages.call('GET', '{orders(shop, 'alice')}').then((answer) => answer.json())"
    before = len(page.evaluate(own)["orders"])
    tab = page.context.new_page()
    tab.goto(elsewhere)
    with tab.expect_response(lambda answer: answer.url.endswith("/orders")) as refused:
        tab.get_by_role("button").click()
    assert refused.value.status in (401, 403)
    tab.goto(elsewhere)
    read = f"fetch('{shop.origin}/session?client=window', {{credentials: 'include'}}).then(() => 'read', () => 'no')"
    assert tab.evaluate(read) == "no"
    assert len(page.evaluate(own)["orders"]) == before
    assert status(page, "POST", orders(shop, "alice"), "{item: 'tea'}") == 201
