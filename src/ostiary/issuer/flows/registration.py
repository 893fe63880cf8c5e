"""Clients that register themselves (RFC 7591), and see to their registration (RFC 7592)."""

from collections.abc import Sequence

from ostiary.contract.model import Contract
from ostiary.contract.registered import RegisteredClient
from ostiary.issuer import registration
from ostiary.issuer import registration_outcome as outcome
from ostiary.issuer.client_metadata import ClientMetadata, read_members, read_metadata
from ostiary.issuer.decision import Decided
from ostiary.issuer.initial_access import InitialAccessToken
from ostiary.issuer.named_elsewhere import Found, Wanted, require_found, wanted_of
from ostiary.issuer.registration_outcome import Registration
from ostiary.model.fresh import Fresh
from ostiary.model.plan import Plan


def wanted_to_register(
    contract: Contract, request: registration.Request, kept: InitialAccessToken | None, now: int
) -> Wanted:
    """What has to be fetched before it can register. Every check but those of what is there is passed then."""
    opened = registration.require_open(contract)
    registration.require_initial_access(registration.read_bearer(request.authorization), opened, kept, now)
    return wanted_of(read_metadata(read_members(request.content_type, request.body), contract, opened))


def register(
    contract: Contract,
    request: registration.Request,
    kept: InitialAccessToken | None,
    found: Found,
    now: int,
    fresh: Fresh,
) -> Decided[Registration]:
    """RFC 7591 section 3.1. `kept`: the token that came, where it is none of the contract's."""
    opened = registration.require_open(contract)
    by = registration.require_initial_access(registration.read_bearer(request.authorization), opened, kept, now)
    metadata = read_metadata(read_members(request.content_type, request.body), contract, opened)
    require_found(wanted_of(metadata), found)
    return outcome.added(metadata, found, by, opened.most, request.peer, now, fresh)


def read_registration(
    contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient]
) -> Registration:
    """RFC 7592 section 2.1. The secret is not shown again: only its hash is kept."""
    registration.require_open(contract)
    token = registration.read_bearer(request.authorization)
    return Registration(registration.require_own(token, request.client, clients), token)


def update(
    contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient]
) -> tuple[RegisteredClient, ClientMetadata]:
    """Which client, and what it wants to be. Every check of a change but those of what is fetched for it."""
    opened = registration.require_open(contract)
    client = registration.require_own(registration.read_bearer(request.authorization), request.client, clients)
    registration.require_match(client, request.if_match)
    members = read_members(request.content_type, request.body)
    registration.require_update_of(client, members)
    return client, read_metadata(members, contract, opened)


def wanted_to_change(contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient]) -> Wanted:
    """As `wanted_to_register`, for a change."""
    client, metadata = update(contract, request, clients)
    return wanted_of(metadata, client.logo_uri)


def change_registration(
    contract: Contract,
    request: registration.Request,
    clients: Sequence[RegisteredClient],
    found: Found,
    now: int,
    fresh: Fresh,
) -> Decided[Registration]:
    """RFC 7592 section 2.2."""
    client, metadata = update(contract, request, clients)
    require_found(wanted_of(metadata, client.logo_uri), found)
    token = registration.read_bearer(request.authorization)
    return outcome.changed(client, token, metadata, found, request.peer, now, fresh)


def end_registration(
    contract: Contract, request: registration.Request, clients: Sequence[RegisteredClient], now: int
) -> Plan:
    """RFC 7592 section 2.3."""
    registration.require_open(contract)
    client = registration.require_own(registration.read_bearer(request.authorization), request.client, clients)
    registration.require_match(client, request.if_match)
    return outcome.ended(client, request.peer, now)
