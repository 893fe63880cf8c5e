"""What clients may ask for and people can give, as the contract in force has it. The issuer goes by it when it makes a
token, and the gateway when it takes one: a token says what was granted, and the contract what of that still holds."""

from collections.abc import Iterable
from typing import Final

from ostiary.contract.model import ClientRule, Contract, GrantType
from ostiary.model.ids import Role, Scope

OPENID: Final = Scope("openid")
PROFILE: Final = Scope("profile")
EMAIL: Final = Scope("email")
OFFLINE_ACCESS: Final = Scope("offline_access")
OPENID_SCOPES: Final = frozenset({OPENID, PROFILE, EMAIL, OFFLINE_ACCESS})
"""Of OpenID Connect Core sections 3.1.2.1, 5.4 and 11: every client that signs people in may ask for them."""

_SIGN_IN: Final = frozenset({GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE})


def allowed_scopes(client: ClientRule) -> frozenset[Scope]:
    """What the client may ask for."""
    signs_in = not client.profile.grants.isdisjoint(_SIGN_IN)
    return client.scopes | OPENID_SCOPES if signs_in else client.scopes


def of_roles(roles: Iterable[Role], contract: Contract) -> frozenset[Scope]:
    """What a person with these roles can let a client do. A role that the contract no longer has gives nothing."""
    return frozenset[Scope]().union(*(contract.roles.get(role, frozenset()) for role in roles))


def for_person(
    scopes: frozenset[Scope], client: ClientRule, roles: Iterable[Role], contract: Contract
) -> frozenset[Scope]:
    """Those of `scopes` that the client may have and the person can give."""
    return scopes & allowed_scopes(client) & (of_roles(roles, contract) | OPENID_SCOPES)


def still_held(
    scopes: frozenset[Scope], clients: Iterable[ClientRule], roles: Iterable[Role] | None, contract: Contract
) -> frozenset[Scope]:
    """What a token with these scopes is good for. `clients`: all that it stands on; `roles`: of its person, None where
    a client acts for itself."""
    for client in clients:
        scopes = _narrowed(scopes, allowed_scopes(client))
    return scopes if roles is None else _narrowed(scopes, of_roles(roles, contract) | OPENID_SCOPES)


def _narrowed(scopes: frozenset[Scope], to: frozenset[Scope]) -> frozenset[Scope]:
    """Where nothing is lost, the set that other tokens share."""
    return scopes if scopes <= to else scopes & to
