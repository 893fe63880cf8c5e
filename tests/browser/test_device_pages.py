"""The pages for a device in Chromium: its code, the question, both answers, and all of it without JavaScript."""

from playwright.sync_api import Browser, Page

from ostiary.model import endpoints
from shop_running import RunningShop

from .device import Till
from .test_pages import page, sign_in  # noqa: F401  # a fixture


def test_a_person_types_the_code_and_lets_the_till_in(page: Page, shop: RunningShop) -> None:  # noqa: F811
    till = Till(shop)
    page.goto(shop.origin + endpoints.DEVICE)
    assert page.evaluate("document.activeElement.id") == "user_code"
    page.keyboard.type(till.user_code.lower().replace("-", ""))
    page.keyboard.press("Enter")
    sign_in(page, shop, "alice")
    assert page.get_by_role("heading", level=1).inner_text() == "Let this device use your account?"
    assert page.get_by_text(till.user_code).first.is_visible()
    page.get_by_role("button", name="Let it in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Let this device use your account?", (
        "no tick, no answer"
    )
    page.get_by_label("The device is in front of me").check()
    page.get_by_role("button", name="Let it in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "The device may come in"
    assert till.poll().keys() >= {"access_token", "refresh_token"}


def test_no_is_said_without_a_tick_and_without_javascript(chromium: Browser, shop: RunningShop) -> None:
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False)
    tab = context.new_page()
    till = Till(shop)
    tab.goto(till.link)
    assert tab.get_by_label("Code on the device").input_value() == till.user_code
    tab.get_by_role("button", name="Continue").click()
    sign_in(tab, shop, "bob")
    tab.get_by_role("button", name="This is not my device").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "Nothing was allowed"
    assert till.poll()["error"] == "access_denied"
    context.close()


def test_going_back_answers_no_second_time(page: Page, shop: RunningShop) -> None:  # noqa: F811
    till = Till(shop)
    page.goto(till.link)
    page.get_by_role("button", name="Continue").click()
    sign_in(page, shop, "alice")
    page.get_by_role("button", name="This is not my device").click()
    page.get_by_role("heading", name="Nothing was allowed").wait_for()
    page.wait_for_load_state()
    page.go_back()
    assert page.get_by_role("heading", level=1).inner_text() == "This device has its answer"
    assert till.poll()["error"] == "access_denied"
