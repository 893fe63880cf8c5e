"""Audit events: facts, not objects.

Fields are ids, counts, times and reasons: no token, password, secret, name, e-mail or address. `peer` is a keyed
pseudonym of an address, so that an operator who has the address and the key can find its records, and nobody else.
`at` is in seconds since the epoch, with fractions.
"""

from dataclasses import dataclass

from ostiary.model.ids import (
    AdminTokenId,
    ApiKeyId,
    ClientId,
    DeviceKeyId,
    GatewayName,
    GrantId,
    InitialAccessTokenId,
    KeyId,
    Reference,
    RouteId,
    Scope,
    SessionId,
    Subject,
    TenantId,
    Thumbprint,
    TokenId,
)
from ostiary.model.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. Subclasses are the whole vocabulary of the log; a field not declared cannot be recorded."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """A person signed in; `acr` says how."""

    subject: Subject
    session: SessionId
    acr: str
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRefused(Event):
    """A sign-in failed; `account` is the keyed pseudonym of the name that was tried."""

    account: str
    peer: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    """A session ended; `client` is the one that asked for it."""

    subject: Subject
    session: SessionId
    client: ClientId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGranted(Event):
    """A person allowed a client these scopes, and details of these types."""

    subject: Subject
    client: ClientId
    scopes: tuple[Scope, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(Event):
    """A person said no to a client."""

    subject: Subject
    client: ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued(Event):
    """An authorization code went to a client, for these scopes."""

    subject: Subject
    client: ClientId
    grant: GrantId
    session: SessionId
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAsked(Event):
    """A device was given a code to show; `peer` is where it asked from."""

    client: ClientId
    scopes: tuple[Scope, ...]
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCodeRefused(Event):
    """A code that somebody typed led to no device; `account` is the keyed pseudonym of who was signed in."""

    peer: str
    reason: Reason
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAllowed(Event):
    """A person let a device in. `device` is where it asked from and `peer` where the person was, `near` whether both
    are one network."""

    subject: Subject
    client: ClientId
    grant: GrantId
    session: SessionId
    scopes: tuple[Scope, ...]
    device: str
    peer: str
    near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDenied(Event):
    """A person said that a device is not theirs; `device`, `peer` and `near` as where one is let in."""

    subject: Subject
    client: ClientId
    device: str
    peer: str
    near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensIssued(Event):
    """A token response went out; `grant_type` is RFC 6749's, `token` the access token's `jti`, `actors` those
    who act for the person, the last one first."""

    client: ClientId
    grant_type: str
    token: TokenId
    scopes: tuple[Scope, ...]
    subject: Subject | None = None
    grant: GrantId | None = None
    tenant: TenantId | None = None
    actors: tuple[ClientId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSessionStarted(Event):
    """The pages of a web client have somebody signed in; the tokens of `grant` are kept here."""

    subject: Subject
    client: ClientId
    session: SessionId
    grant: GrantId


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSessionEnded(Event):
    """A session at a web client's pages ended by signing out, or gave way to a new one; its tokens are dead."""

    subject: Subject
    client: ClientId
    session: SessionId
    grant: GrantId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutTold(Event):
    """A client with an address for it was told that a sign-in ended, and said that it heard."""

    client: ClientId
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutUntold(Event):
    """A client could not be told that a sign-in ended, however often it was tried."""

    client: ClientId
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRefused(Event):
    """An endpoint of the issuer refused. `error` is the public code."""

    endpoint: str
    error: str
    reason: Reason
    ref: Reference
    peer: str
    client: ClientId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevocation(Event):
    """A token or a whole grant was revoked; `client` is who asked for it, none an operator."""

    client: ClientId | None
    token: TokenId | None = None
    grant: GrantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceVouchedFor(Event):
    """An instance of an app was vouched for: `key` is the one that its device attested, `platform` and `grade` what
    that is worth, and `instance` the thumbprint of the key that the instance proves itself with."""

    client: ClientId
    key: DeviceKeyId
    platform: str
    grade: str
    instance: Thumbprint


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfigurationPublished(Event):
    """What an app's attested builds fetch has changed; `configuration` is its digest."""

    client: ClientId
    configuration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceEnded(Event):
    """A person has ended what an app or a device may do for them: everything its grant issued is dead."""

    subject: Subject
    client: ClientId
    grant: GrantId


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRevoked(Event):
    """A code or refresh token was used twice: everything its grant issued is dead."""

    client: ClientId
    grant: GrantId
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIntrospected(Event):
    """A client asked about a token; `active` is what it was told."""

    client: ClientId
    active: bool
    token: TokenId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded(Event):
    """An account was made."""

    subject: Subject
    tenant: TenantId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(Event):
    """An account was changed; `what` names the fields that changed, never their values."""

    subject: Subject
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRevocation(Event):
    """An operator revoked a client: its tokens are dead, and it gets no new ones."""

    client: ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistered(Event):
    """A client registered itself, with these scopes; `token`: with which initial access token, where it is none of the
    contract's."""

    client: ClientId
    scopes: tuple[Scope, ...]
    peer: str
    token: InitialAccessTokenId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationChanged(Event):
    """A client that had registered itself changed what it is; `scopes` are those that it has now."""

    client: ClientId
    scopes: tuple[Scope, ...]
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationEnded(Event):
    """A client that had registered itself took that back: its tokens are dead."""

    client: ClientId
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenAdded(Event):
    """An operator made a token with which at most so many clients register."""

    token: InitialAccessTokenId
    expires_at: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenRevoked(Event):
    """An operator revoked a token with which clients register."""

    token: InitialAccessTokenId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTokenAdded(Event):
    """A token for the admin API was made; `rights` is what it is for."""

    admin: AdminTokenId
    rights: tuple[str, ...]
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTokenRevoked(Event):
    """A token for the admin API was revoked."""

    admin: AdminTokenId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminChangedClient(Event):
    """The bearer of a token made, changed or ended a client through the admin API, or gave it a secret: `change`."""

    client: ClientId
    admin: AdminTokenId
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRefused(Event):
    """The admin API refused a request; `admin` is whose it was, where that was known."""

    reason: Reason
    status: int
    admin: AdminTokenId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyAdded(Event):
    """A client got an API key; `scopes` is empty where it may all that the client may."""

    client: ClientId
    key: ApiKeyId
    scopes: tuple[Scope, ...]
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRevoked(Event):
    """An operator revoked an API key."""

    client: ClientId
    key: ApiKeyId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCreated(Event):
    """A signing key was made and published; `use` says what it signs."""

    key: KeyId
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRetired(Event):
    """A signing key is gone: the last token that it signed is dead."""

    key: KeyId
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """`ostiary up` began; `contract` is the digest of the contract in force."""

    contract: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsecureSetting(Event):
    """A setting that weakens a profile, recorded at every start with the reason that the contract gives."""

    setting: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChanged(Event):
    """Another contract is in force; both are named by their digest."""

    contract: str
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRefused(Event):
    """The gateway refused a request: `route` is absent where none matched, `ref` is what the client was told."""

    reason: Reason
    ref: Reference
    status: int
    peer: str
    route: RouteId | None = None
    client: ClientId | None = None
    subject: Subject | None = None
    tenant: TenantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsCounted(Event):
    """Refusals past the bound of what is listed, since the record before: one for each who, where and why."""

    count: int
    reason: Reason
    seconds: float
    route: RouteId | None = None
    client: ClientId | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakesRefused(Event):
    """TLS handshakes that a listener refused, since the record before: one for each who, where and why. `gateway`: none
    is the door."""

    count: int
    reason: Reason
    seconds: float
    gateway: GatewayName | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsAllowed(Event):
    """A batch of requests that a service answered. `who`: distinct (client, subject, tenant); `where`: distinct routes;
    `requests`: (milliseconds since `at`, index in who, index in where, status, request number) for each."""

    prefix: str
    who: tuple[tuple[str, str | None, str | None], ...]
    where: tuple[RouteId, ...]
    requests: tuple[tuple[int, int, int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsLost(Event):
    """Allowed requests that were answered and could not be recorded, counted when recording works again."""

    count: int
