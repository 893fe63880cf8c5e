"""Scopes: what a client asks for, what it may have, what the person can give, and which services they reach."""

import re
from collections.abc import Iterable
from typing import Final

from ostiary.contract.model import ClientRule, Contract, GrantType
from ostiary.model.errors import InvalidScope
from ostiary.model.ids import Role, Scope
from ostiary.model.reasons import Reason

OPENID: Final = Scope("openid")
PROFILE: Final = Scope("profile")
EMAIL: Final = Scope("email")
OFFLINE_ACCESS: Final = Scope("offline_access")
OPENID_SCOPES: Final = frozenset({OPENID, PROFILE, EMAIL, OFFLINE_ACCESS})
"""Of OpenID Connect Core sections 3.1.2.1, 5.4 and 11: every client that signs people in may ask for them."""

_SIGN_IN: Final = frozenset({GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE})
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")


def read_scope(text: str) -> frozenset[Scope]:
    """The scopes that a `scope` parameter lists. Raises InvalidScope on its grammar (RFC 6749 section 3.3)."""
    if _SCOPE.fullmatch(text) is None:
        raise InvalidScope(Reason.PARAMETER_INVALID, "scope")
    return frozenset(map(Scope, text.split(" ")))


def write_scope(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scopes))


def allowed_scopes(client: ClientRule) -> frozenset[Scope]:
    """What the client may ask for."""
    signs_in = not client.profile.grants.isdisjoint(_SIGN_IN)
    return client.scopes | OPENID_SCOPES if signs_in else client.scopes


def require_allowed(scopes: frozenset[Scope], client: ClientRule, contract: Contract) -> None:
    """Raise InvalidScope unless each scope exists and is one that the client may ask for (RFC 6749 section 5.2)."""
    if scopes <= allowed_scopes(client):
        return
    known = scopes <= contract.scopes.keys() | OPENID_SCOPES
    raise InvalidScope(Reason.SCOPE_NOT_ALLOWED if known else Reason.SCOPE_UNKNOWN)


def of_roles(roles: Iterable[Role], contract: Contract) -> frozenset[Scope]:
    """What a person with these roles can let a client do. A role that the contract no longer has gives nothing."""
    return frozenset[Scope]().union(*(contract.roles.get(role, frozenset()) for role in roles))


def for_person(
    scopes: frozenset[Scope], client: ClientRule, roles: Iterable[Role], contract: Contract
) -> frozenset[Scope]:
    """Those of `scopes` that the client may have and the person can give, as the contract stands now."""
    return scopes & allowed_scopes(client) & (of_roles(roles, contract) | OPENID_SCOPES)
