"""Old ways of legacy clients: each with a name where it has one, a secret that can be sent, and an end that is near."""

import re
from collections.abc import Iterator
from typing import Final

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import end_of
from ostiary.contract.file_client import Client, OldWayOf
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import OldWay
from ostiary.keys.hashing import token_hash
from ostiary.keys.jwt import is_compact
from ostiary.model.principal import Kind

LONGEST: Final = 2 * 366 * 86400
"""Seconds. What ends later than in two years has no end that anyone works towards."""
_PARAMETER: Final = re.compile(r"[A-Za-z0-9._~-]+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""`b64token` (RFC 6750 section 2.1)."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""RFC 7617 section 2 has them in neither user name nor password."""


def old_ways(draft: Draft) -> Iterator[Mistake]:
    """What each legacy client still does, and whether a request tells whose it is."""
    owners: dict[tuple[OldWay, str, bytes], str] = {}
    for name, client in draft.file.clients.items():
        if client.kind is not Kind.LEGACY:
            continue
        path: Path = ("clients", name)
        yield from _client(draft, path, client)
        for index, each in enumerate(client.old_ways):
            at = (*path, "old_ways", index)
            yield from _named(draft, at, each)
            yield from _ends(draft, at, each, client.deprecated)
            yield from _secret(draft, at, each, name, owners)


def _client(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    if not client.old_ways and draft.is_sure_of("clients", "old_ways"):
        says, mend = "The client has no old way to come in.", "Add `old_ways: [{way: ..., secret: ..., until: ...}]`."
        yield draft.mistake(path, Code.CREDENTIAL_MISSING, says, mend, key=True)
    if client.deprecated is None and draft.is_sure_of("clients", "deprecated"):
        says = "`deprecated` is missing: nobody who asks this client to change says since when."
        yield draft.mistake(path, Code.MISSING_KEY, says, "Add `deprecated: 2026-10-01`, the day.", key=True)


def _named(draft: Draft, path: Path, way: OldWayOf) -> Iterator[Mistake]:
    if way.way is OldWay.BEARER:
        if way.name is not None:
            says = "A bearer token comes without a name."
            yield draft.mistake((*path, "name"), Code.SETTINGS_CONTRADICT, says, "Remove it.", key=True)
        return
    what = "user name" if way.way is OldWay.BASIC else "parameter of the URL"
    if way.name is None:
        says, mend = f"`name` is missing: the {what}.", "Add `name: ...`."
        yield draft.mistake(path, Code.MISSING_KEY, says, mend, key=True)
    elif way.way is OldWay.QUERY and not _PARAMETER.fullmatch(way.name):
        mend = "Use letters, digits and `.`, `_`, `~`, `-`, as the client sends it."
        yield draft.mistake((*path, "name"), Code.BAD_NAME, "This is not the name of a parameter.", mend)


def _ends(draft: Draft, path: Path, way: OldWayOf, deprecated: int | None) -> Iterator[Mistake]:
    at = (*path, "until")
    if deprecated is not None and deprecated > way.until:
        says, mend = "It ends before it is deprecated (RFC 9745 section 4).", "Write a day after `deprecated`."
        yield draft.mistake(at, Code.SETTINGS_CONTRADICT, says, mend)
    if draft.now is None:
        return
    if end_of(way) <= draft.now:
        says, mend = "This day is over: whoever comes this way is refused.", "Remove it once nobody comes any more."
        yield draft.mistake(at, Code.OLD_WAY_OVER, says, mend)
    if way.until > draft.now + LONGEST:
        says = "This is more than two years ahead."
        yield draft.mistake(at, Code.OUT_OF_RANGE, says, "Write a day within two years; it can be moved later.")


def _secret(
    draft: Draft, path: Path, way: OldWayOf, name: str, owners: dict[tuple[OldWay, str, bytes], str]
) -> Iterator[Mistake]:
    at = (*path, "secret")
    secret = draft.secrets.get(at)
    if secret is None:
        return
    text = secret.reveal()
    if not _can_be_sent(way.way, text):
        mend = "Write the one that the client sends; if it does send this, it needs another."
        yield draft.mistake(at, Code.OLD_WAY_UNSENDABLE, "The secret cannot be sent in this way.", mend)
    owner = owners.setdefault((way.way, way.name or "", token_hash(text)), name)
    if owner != name:
        says = f"The client {owner} has the same way with the same secret."
        yield draft.mistake(at, Code.OLD_WAY_REPEATED, says, "Give each client a secret of its own.")


def _can_be_sent(way: OldWay, text: str) -> bool:
    if way is OldWay.BEARER:
        return _TOKEN.fullmatch(text) is not None and not is_compact(text.encode())
    return way is OldWay.QUERY or not _CONTROL.search(text)
