"""Views become HTML with the policy that goes with it. No inline script or style; everything works without scripts."""

from functools import cache
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from ostiary.model import endpoints
from ostiary.model.frozen import frozen
from ostiary.pages.assets import ASSETS
from ostiary.pages.views import View

_ALWAYS: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


@frozen
class Page:
    """`policy`: its Content-Security-Policy."""

    body: bytes
    policy: str


def render(view: View, origin: str) -> Page:
    """`origin`: of this issuer, as people see it in their address bar."""
    words = {"view": view, "origin": origin, "site": urlsplit(origin).netloc}
    html = _environment().get_template(view.template).render(words)
    return Page(html.encode(), policy(view))


def policy(view: View) -> str:
    """A browser may send forms to us and where we send it on from there; scripts run on the one page that has one."""
    sends = " ".join((_ALWAYS, *view.sends_to))
    return f"{sends}; script-src 'self'" if view.scripts else sends


def asset(file: str) -> str:
    """The path of a file in `assets/`."""
    return f"{endpoints.ASSETS}/{ASSETS[file].name}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("ostiary.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = asset
    return made
