"""What a registration leads to: the client as it is kept, what is recorded, and what the client is told (RFC 7591
section 3.2.1, RFC 7592 section 3)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ostiary.contract.model import LONGEST_ACCESS_TOKEN, ClientAuth
from ostiary.contract.registered import (
    AddRegisteredClient,
    ChangeRegisteredClient,
    RegisteredClient,
    RemoveRegisteredClient,
)
from ostiary.issuer.client_metadata import ClientMetadata
from ostiary.issuer.decision import Decided
from ostiary.issuer.initial_access import InitialAccessToken, UseInitialAccessToken
from ostiary.issuer.logo import KeepLogo
from ostiary.issuer.named_elsewhere import Found
from ostiary.issuer.records import DisableClient
from ostiary.keys.hashing import token_hash
from ostiary.model.events.registration import ClientRegistered, RegistrationChanged, RegistrationEnded
from ostiary.model.feed import ClientRevoked, RegisteredClientsChanged
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Secret
from ostiary.model.plan import Plan

_ID: Final = 16
_SECRET: Final = 32
"""Random bytes."""


@frozen
class Registration:
    """What the client is told. `secret` once, when it is made; `token` as it was made or brought."""

    client: RegisteredClient
    token: Secret
    secret: Secret | None = None


def added(
    metadata: ClientMetadata,
    found: Found,
    by: InitialAccessToken | None,
    most: int,
    peer: str,
    now: int,
    fresh: Fresh,
) -> Decided[Registration]:
    """A new client, whose name nobody chose. `by`: the token that is used up by it."""
    token = Secret(fresh_name(fresh, _SECRET))
    bare = RegisteredClient(
        id=ClientId("r-" + fresh_name(fresh, _ID)),
        token_hash=token_hash(token.reveal()),
        secret_hash=None,
        auth_method=ClientAuth.NONE,
        name=None,
        redirect_uris=(),
        scopes=frozenset(),
        refreshes=False,
        jwks=None,
        created_at=now,
        version=0,
    )
    client, secret = _described(bare, metadata, found, fresh)
    scopes, token_id = tuple(sorted(client.scopes)), None if by is None else by.id
    event = ClientRegistered(at=now, client=client.id, scopes=scopes, peer=peer, token=token_id)
    spends = () if by is None else (UseInitialAccessToken(by.id, now),)
    plan = Plan((*spends, AddRegisteredClient(client, most), *_kept(found)), (event,), (_anew(now),))
    return Decided(plan, Registration(client, token, secret))


def changed(
    client: RegisteredClient,
    token: Secret,
    metadata: ClientMetadata,
    found: Found,
    peer: str,
    now: int,
    fresh: Fresh,
) -> Decided[Registration]:
    """All that it was is replaced (RFC 7592 section 2.2): only its names and its secret stay, as long as it has one."""
    new, secret = _described(client, metadata, found, fresh)
    event = RegistrationChanged(at=now, client=new.id, scopes=tuple(sorted(new.scopes)), peer=peer)
    return Decided(
        Plan((ChangeRegisteredClient(new), *_kept(found)), (event,), (_anew(now),)),
        Registration(new, token, secret),
    )


def _kept(found: Found) -> tuple[KeepLogo, ...]:
    return () if found.logo is None else (KeepLogo(found.logo),)


def _described(
    client: RegisteredClient, metadata: ClientMetadata, found: Found, fresh: Fresh
) -> tuple[RegisteredClient, Secret | None]:
    """The client as it says it is, and the secret that it gets where it needs one and has none."""
    needs = metadata.auth_method is ClientAuth.SECRET_BASIC
    secret = Secret(fresh_name(fresh, _SECRET)) if needs and client.secret_hash is None else None
    kept = client.secret_hash if needs else None
    described = replace(
        client,
        version=client.version + 1,
        secret_hash=kept if secret is None else token_hash(secret.reveal()),
        auth_method=metadata.auth_method,
        name=metadata.name,
        redirect_uris=metadata.redirect_uris,
        scopes=metadata.scopes,
        refreshes=metadata.refreshes,
        jwks=metadata.jwks,
        jwks_uri=metadata.jwks_uri,
        logo_uri=metadata.logo_uri,
        logo=None if metadata.logo_uri is None else client.logo if found.logo is None else found.logo.id,
    )
    return described, secret


def ended(client: RegisteredClient, peer: str, now: int) -> Plan:
    """It is gone, and all that was issued to it is dead (RFC 7592 section 2.3)."""
    return Plan(
        (RemoveRegisteredClient(client.id), DisableClient(client.id, now)),
        (RegistrationEnded(at=now, client=client.id, peer=peer),),
        (ClientRevoked(client.id, until=now + LONGEST_ACCESS_TOKEN), _anew(now)),
    )


def _anew(now: int) -> RegisteredClientsChanged:
    return RegisteredClientsChanged(until=now + LONGEST_ACCESS_TOKEN)


def told_of(registration: Registration, address: str) -> Mapping[str, object]:
    """The client information response (RFC 7591 section 3.2.1, RFC 7592 section 3). `address`: of the registration.
    Where what is served is not what holds where nothing is said, it is said (OpenID Connect Dynamic Client Registration
    section 2, RFC 9126 section 6)."""
    client = registration.client
    grants = ["authorization_code", "refresh_token"] if client.refreshes else ["authorization_code"]
    told: dict[str, object] = {
        "client_id": client.id,
        "client_id_issued_at": client.created_at,
        "registration_client_uri": address,
        "registration_access_token": registration.token.reveal(),
        "redirect_uris": list(client.redirect_uris),
        "token_endpoint_auth_method": client.auth_method.value,
        "grant_types": grants,
        "response_types": ["code"],
        "scope": " ".join(sorted(client.scopes)),
        "id_token_signed_response_alg": "ES256",
        "require_pushed_authorization_requests": True,
    }
    optional = {"client_name": client.name, "jwks_uri": client.jwks_uri, "logo_uri": client.logo_uri}
    told |= {name: value for name, value in optional.items() if value is not None}
    if registration.secret is not None:
        told |= {"client_secret": registration.secret.reveal(), "client_secret_expires_at": 0}
    return told
