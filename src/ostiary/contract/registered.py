"""Clients that registered themselves (RFC 7591), beside those of the contract, which come first.

Times are seconds since the epoch.
"""

from collections.abc import Iterable
from dataclasses import replace

from ostiary.contract.model import ClientAuth, ClientRule, Contract, GrantType, Profile, RegistrationRule
from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.keyset import KeySet
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Scope, TokenHash
from ostiary.model.plan import Spend, Write


@frozen
class RegisteredClient:
    """What is kept of a registration. `token_hash`: of the token that reads, changes and ends it (RFC 7592)."""

    id: ClientId
    token_hash: TokenHash
    secret_hash: TokenHash | None
    auth_method: ClientAuth
    name: str | None
    redirect_uris: tuple[str, ...]
    scopes: frozenset[Scope]
    refreshes: bool
    """Whether it registered for refresh tokens."""
    jwks: str | None
    """A JWK set of public keys, as JSON."""
    created_at: int
    version: int = 1
    """Grows with every change."""
    jwks_uri: str | None = None
    """Where it keeps its keys, in place of `jwks`."""
    logo_uri: str | None = None
    """Where its logo was fetched."""
    logo: str | None = None
    """The name under which that is kept."""


@frozen
class AddRegisteredClient(Spend):
    """Fails where `most` that were not revoked are there already."""

    client: RegisteredClient
    most: int


@frozen
class ChangeRegisteredClient(Spend):
    """Takes the place of the version before its own. Fails where that is not what is there any more; one that is gone
    stays gone."""

    client: RegisteredClient


@frozen
class RemoveRegisteredClient(Write):
    id: ClientId


def with_registered(contract: Contract, clients: Iterable[RegisteredClient]) -> Contract:
    """The contract with what it lets in beside its own clients: nobody takes the place of one of these. Without
    `registration`, nobody is let in."""
    opened = contract.registration
    if opened is None:
        return contract
    rules = (_rule(client, opened) for client in clients if _is_readable(client))
    return replace(contract, clients={**{rule.id: rule for rule in rules}, **contract.clients})


def _is_readable(client: RegisteredClient) -> bool:
    """Whether its keys are still such that are served: one client's are no reason to start without all others."""
    try:
        return client.jwks is None or bool(KeySet.from_jwks(client.jwks))
    except JwkInvalid:
        return False


def _rule(client: RegisteredClient, opened: RegistrationRule) -> ClientRule:
    return ClientRule(
        id=client.id,
        profile=_profile(client, opened.profile),
        scopes=client.scopes & opened.scopes,
        auth_method=client.auth_method,
        name=client.name or client.id,
        redirect_uris=client.redirect_uris,
        secret_hashes=() if client.secret_hash is None else (client.secret_hash,),
        jwks=client.jwks,
        jwks_uri=client.jwks_uri,
        logo=client.logo,
        registered=True,
    )


def _profile(client: RegisteredClient, base: Profile) -> Profile:
    if client.refreshes:
        return base
    grants = base.grants - {GrantType.REFRESH_TOKEN}
    return replace(base, grants=grants, refresh_idle_seconds=None, refresh_absolute_seconds=None)
