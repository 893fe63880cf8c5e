"""A device before a person: it asks for codes and polls; the person types, signs in and answers in a browser."""

from dataclasses import dataclass
from typing import Any, Final

import httpx

from issuer_world import Browser, IssuerWorld
from ostiary.cli.demo.browser import forms
from ostiary.model import endpoints
from secrets_seen import secret
from token_world import PEER, read, refused

GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True)
class Device:
    """One that has asked. It is at `PEER`; browsers are elsewhere unless they say so."""

    world: IssuerWorld
    client: str
    codes: dict[str, Any]

    @property
    def user_code(self) -> str:
        return str(self.codes["user_code"])

    def poll(self, client: str | None = None, **changes: str) -> httpx.Response:
        form = {"grant_type": GRANT, "device_code": self.codes["device_code"], **changes}
        return self.world.post(endpoints.TOKEN, form, client or self.client)

    def told(self) -> str:
        """The error that its next poll in time gets; empty where it is let in."""
        self.world.later(self.codes["interval"])
        return str(read(self.poll()).get("error", ""))


def asking(world: IssuerWorld, client: str | None = "till", **form: str) -> httpx.Response:
    return world.post(endpoints.DEVICE_AUTHORIZATION, {"scope": "orders.read", **form}, client)


def device(world: IssuerWorld, client: str = "till", **form: str) -> Device:
    """A device that has its codes."""
    answer = asking(world, client, **form)
    assert answer.status_code == 200, answer.text
    codes = read(answer)
    secret(codes["device_code"])
    return Device(world, client, codes)


def type_code(browser: Browser, code: str) -> httpx.Response:
    """On the page for it, up to where that leads."""
    return browser.follow(browser.fill(browser.open(endpoints.DEVICE), user_code=code))


def question(browser: Browser, waiting: Device, login: str = "grace") -> httpx.Response:
    """The page that asks, for somebody who signs in now unless they did just before."""
    page = type_code(browser, waiting.user_code)
    return page if asks(page) else browser.follow(browser.try_in(page, login))


def let_in(browser: Browser, waiting: Device, login: str = "grace") -> httpx.Response:
    return browser.fill(question(browser, waiting, login), present="yes", answer="allow")


def asks(page: httpx.Response) -> bool:
    """Whether it is the page that asks about a device."""
    return page.status_code == 200 and any("present" in form.fields for form in forms(page.content))


__all__ = ["GRANT", "PEER", "Device", "asking", "asks", "device", "let_in", "question", "read", "refused", "type_code"]
