"""The part of the reference about the kinds of clients: all of them side by side, then each with its reasons."""

from collections.abc import Iterator
from typing import Final

from ostiary.contract.explain import introspected, limit_in_words, refreshed, wanted
from ostiary.contract.profiles import PROFILES, SETTINGS, Chosen, Sheet
from ostiary.contract.quantities import in_words
from ostiary.model.principal import Kind

_INTRO: Final = """\
A client states its kind; the kind carries a whole profile. The client's other settings may narrow it. A setting that
weakens it has a name that begins with `insecure_`, gives a reason, and is recorded in the audit log at every start.
`ostiary explain client NAME` prints the same lines for one client, with what its own settings change.
"""


def kinds() -> Iterator[str]:
    """The chapter, part by part."""
    yield "## The kinds of clients\n"
    yield _INTRO
    yield _side_by_side()
    for kind, sheet in PROFILES.items():
        yield _kind(kind, sheet)


def _lines(kind: Kind, sheet: Sheet) -> tuple[tuple[str, str, Chosen[object]], ...]:
    """Of a profile: what, its value in words, and why."""
    profile = sheet.profile(kind)
    lifetimes = (profile.access_token_seconds, profile.refresh_idle_seconds, profile.refresh_absolute_seconds)
    access, idle, absolute = (in_words(seconds) if seconds and profile.grants else "none" for seconds in lifetimes)
    return (
        ("credential", " or ".join(sheet.credentials.value), sheet.credentials),
        ("grants", ", ".join(sorted(profile.grants)) or "none", sheet.grants),
        ("token endpoint", ", ".join(sorted(profile.auth_methods)) or "none", sheet.auth_methods),
        ("proof of possession", profile.binding.name.lower().replace("_", "-"), sheet.binding),
        ("access token", access, sheet.access_token_seconds),
        ("refresh token, unused", idle, sheet.refresh_idle_seconds),
        ("refreshing at all", absolute, sheet.refresh_absolute_seconds),
        ("consent", "asked" if profile.asks_consent else "not asked", sheet.asks_consent),
        ("pushed requests", wanted(profile.pushed_requests, sheet), sheet.pushed_requests),
        ("calls across origins", "yes" if profile.cors else "no", sheet.cors),
        ("carried in", sheet.carried.value, sheet.carried),
        ("requests", limit_in_words(profile.limit), sheet.limit),
        ("routes without `kinds`", "yes" if profile.sees_unnamed else "no", sheet.sees_unnamed),
        ("signed requests", wanted(profile.signed_requests, sheet), sheet.signed_requests),
        ("signed answers", wanted(profile.signed_answers, sheet), sheet.signed_answers),
        ("signed introspection", introspected(profile), sheet.signed_introspection),
        ("refresh tokens", refreshed(profile), sheet.rotates_refresh),
        ("clock of a proof", f"at most {in_words(profile.proof_ahead_seconds)} ahead", sheet.proof_ahead_seconds),
    )


def _side_by_side() -> str:
    columns = [_lines(kind, sheet) for kind, sheet in PROFILES.items()]
    head = "".join(f" {kind} |" for kind in PROFILES) + "\n| --- |" + " --- |" * len(columns)
    rows = (f"| {same[0][0]} |" + "".join(f" {value} |" for _, value, _ in same) for same in zip(*columns, strict=True))
    return f"| |{head}\n" + "\n".join(rows) + "\n"


def _kind(kind: Kind, sheet: Sheet) -> str:
    rows = "\n".join(f"| {what} | {value} | {one.why} | {one.source} |" for what, value, one in _lines(kind, sheet))
    settings = ", ".join(f"`{setting}`" for setting in sorted(SETTINGS[kind]))
    return (
        f"### {kind}\n\n{sheet.says}\n\n"
        f"| line | value | why | source |\n| --- | --- | --- | --- |\n{rows}\n\nSettings: {settings}.\n"
    )
