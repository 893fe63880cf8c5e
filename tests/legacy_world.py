"""A gateway with old clients: one that sends a password, one with a token that never changes, two with keys in URLs."""

from base64 import b64encode
from datetime import date
from typing import Any, Final

from gateway_world import old_secret
from rules_world import NOW, Rules
from secrets_seen import secret

DEPRECATED: Final = "2026-01-01"
LAST_DAY: Final = date.fromtimestamp(NOW + 86400).isoformat()


def _old(way: str, name: str | None, source: str, **changes: Any) -> dict[str, Any]:
    named = {} if name is None else {"name": name}
    ways = [{"way": way, "secret": f"${{env:{source}}}", "until": LAST_DAY, **named}]
    return {"kind": "legacy", "scopes": ["things"], "deprecated": DEPRECATED, "old_ways": ways, **changes}


CONTRACT: Final[dict[str, Any]] = {
    "clients": {
        "site": {
            "kind": "web",
            "secret": "${env:S}",
            "redirect_uris": ["https://door.example/"],
            "scopes": ["things"],
        },
        "printer": _old("basic", "printer", "OLD_PRINTER"),
        "fax": _old("basic", "fax", "OLD_FAX"),
        "ticker": _old("query", "api_key", "OLD_TICKER"),
        "tocker": _old("query", "api_key", "OLD_TOCKER", allow_ips=["203.0.113.0/24"]),
        "crawler": _old("bearer", None, "OLD_CRAWLER"),
    },
    "scopes": {"things": "See things", "more": "See more"},
    "roles": {"customer": ["things", "more"]},
    "routes": [
        {"on": "GET /things", "to": "api", "scope": "things", "kinds": ["legacy", "web"]},
        {"on": "GET /new", "to": "api", "scope": "things"},
        {"on": "GET /more", "to": "api", "scope": "more", "kinds": ["legacy", "web"]},
        {"on": "GET /open", "to": "api", "public": True},
    ],
}


class OldClients(Rules):
    """Rules that know them."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**{**CONTRACT, **changes})


def basic(user: str, password: str) -> str:
    """The Authorization field."""
    return f"Authorization: Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


PRINTER: Final = basic("printer", secret(old_secret("OLD_PRINTER")))
KEY: Final = secret(old_secret("OLD_TICKER"))
TOKEN: Final = secret(old_secret("OLD_CRAWLER"))
CRAWLER: Final = f"Authorization: Bearer {TOKEN}"
