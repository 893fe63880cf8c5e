"""Clients: settings that their kind has, lifetimes no longer than the profile's."""

from collections.abc import Iterator

from ostiary.contract.builds import read_build
from ostiary.contract.checks.credentials import certificates, credentials, given_keys, served
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import sheet_of
from ostiary.contract.file_client import Client
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.contract.profiles import SETTINGS
from ostiary.contract.quantities import in_words
from ostiary.model.principal import Kind

_YEAR = 365 * 86400
_LONGEST = {"access_token_lifetime": LONGEST_ACCESS_TOKEN, "refresh_idle": _YEAR, "refresh_absolute": 5 * _YEAR}
"""Even with a reason."""
_PROFILE_FIELD = {
    "access_token_lifetime": "access_token_seconds",
    "refresh_idle": "refresh_idle_seconds",
    "refresh_absolute": "refresh_absolute_seconds",
}


def clients(draft: Draft) -> Iterator[Mistake]:
    """What each client says against what its kind allows."""
    for name, client in draft.file.clients.items():
        path: Path = ("clients", name)
        yield from _settings(draft, path, client)
        yield from credentials(draft, path, client)
        yield from given_keys(draft, path, client)
        yield from certificates(draft, path, client)
        yield from _lifetimes(draft, path, client)
        yield from _safeguards(draft, path, client)
        yield from _builds(draft, path, client)
        yield from _acting(draft, path, client)
        yield from served(draft, path, client)


def _settings(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    for setting in sorted(client.model_fields_set - SETTINGS[client.kind]):
        having = ", ".join(kind for kind in Kind if setting in SETTINGS[kind])
        says = f"Clients of kind {client.kind} have no `{setting}`."
        mend = f"Remove it; it is for {having}."
        yield draft.mistake((*path, setting), Code.SETTING_NOT_FOR_KIND, says, mend, key=True)


def _lifetimes(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    profile = sheet_of(client).profile(client.kind)
    for setting, longest in _LONGEST.items():
        own, insecure = getattr(client, setting), getattr(client, f"insecure_{setting}")
        most = getattr(profile, _PROFILE_FIELD[setting])
        if own is not None and insecure is not None:
            says = f"`{setting}` and `insecure_{setting}` say different things."
            yield draft.mistake((*path, setting), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
        if own is not None and most is not None and own > most:
            says = f"This is longer than the {in_words(most)} of kind {client.kind}."
            mend = f"Write at most {in_words(most)}, or `insecure_{setting}: {{value: ..., because: ...}}`."
            yield draft.mistake((*path, setting), Code.WEAKER_THAN_PROFILE, says, mend)
        if insecure is not None and insecure.value > longest:
            says = "This is too long, whatever the reason."
            at = (*path, f"insecure_{setting}", "value")
            yield draft.mistake(at, Code.OUT_OF_RANGE, says, f"Write at most {in_words(longest)}.")


def _safeguards(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """What a kind has switched on is switched off only with a reason."""
    sheet = sheet_of(client)
    for setting, insecure, has, does in (
        ("consent", "insecure_no_consent", sheet.asks_consent.value, "ask the person"),
        ("pushed_requests", "insecure_unpushed_requests", sheet.pushed_requests.value, "push their requests"),
    ):
        own = getattr(client, setting)
        if own is False and has:
            says = f"Clients of kind {client.kind} {does}."
            mend = f"Remove it, or write `{insecure}: {{value: true, because: ...}}`."
            yield draft.mistake((*path, setting), Code.WEAKER_THAN_PROFILE, says, mend)
        if own and getattr(client, insecure):
            says = f"`{setting}` and `{insecure}` say different things."
            yield draft.mistake((*path, setting), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)


def _builds(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """An end comes after its announcement (RFC 9745 section 4), and for builds that are let in."""
    ends = client.deprecated_below
    if ends is None:
        return
    at = (*path, "deprecated_below")
    if ends.sunset < ends.since:
        says, mend = "The builds end before they are told so.", "Write a later day, or an earlier one as `since`."
        yield draft.mistake((*at, "sunset"), Code.SETTINGS_CONTRADICT, says, mend)
    oldest, below = read_build((client.min_version or "").encode()), read_build(ends.version.encode())
    if oldest is not None and below is not None and below <= oldest:
        says, mend = "`min_version` refuses these builds already.", "Write a version above it."
        yield draft.mistake((*at, "version"), Code.SETTINGS_CONTRADICT, says, mend)


def _acting(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """A person's token reaches a client as the service of its name (RFC 8693 section 2.1)."""
    if client.insecure_bound_subject_tokens is not None and not client.acts_for_people:
        says, mend = "It exchanges no tokens, bound or not.", "Add `acts_for_people: true`, or remove it."
        at = (*path, "insecure_bound_subject_tokens")
        yield draft.mistake(at, Code.SETTINGS_CONTRADICT, says, mend, key=True)
    if client.acts_for_people and draft.is_sure_of("services") and path[-1] not in draft.file.services:
        says, mend = "No service has the client's name, so no person's token is for it.", "Give both the same name."
        yield draft.mistake((*path, "acts_for_people"), Code.ACTS_FOR_NOBODY, says, mend, key=True)
