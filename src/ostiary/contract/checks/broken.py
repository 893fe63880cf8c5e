"""Clients and routes that cannot be read as a whole: their names and addresses are checked all the same."""

from collections.abc import Iterator, Mapping
from typing import Final

from ostiary.contract.checks.redirects import redirect_fault
from ostiary.contract.checks.references import suggest
from ostiary.contract.document import Mapping as Tree
from ostiary.contract.document import Node, Scalar, Sequence
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import OIDC_SCOPES
from ostiary.contract.mistakes import Code, Mistake
from ostiary.model.principal import Kind

_NAMES: Final[Mapping[str, Mapping[str, tuple[str, Code]]]] = {
    "clients": {"scopes": ("scopes", Code.UNKNOWN_SCOPE), "roles": ("roles", Code.UNKNOWN_ROLE)},
    "routes": {
        "to": ("services", Code.UNKNOWN_SERVICE),
        "scope": ("scopes", Code.UNKNOWN_SCOPE),
        "roles": ("roles", Code.UNKNOWN_ROLE),
    },
}
"""Of each section the settings that name something, and the section where it has to be."""


def broken(draft: Draft) -> Iterator[Mistake]:
    """Every name that the contract does not have, and every redirect URI that no kind may have."""
    for section, entry in draft.broken:
        for setting, (named, code) in _NAMES[section].items():
            for node, name in _texts(entry, setting):
                known = draft.declared.get(named, frozenset()) | (OIDC_SCOPES if named == "scopes" else frozenset())
                if name not in known:
                    says = f"`{name}` is not among the contract's {named}."
                    yield _mistake(draft, node, code, says, suggest(name, known, "", named))
        for setting in ("redirect_uris", "post_logout_redirect_uris"):
            for node, uri in _texts(entry, setting):
                fault = redirect_fault(uri, Kind.MOBILE)
                if fault is not None:
                    yield _mistake(draft, node, Code.REDIRECT_NOT_EXACT, *fault)


def _texts(entry: Node, setting: str) -> Iterator[tuple[Scalar, str]]:
    """The text or texts of a setting."""
    if not isinstance(entry, Tree) or setting not in entry.entries:
        return
    node = entry.entries[setting].node
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield item, item.value


def _mistake(draft: Draft, node: Scalar, code: Code, says: str, mend: str) -> Mistake:
    return Mistake(draft.name, node.place.line, node.place.column, code, says, mend)
