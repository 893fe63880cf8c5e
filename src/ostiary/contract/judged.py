"""Holds one client of the admin API to the checks of the contract, as if it stood there.

What weakens a profile, or needs a file or a secret beside the contract, belongs into the contract.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ostiary.contract.checks import FAMILIES
from ostiary.contract.document import Entry, Node, Path, Place, Scalar, Sequence, at, replaced
from ostiary.contract.document import Mapping as Tree
from ostiary.contract.draft import Draft, declared
from ostiary.contract.expand_client import client_rule
from ostiary.contract.file_client import Credential
from ostiary.contract.mistakes import Code, Mistake, Severity
from ostiary.contract.model import ClientRule
from ostiary.contract.shape import shape
from ostiary.model.frozen import frozen
from ostiary.model.ids import TokenHash
from ostiary.model.principal import Kind

Settings = Mapping[str, object]
_ONLY_IN_THE_CONTRACT: Final = frozenset({"secret", "jwks_file", "file", "attest", "old_ways", "deprecated"})
_KIND: Final[Path] = ("kind",)
_KEYS: Final[Path] = ("jwks",)
_SECRET: Final = "${env:MADE_BY_THE_ADMIN_API}"  # noqa: S105  # the name of none
"""Stands where the contract says where a secret is; nothing reads it."""


@frozen
class Pointed:
    """A mistake, and where it is: a JSON pointer into the settings (RFC 6901)."""

    pointer: str
    mistake: Mistake


@frozen
class Judged:
    """`rule` is None where a mistake refuses the client."""

    rule: ClientRule | None
    mistakes: tuple[Pointed, ...]


def judge(draft: Draft, id: str, settings: Settings, hashes: tuple[TokenHash, ...] = ()) -> Judged:
    """Hold a client to every check of the contract that it is to live beside. `hashes`: of its secrets. What it may not
    say is told, and nothing looks at it: no file is opened because a request names it."""
    pointers: list[str] = []
    elsewhere = tuple(_not_here(settings))
    node = _tree(_shown(_without(settings, frozenset(elsewhere) - {_KIND})), "", pointers)
    found = [*map(_only_in_the_contract, elsewhere), *_judged(draft, id, node, pointers)]
    if any(each.mistake.severity is Severity.ERROR for each in found):
        return Judged(None, tuple(found))
    whole = beside(draft, id, settings)
    rule = client_rule(whole, id, whole.file.clients[id])
    return Judged(replace(rule, secret_hashes=hashes, admin=True), tuple(found))


def beside(draft: Draft, id: str, settings: Settings) -> Draft:
    """The contract as if it had the client, which is without a mistake."""
    shaped, _ = shape(_beside(draft, id, _tree(_shown(settings), "", [])), draft.name)
    assert shaped is not None
    return replace(draft, file=shaped.file, document=shaped.document)


def has_secret(settings: Settings) -> bool:
    """Whether one is made for it."""
    return settings.get("credential") == Credential.SECRET.value


def _judged(draft: Draft, id: str, node: Node, pointers: list[str]) -> Iterator[Pointed]:
    merged = _beside(draft, id, node)
    shaped, mistakes = shape(merged, draft.name)
    if shaped is not None:
        whole = replace(
            draft,
            text="",
            file=shaped.file,
            document=shaped.document,
            declared=declared(merged),
            lost=shaped.lost,
            broken=shaped.broken,
        )
        for family in FAMILIES:
            mistakes += family(whole)
    for mistake in dict.fromkeys(mistakes):
        if mistake.line < 0:
            yield Pointed(pointers[-mistake.line - 1], mistake)


def _beside(draft: Draft, id: str, node: Node) -> Node:
    """The contract with one client more."""
    clients = at(draft.document, ("clients",))
    known = clients.entries if isinstance(clients, Tree) else {}
    place = Place(-1, 1)
    more = Tree(place, {**known, id: Entry(place, node)})
    root = draft.document
    if isinstance(clients, Tree):
        return replaced(root, ("clients",), more)
    assert isinstance(root, Tree)
    return Tree(root.place, root.entries | {"clients": Entry(place, more)})


def _tree(value: object, pointer: str, pointers: list[str]) -> Node:
    """What stands in a request has no line; the number of its pointer stands for one, below zero."""
    pointers.append(pointer)
    place = Place(-len(pointers), 1)
    if isinstance(value, dict):
        entries = {key: _tree(each, f"{pointer}/{_escaped(key)}", pointers) for key, each in value.items()}
        return Tree(place, {key: Entry(node.place, node) for key, node in entries.items()})
    if isinstance(value, list):
        return Sequence(place, tuple(_tree(each, f"{pointer}/{index}", pointers) for index, each in enumerate(value)))
    return Scalar(place, value if isinstance(value, str | int | float | bool) else None)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _shown(settings: Settings) -> Settings:
    return {**settings, "secret": _SECRET} if has_secret(settings) else settings


def is_elsewhere(setting: str) -> bool:
    """Whether only the contract has it: it weakens a profile, leads to a file or a secret, or says whose devices are
    trusted."""
    return setting.startswith("insecure_") or setting in _ONLY_IN_THE_CONTRACT


def _not_here(value: object, path: Path = ()) -> Iterator[Path]:
    """However deep it stands; what a JWK set has are no settings."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _not_here(each, (*path, index))
    for name, each in value.items() if isinstance(value, Mapping) else ():
        if is_elsewhere(name):
            yield (*path, name)
        elif (*path, name) != _KEYS:
            yield from _not_here(each, (*path, name))
    if not path and isinstance(value, Mapping) and value.get("kind") == Kind.LEGACY.value:
        yield _KIND


def _without(value: object, paths: frozenset[Path], at: Path = ()) -> Any:
    """As if nobody had said it."""
    if isinstance(value, list):
        return [_without(each, paths, (*at, index)) for index, each in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    return {name: _without(each, paths, (*at, name)) for name, each in value.items() if (*at, name) not in paths}


def _only_in_the_contract(path: Path) -> Pointed:
    pointer = "".join(f"/{_escaped(str(step))}" for step in path)
    says = f"Clients made through the admin API have no `{path[-1]}`."
    mend = "Remove it, or write the client into the contract, where others read it first."
    return Pointed(pointer, Mistake("", -1, 1, Code.SETTING_NOT_FOR_KIND, says, mend))
