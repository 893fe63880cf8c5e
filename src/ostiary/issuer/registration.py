"""Clients come, change and go by themselves (RFC 7591, RFC 7592): the checks and what they lead to. Times are seconds
since the epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ostiary.contract.model import LONGEST_ACCESS_TOKEN, ClientAuth, Contract, RegistrationRule
from ostiary.contract.registered import (
    AddRegisteredClient,
    ChangeRegisteredClient,
    RegisteredClient,
    RemoveRegisteredClient,
)
from ostiary.issuer.client_metadata import ClientMetadata, Members
from ostiary.issuer.decision import Decided
from ostiary.issuer.initial_access import InitialAccessToken, UseInitialAccessToken, require_living
from ostiary.issuer.logo import KeepLogo
from ostiary.issuer.named_elsewhere import Found
from ostiary.issuer.records import DisableClient
from ostiary.keys.hashing import same, token_hash
from ostiary.model.errors import (
    BEARER,
    Conflict,
    Forbidden,
    InvalidClientMetadata,
    InvalidToken,
    MissingToken,
    NotFound,
    PreconditionFailed,
    Refusal,
)
from ostiary.model.events.registration import ClientRegistered, RegistrationChanged, RegistrationEnded
from ostiary.model.feed import ClientRevoked, RegisteredClientsChanged
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.ids import ClientId, Secret, TokenHash
from ostiary.model.plan import Plan, Spend
from ostiary.model.reasons import Reason

_ID: Final = 16
_SECRET: Final = 32
"""Random bytes."""
_NOBODY: Final = (TokenHash(bytes(32)),)
_NOT_THEIRS: Final = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
"""What no update has (RFC 7592 section 2.2)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came: `peer` is the pseudonym of where from, `client` the registration that the URL names."""

    authorization: bytes | None = field(repr=False)
    content_type: bytes | None
    body: bytes = field(repr=False)
    peer: str
    client: str = ""
    if_match: bytes | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """What the client is told. `secret` once, when it is made; `token` as it was made or brought."""

    client: RegisteredClient
    token: Secret
    secret: Secret | None = None


def require_open(contract: Contract) -> RegistrationRule:
    """Raise NotFound where the contract lets nobody register."""
    if contract.registration is None:
        raise NotFound(Reason.REGISTRATION_CLOSED)
    return contract.registration


def read_bearer(authorization: bytes | None) -> Secret:
    """The token, from its field alone (RFC 6750 section 2.1). Raises MissingToken."""
    scheme, _, token = (authorization or b"").partition(b" ")
    if scheme.lower() != BEARER.lower().encode() or not token.strip():
        raise MissingToken(Reason.TOKEN_MISSING)
    return Secret(token.strip().decode("latin-1"))


def require_initial_access(
    token: Secret, opened: RegistrationRule, kept: InitialAccessToken | None, now: int
) -> InitialAccessToken | None:
    """Raise InvalidToken unless it is one of the contract's, or `kept`, which lives (RFC 7591 section 3). What is to be
    used up."""
    if _is_one_of(token, opened.tokens):
        return None
    return require_living(kept, now)


def require_own(token: Secret, id: str, clients: Sequence[RegisteredClient]) -> RegisteredClient:
    """The registration. Raises InvalidToken unless the token is that one's: what is not there, and what is another's,
    look the same (RFC 7592 section 2)."""
    found = next((client for client in clients if client.id == id), None)
    _require(token, () if found is None else (found.token_hash,))
    if found is None:
        raise InvalidToken(Reason.REGISTRATION_TOKEN_UNKNOWN)
    return found


def _require(token: Secret, hashes: tuple[TokenHash, ...]) -> None:
    if not _is_one_of(token, hashes):
        raise InvalidToken(Reason.REGISTRATION_TOKEN_UNKNOWN)


def _is_one_of(token: Secret, hashes: tuple[TokenHash, ...]) -> bool:
    """All are compared."""
    presented = token_hash(token.reveal())
    return max([same(presented, hash) for hash in hashes or _NOBODY])


def entity_tag(client: RegisteredClient) -> str:
    """Of this version of it (RFC 9110 section 8.8.3)."""
    return f'"{client.version}"'


def require_match(client: RegisteredClient, if_match: bytes | None) -> None:
    """Raise PreconditionFailed where the request is about another version (RFC 9110 section 13.1.1)."""
    if if_match is None or if_match.strip() == b"*":
        return
    if entity_tag(client).encode() not in (tag.strip() for tag in if_match.split(b",")):
        raise PreconditionFailed(Reason.REGISTRATION_CHANGED)


def lost(spend: Spend) -> Refusal:
    """What is refused where somebody was first: only the store knows how many there are, and which version."""
    match spend:
        case UseInitialAccessToken():
            return InvalidToken(Reason.REGISTRATION_TOKEN_OVER)
        case AddRegisteredClient():
            return Forbidden(Reason.REGISTRATION_FULL)
        case _:
            return Conflict(Reason.REGISTRATION_CHANGED)


def require_update_of(client: RegisteredClient, members: Members) -> None:
    """Raise InvalidClientMetadata unless the update names its own client, brings no other secret than the one it has,
    and nothing that is not the client's to say (RFC 7592 section 2.2)."""
    if members.get("client_id") != client.id:
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, "client_id")
    for name in _NOT_THEIRS:
        if name in members:
            raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, name)
    secret = members.get("client_secret")
    hashes = _NOBODY if client.secret_hash is None else (client.secret_hash,)
    if secret is not None and not (isinstance(secret, str) and same(token_hash(secret), hashes[0])):
        raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, "client_secret")


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
    """The client information response (RFC 7591 section 3.2.1, RFC 7592 section 3). `address`: of the registration."""
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
    }
    optional = {"client_name": client.name, "jwks_uri": client.jwks_uri, "logo_uri": client.logo_uri}
    told |= {name: value for name, value in optional.items() if value is not None}
    if registration.secret is not None:
        told |= {"client_secret": registration.secret.reveal(), "client_secret_expires_at": 0}
    return told
