"""Clients that are made through the admin API, beside those of the contract, which nobody changes from outside.

What such a client says of itself is what it would say in the contract, and the same checks judge it. What weakens a
profile, or needs a file or a secret beside the contract, belongs into the contract. Times are seconds since the epoch.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ostiary.contract.checks import FAMILIES
from ostiary.contract.document import Entry, Node, Path, Place, Scalar, Sequence, at, replaced
from ostiary.contract.document import Mapping as Tree
from ostiary.contract.draft import Draft, declared
from ostiary.contract.expand_client import client_rule
from ostiary.contract.file_client import Credential
from ostiary.contract.mistakes import Code, Mistake, Severity
from ostiary.contract.model import ClientRule, Contract
from ostiary.contract.shape import shape
from ostiary.model.ids import ClientId, TokenHash
from ostiary.model.plan import Spend

Settings = Mapping[str, object]
_ONLY_IN_THE_CONTRACT: Final = ("secret", "jwks_file", "attest", "old_ways", "deprecated")
_SECRET: Final = "${env:MADE_BY_THE_ADMIN_API}"  # noqa: S105  # the name of none
"""Stands where the contract says where a secret is; nothing reads it."""


@dataclass(frozen=True, slots=True)
class AdminClient:
    """What is kept. `settings`: as in the contract, as JSON. `former_hash`: of the secret before the last one."""

    id: ClientId
    settings: str
    secret_hash: TokenHash | None
    former_hash: TokenHash | None
    created_at: int
    changed_at: int
    ended_at: int | None = None
    """It is let in no more, and nobody gets its name."""
    version: int = 1
    """Grows with every change."""


@dataclass(frozen=True, slots=True)
class AddAdminClient(Spend):
    """Fails where there is or was one of its name."""

    client: AdminClient


@dataclass(frozen=True, slots=True)
class ChangeAdminClient(Spend):
    """Takes the place of the version before its own; fails where that is not there any more, or was ended."""

    client: AdminClient


@dataclass(frozen=True, slots=True)
class Pointed:
    """A mistake, and where it is: a JSON pointer into the settings (RFC 6901)."""

    pointer: str
    mistake: Mistake


@dataclass(frozen=True, slots=True)
class Judged:
    """`rule` is None where a mistake refuses the client."""

    rule: ClientRule | None
    mistakes: tuple[Pointed, ...]


def judge(draft: Draft, id: str, settings: Settings, hashes: tuple[TokenHash, ...] = ()) -> Judged:
    """Hold a client to every check of the contract that it is to live beside. `hashes`: of its secrets."""
    pointers: list[str] = []
    shown = {**settings, "secret": _SECRET} if has_secret(settings) else settings
    node = _tree(shown, "", pointers)
    found = [*_only_in_the_contract(settings), *_judged(draft, id, node, pointers)]
    if any(each.mistake.severity is Severity.ERROR for each in found):
        return Judged(None, tuple(found))
    whole = beside(draft, id, settings)
    rule = client_rule(whole, id, whole.file.clients[id])
    return Judged(replace(rule, secret_hashes=hashes, admin=True), tuple(found))


def beside(draft: Draft, id: str, settings: Settings) -> Draft:
    """The contract as if it had the client, which is without a mistake."""
    shown = {**settings, "secret": _SECRET} if has_secret(settings) else settings
    shaped, _ = shape(_beside(draft, id, _tree(shown, "", [])), draft.name)
    assert shaped is not None
    return replace(draft, file=shaped.file, document=shaped.document)


def has_secret(settings: Settings) -> bool:
    """Whether one is made for it."""
    return settings.get("credential") == Credential.SECRET.value


def admitted(draft: Draft, contract: Contract, clients: Iterable[AdminClient]) -> dict[ClientId, ClientRule]:
    """Those that hold beside this contract. What it does not have any more keeps out only who needs it."""
    rules = {}
    for client in clients:
        if client.ended_at is None and client.id not in contract.clients:
            hashes = tuple(hash for hash in (client.secret_hash, client.former_hash) if hash is not None)
            rule = judge(draft, client.id, json.loads(client.settings), hashes).rule
            if rule is not None:
                rules[client.id] = rule
    return rules


def taken(draft: Draft, clients: Iterable[AdminClient]) -> tuple[Mistake, ...]:
    """The contract's clients whose names others have or had: consents and keys would go from one to the other."""
    return tuple(
        draft.mistake(
            ("clients", client.id),
            Code.KEY_REPEATED,
            "The admin API has made a client of this name, so that it would be two.",
            "Choose another name: that of a client is never given again.",
            key=True,
        )
        for client in clients
        if client.id in draft.file.clients
    )


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


def _only_in_the_contract(settings: Settings) -> Iterator[Pointed]:
    certificate = settings.get("certificate")
    named: list[Path] = [(name,) for name in settings if name.startswith("insecure_") or name in _ONLY_IN_THE_CONTRACT]
    named += [("certificate", "file")] if isinstance(certificate, dict) and "file" in certificate else []
    named += [("kind",)] if settings.get("kind") == "legacy" else []
    for path in named:
        pointer = "".join(f"/{_escaped(str(step))}" for step in path)
        says = f"Clients made through the admin API have no `{path[-1]}`."
        mend = "Remove it, or write the client into the contract, where others read it first."
        yield Pointed(pointer, Mistake("", -1, 1, Code.SETTING_NOT_FOR_KIND, says, mend))
