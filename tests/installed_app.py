"""An app that people install, in builds of which some are too old and some are about to end."""

from datetime import UTC, datetime
from typing import Any, Final

from gateway_world import ORIGIN
from rules_world import NOW, Rules

DAY: Final = 86400
STORES: Final = {"ios": "https://apps.example/id1", "android": "https://play.example/details?id=com.example.shop"}
OLD, LIVING, BELOW, NEW = "2.3.9", "2.4.0", "2.10.0", "2.10.1"
SINCE: Final = NOW - NOW % DAY + DAY
SUNSET: Final = SINCE + 30 * DAY
APP: Final[dict[str, Any]] = {
    "kind": "mobile",
    "redirect_uris": ["com.example.shop:/cb"],
    "scopes": ["things"],
    "min_version": "2.4",
    "store_links": STORES,
    "insecure_bearer_tokens": {"value": True, "because": "what is tested here comes after the proof"},
}


def day(at: int) -> str:
    """As a contract writes it."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


ENDING: Final = {"version": BELOW, "since": day(SINCE), "sunset": day(SUNSET)}


def app_rules(**changes: Any) -> Rules:
    """A gateway for the app and for the one client of `gateway_world`; a setting of the app that is None is left
    out."""
    site = {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]}
    app = {name: value for name, value in (APP | {"deprecated_below": ENDING} | changes).items() if value is not None}
    return Rules(clients={"site": site, "app": app})


def stated(build: str) -> str:
    """The field in which the app says which build it is."""
    return f"X-App-Version: {build}"
