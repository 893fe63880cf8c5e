"""Scopes: how they are written, and what a client may ask for."""

import re
from collections.abc import Iterable
from typing import Final

from ostiary.contract.model import ClientRule, Contract
from ostiary.contract.rights import OPENID_SCOPES, allowed_scopes
from ostiary.model.errors import InvalidScope
from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason

_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")


def read_scope(text: str) -> frozenset[Scope]:
    """The scopes that a `scope` parameter lists. Raises InvalidScope on its grammar (RFC 6749 section 3.3)."""
    if _SCOPE.fullmatch(text) is None:
        raise InvalidScope(Reason.PARAMETER_INVALID, "scope")
    return frozenset(map(Scope, text.split(" ")))


def write_scope(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scopes))


def require_allowed(scopes: frozenset[Scope], client: ClientRule, contract: Contract) -> None:
    """Raise InvalidScope unless each scope exists and is one that the client may ask for (RFC 6749 section 5.2)."""
    if scopes <= allowed_scopes(client):
        return
    known = scopes <= contract.scopes.keys() | OPENID_SCOPES
    raise InvalidScope(Reason.SCOPE_NOT_ALLOWED if known else Reason.SCOPE_UNKNOWN)
