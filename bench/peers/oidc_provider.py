"""npm oidc-provider by itself: no TLS, no proxy, its in-memory adapter."""

import json
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from bench import processes
from bench.browser import Browser
from bench.peers.issuer import REDIRECT_URI, SERVICE, WEB, Running, authorization

HERE = Path(__file__).parent
PACKAGE = HERE / "node_modules" / "oidc-provider" / "package.json"
SESSIONS = 40
"""Its adapter keeps about 1,000 things and walks all tokens of a grant at each write, so each session gets few."""


class OidcProvider:
    """One node process; `form` is jwt (the same work as Ostiary's) or opaque (its own default)."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.name = f"oidc-provider-{form}"

    def version(self) -> str:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        return f"{json.loads(PACKAGE.read_text())['version']} (node {node})"

    def start(self, place: Path) -> Running:
        install()
        (port,) = processes.free_ports(1)
        secret = secrets.token_urlsafe(32)
        argv = ["node", HERE / "oidc-provider.mjs", str(port), self.form, secret]
        environment = {"NODE_ENV": "production"}
        program = processes.start(argv, place / f"{self.name}.log", processes.SERVED_CPU, environment)
        program.wait_for(port)
        return Running(
            program,
            port,
            f"127.0.0.1:{port}",
            "/auth",
            "/token",
            {SERVICE: secret, WEB: secret},
            program.pids,
            lambda: sessions(port),
        )


def install() -> None:
    """Install what package-lock.json pins, unless it is there."""
    if not PACKAGE.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True)


def sessions(port: int) -> Sequence[str]:
    """Sign different people in through its development pages and let them consent."""
    cookies = []
    for number in range(SESSIONS):
        browser = Browser(port, f"127.0.0.1:{port}", f"http://127.0.0.1:{port}")
        told = {"login": f"person-{number}", "password": "any"}
        browser.go(f"/auth?{urlencode(authorization())}", told, REDIRECT_URI)
        cookies.append(browser.cookie())
    return cookies
