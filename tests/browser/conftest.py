"""A real Chromium before a running door."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from shop_running import RunningShop

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    with RunningShop(tmp_path_factory.mktemp("shop")).open() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(shop: RunningShop) -> Iterator[Browser]:
    """It holds an event loop for as long as it lives: what needs one of its own, as the shop does, comes before."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed here (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A person's browser that has never been here."""
    context = chromium.new_context(ignore_https_errors=True, viewport=DESK)
    yield context
    context.close()
