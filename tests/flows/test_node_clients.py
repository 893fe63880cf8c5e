"""openid-client and oauth4webapi, clients that nobody here wrote: Node.js scripts whose people this test signs in."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from secrets_seen import secret
from shop_running import RunningShop

FOLDER = Path(__file__).parent / "node"
MISSING = "Node.js is not installed" if shutil.which("node") is None else "its packages are not: npm ci"

pytestmark = pytest.mark.skipif(not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None, reason=MISSING)


def run(shop: RunningShop, script: str) -> list[str]:
    """Run it to its end, opening what it wants opened; the names of what passed."""
    node = subprocess.Popen(
        ["node", FOLDER / script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(shop.ca_file)},
    )
    with node:
        passed, finished = _converse(shop, node), node.stderr.read() if node.stderr else ""
    assert node.returncode == 0, f"after {passed}: {finished}"
    return passed


def _converse(shop: RunningShop, node: "subprocess.Popen[str]") -> list[str]:
    assert node.stdin is not None
    assert node.stdout is not None
    passed = []
    _tell(node, asdict(shop.demo))
    for line in node.stdout:
        match json.loads(line):
            case {"passed": name}:
                passed.append(name)
            case {"secret": text}:
                secret(text)
            case {"browse": {"login": login, "url": url, "back": back}}:
                _tell(node, shop.browse(login, url, back))
            case {"let_in": {"login": login, "url": url}}:
                shop.let_in(login, url)
                _tell(node, "done")
    return passed


def _tell(node: "subprocess.Popen[str]", value: Any) -> None:
    assert node.stdin is not None
    node.stdin.write(json.dumps(value) + "\n")
    node.stdin.flush()


def test_openid_client_signs_in_and_calls_the_api(shop: RunningShop) -> None:
    assert len(run(shop, "openid_client.mjs")) == 18


def test_openid_client_registers_itself_and_takes_it_back(shop: RunningShop) -> None:
    assert len(run(shop, "registration.mjs")) == 5


def test_oauth4webapi_signs_in_and_reads_what_was_issued(shop: RunningShop) -> None:
    assert len(run(shop, "oauth4webapi.mjs")) == 15


def test_openid_client_acts_for_a_person_by_token_exchange(shop: RunningShop) -> None:
    before = shop.contract.read_text()
    acting = "{kind: service, acts_for_people: true, scopes: [orders.read], secret: '${file:secrets/stock}'}"
    shop.contract.write_text(before.replace("\nclients:\n", f"\nclients:\n  shop: {acting}\n"))
    try:
        assert shop.command("reload").returncode == 0
        assert len(run(shop, "token_exchange.mjs")) == 5
    finally:
        shop.contract.write_text(before)
        assert shop.command("reload").returncode == 0


def test_both_come_in_by_a_certificate(shop: RunningShop) -> None:
    assert len(run(shop, "mutual_tls.mjs")) == 6
