"""The code that the pages of `docs/kinds` show works as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shop_running import RunningShop

KINDS = Path(__file__).parents[2] / "docs" / "kinds"
PARTS = ["What it is for", "What you write", "What your client does", "What is refused"]
PAGES = sorted(page.name for page in KINDS.glob("*.md") if page.name != "README.md")


def code(page: str, shop: RunningShop) -> str:
    """The page's one program, for the shop that runs here."""
    [shown] = re.findall(r"^```python\n(.*?)^```", (KINDS / page).read_text(), re.MULTILINE | re.DOTALL)
    assert len(shown.splitlines()) <= 40
    here = str(shown).replace("https://localhost:8443", shop.origin)
    return here.replace("https://localhost:8444", shop.demo.services)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_same_parts_and_is_in_the_index(page: str) -> None:
    assert re.findall(r"^## (.*)$", (KINDS / page).read_text(), re.MULTILINE) == PARTS
    assert f"]({page})" in (KINDS / "README.md").read_text()


def test_a_device_comes_in_by_the_code_that_it_shows(shop: RunningShop) -> None:
    device = subprocess.Popen(
        [sys.executable, "-c", code("device.md", shop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SSL_CERT_FILE": str(shop.ca_file)},
    )
    with device:
        assert device.stdout is not None
        shown = re.fullmatch(r"Open (\S+) and type (\S{4}-\S{4})\n", device.stdout.readline())
        assert shown is not None, device.stderr.read() if device.stderr else ""
        shop.let_in("bob", f"{shown[1]}?user_code={shown[2]}")
        said = device.stdout.read()
    assert shop.person("bob").subject in said


def signed_in(program: str, shop: RunningShop, to: str = "com.example.shop:/cb", **environment: str) -> tuple[str, str]:
    """What the app prints in the end, and how it fails; where it opens a browser, alice signs in there."""
    app = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SSL_CERT_FILE": str(shop.ca_file), **environment},
    )
    with app:
        assert app.stdout is not None
        opened = app.stdout.readline().removeprefix("Open ").strip()
        back = shop.browse("alice", opened, to) if opened else ""
        return app.communicate(back, timeout=60)


def test_an_app_comes_in_through_the_system_s_browser(shop: RunningShop) -> None:
    said, failed = signed_in(code("mobile.md", shop), shop)
    assert shop.person("alice").subject in said, failed


def test_an_old_build_of_the_app_is_sent_to_the_store(shop: RunningShop) -> None:
    old = code("mobile.md", shop).replace('"2.4.0"', '"2.3.9"')
    assert signed_in(old, shop) == (
        "",
        "Please update: https://play.google.com/store/apps/details?id=com.example.shop\n",
    )


def test_somebody_elses_app_registers_itself_and_acts_for_who_agreed(shop: RunningShop) -> None:
    initial = shop.demo.initial_access_token
    program = code("third-party.md", shop)
    said, failed = signed_in(program, shop, "https://book.example/callback", INITIAL_ACCESS_TOKEN=initial)
    assert shop.person("alice").subject in said, failed


def test_a_partner_comes_in_by_its_key(shop: RunningShop) -> None:
    key = shop.client("harbour").api_key
    assert key is not None
    assert "cents" in ran("partner-keys.md", shop, API_KEY=key)


def test_a_service_comes_in_by_its_certificate(shop: RunningShop) -> None:
    known = shop.client("warehouse")
    assert known.certificate is not None
    assert known.certificate_key is not None
    said = ran("service.md", shop, CERTIFICATE=known.certificate, CERTIFICATE_KEY=known.certificate_key)
    assert "cents" in said


def test_an_old_client_goes_on_with_its_key_in_the_url_and_learns_when_that_ends(shop: RunningShop) -> None:
    key = shop.client("ticker").secret
    assert key is not None
    assert "cents" in ran("legacy.md", shop, OLD_KEY=key)


def ran(page: str, shop: RunningShop, **environment: str) -> str:
    """What the page's program prints."""
    known = {**os.environ, "SSL_CERT_FILE": str(shop.ca_file), **environment}
    program = [sys.executable, "-c", code(page, shop)]
    ended = subprocess.run(program, capture_output=True, text=True, env=known, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
