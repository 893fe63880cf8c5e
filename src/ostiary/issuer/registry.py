"""The contract as the issuer reads it: what each request looks up is worked out once, when a contract loads."""

from collections.abc import Mapping

from ostiary.contract.model import ClientRule, Contract
from ostiary.keys.device_chain import Chain, read_roots
from ostiary.keys.keyset import KeySet
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Scope, ServiceName


@frozen
class Registry:
    """A new contract gives a new registry; nothing in one ever changes."""

    contract: Contract
    audiences: Mapping[Scope, frozenset[str]]
    """The `aud` of each service that has a route for the scope."""
    keys: Mapping[ClientId, KeySet]
    """Of the clients that sign their assertions."""
    attesters: Mapping[str, KeySet]
    """By name."""
    apple_roots: Mapping[ClientId, Chain]
    """Of the clients for whose instances on Apple's devices the issuer vouches."""
    android_roots: Mapping[ClientId, Chain]
    """As `apple_roots`, on Android devices."""
    cors_origins: frozenset[bytes]
    """Whose scripts may call the endpoints that answer across origins."""

    actors: Mapping[str, frozenset[ClientId]]
    """The clients that act for people whose tokens are for a service, by the service's `aud`."""

    @property
    def issuer(self) -> str:
        """The issuer identifier (RFC 8414 section 2)."""
        return self.contract.origin

    def client(self, id: str) -> ClientRule | None:
        return self.contract.clients.get(ClientId(id))


def read_contract(contract: Contract) -> Registry:
    """Raises JwkInvalid where a client's key set cannot be read, which `contract.load` has refused before."""
    clients = contract.clients.values()
    return Registry(
        contract=contract,
        audiences=_audiences(contract),
        keys={client.id: KeySet.from_jwks(client.jwks) for client in clients if client.jwks is not None},
        attesters={name: KeySet.from_jwks(attester.jwks) for name, attester in contract.attesters.items()},
        apple_roots={
            client.id: read_roots(client.attest.apple.roots)
            for client in clients
            if client.attest is not None and client.attest.apple is not None
        },
        android_roots={
            client.id: read_roots(client.attest.android.roots)
            for client in clients
            if client.attest is not None and client.attest.android is not None
        },
        cors_origins=frozenset(
            origin.encode() for client in clients if client.profile.cors for origin in client.origins
        ),
        actors=_actors(contract),
    )


def _actors(contract: Contract) -> dict[str, frozenset[ClientId]]:
    found: dict[str, set[ClientId]] = {}
    for client in contract.clients.values():
        if client.acts_for_people:
            found.setdefault(contract.services[ServiceName(client.id)].audience, set()).add(client.id)
    return {audience: frozenset(clients) for audience, clients in found.items()}


def _audiences(contract: Contract) -> dict[Scope, frozenset[str]]:
    reach: dict[Scope, set[str]] = {}
    for route in contract.routes:
        for scope in route.scopes:
            reach.setdefault(scope, set()).add(contract.services[route.service].audience)
    return {scope: frozenset(audiences) for scope, audiences in reach.items()}
