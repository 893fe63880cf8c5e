"""What each page shows. A view holds plain words; the templates escape them."""

from dataclasses import field
from enum import Enum
from math import ceil
from typing import ClassVar

from ostiary.model.frozen import frozen


class Problem(Enum):
    """Why a page is shown again: title and text."""

    WRONG = "That did not match", "The user name or the password is not right. Please try again."
    BUSY = "Very busy just now", "More people are signing in than can be served. Please try again in a moment."
    CODE_WRONG = (
        "No device is waiting with this code",
        "Please look at the device again. A code is good for ten minutes; it may show a new one by now.",
    )
    NOT_BEFORE_THEM = (
        "Is the device in front of you?",
        "Tick the box if it is, and if it shows the code. If not, it is not yours.",
    )
    OUT_OF_DATE = (
        "This page was too old",
        "It was open for too long, or your browser keeps no cookies. Nothing was sent; please try again.",
    )

    @property
    def title(self) -> str:
        return self.value[0]

    @property
    def text(self) -> str:
        return self.value[1]


@frozen
class TooSoon:
    """Too many wrong tries: the next one is heard in so many `seconds`."""

    seconds: int
    name: ClassVar[str] = "TOO_SOON"
    title: ClassVar[str] = "Too many tries"

    @property
    def text(self) -> str:
        return f"There were too many wrong tries. Please wait {in_words(self.seconds)} and try again."


def in_words(seconds: int) -> str:
    """A time to wait, rounded up, so that who waits as long has waited long enough."""
    count, unit = (seconds, "second") if seconds < 60 else (ceil(seconds / 60), "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


Hindrance = Problem | TooSoon
"""Why what was typed led nowhere."""


@frozen
class View:
    """`template` is its file. `sends_to`: sources of `form-action` beside our own (CSP Level 3 section 6.4.1).
    `problem`: why it is shown again."""

    template: ClassVar[str]
    scripts: ClassVar[bool] = False
    sends_to: tuple[str, ...] = field(default=(), kw_only=True)
    problem: Hindrance | None = field(default=None, kw_only=True)


@frozen
class SignInView(View):
    """`known_as`: who may go on without a password, with the token of that form."""

    template = "sign_in.html"
    client: str
    action: str
    form: str = field(repr=False)
    login: str = field(default="", repr=False)
    known_as: str | None = None
    choose_form: str = field(default="", repr=False)


@frozen
class DetailShown:
    """One thing in detail: a sentence, and names with values below it."""

    says: str
    rest: tuple[tuple[str, str], ...]


@frozen
class ConsentView(View):
    """`details` come first; `wanted` and `already` are sentences; `returns_to` names where either answer leads.
    `stranger`: the client is called what it says itself."""

    template = "consent.html"
    client: str
    person: str
    details: tuple[DetailShown, ...]
    wanted: tuple[str, ...]
    already: tuple[str, ...]
    action: str
    switch: str
    returns_to: str
    form: str = field(repr=False)
    stranger: bool = False
    logo: str | None = None
    """A path of this origin."""


@frozen
class UserCodeView(View):
    """`code`: what a link brought or somebody typed before."""

    template = "user_code.html"
    action: str
    form: str = field(repr=False)
    code: str = field(default="", repr=False)


@frozen
class DeviceView(View):
    """`name`: what the device calls itself. `minutes`: since it asked. `near`: it asked from this browser's network."""

    template = "device.html"
    client: str
    name: str | None
    person: str
    code: str = field(repr=False)
    minutes: int
    address: str = field(repr=False)
    near: bool
    wanted: tuple[str, ...]
    action: str = field(repr=False)
    form: str = field(repr=False)
    switch: str = field(repr=False)


@frozen
class SignOutView(View):
    template = "sign_out.html"
    person: str
    client: str | None
    action: str
    form: str = field(repr=False)


@frozen
class AppShown:
    """One place where a person is signed in. `key`: the beginning of its key's name."""

    name: str
    key: str | None
    since: str
    used: str
    grant: str
    form: str = field(repr=False)


@frozen
class AppsView(View):
    template = "apps.html"
    person: str
    action: str
    sign_out: str
    apps: tuple[AppShown, ...]


@frozen
class NoticeView(View):
    """Something is done. `back`: where the person may go on."""

    template = "notice.html"
    title: str
    text: str
    back: str | None = None
    client: str | None = None


@frozen
class FormPostView(View):
    """OAuth 2.0 Form Post Response Mode section 2."""

    template = "form_post.html"
    scripts = True
    client: str
    action: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


@frozen
class ErrorView(View):
    template = "error.html"
    title: str
    text: str
    code: str
    detail: str
    reference: str
