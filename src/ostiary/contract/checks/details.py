"""Types of authorization details: words that name what is there, scopes and clients that fit."""

import re
from collections.abc import Iterator

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_details import Detail
from ostiary.contract.mistakes import Code, Mistake

PLACE = re.compile(r"\{([^{}]*)\}")
"""Where the value of a member stands in the words."""


def details(draft: Draft) -> Iterator[Mistake]:
    """What could not be shown to a person, or asked for by a client."""
    for name, detail in draft.file.details.items():
        path: Path = ("details", name)
        yield from _words(draft, path, detail)
        yield from _members(draft, path, detail)
    for client, settings in draft.file.clients.items():
        for index, name in enumerate(settings.details):
            yield from _of_client(draft, ("clients", client, "details", index), name, settings.scopes)


def _words(draft: Draft, path: Path, detail: Detail) -> Iterator[Mistake]:
    needed = [name for name, member in detail.members.items() if not member.optional]
    named = PLACE.findall(detail.says)
    if re.search(r"[{}]", PLACE.sub("", detail.says)) or not set(named) <= set(needed):
        says = "These words name something that is no member, or one that may be left out."
        mend = f"Name only {', '.join(f'`{{{name}}}`' for name in needed)}." if needed else "Remove the braces."
        yield draft.mistake((*path, "says"), Code.DETAIL_WORDS, says, mend)


def _members(draft: Draft, path: Path, detail: Detail) -> Iterator[Mistake]:
    for name, member in detail.members.items():
        if name == "type" or any(other.startswith(f"{name}.") for other in detail.members):
            says = f"`{name}` cannot be a value: it is the name of the type, or has members of its own."
            yield draft.mistake((*path, "members", name), Code.DETAIL_MEMBER, says, "Choose another name.", key=True)
        if member.one_of and member.type not in ("text", "texts"):
            says = f"`one_of` lists texts, and `{name}` is a {member.type}."
            yield draft.mistake((*path, "members", name), Code.DETAIL_MEMBER, says, "Remove `one_of`.", key=True)


def _of_client(draft: Draft, path: Path, name: str, scopes: tuple[str, ...]) -> Iterator[Mistake]:
    detail = draft.file.details.get(name)
    if detail is not None and detail.scope not in scopes and draft.is_sure_of("clients", "scopes"):
        says = f"`{name}` goes with `{detail.scope}`, which the client may not ask for."
        yield draft.mistake(path, Code.DETAIL_WITHOUT_SCOPE, says, f"Add `{detail.scope}` to its `scopes`.")
