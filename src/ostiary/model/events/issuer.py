"""What the issuer gives to clients, refuses them and takes back."""

from ostiary.model.events import Event
from ostiary.model.frozen import frozen
from ostiary.model.ids import (
    ClientId,
    DeviceKeyId,
    GrantId,
    Reference,
    Scope,
    SessionId,
    Subject,
    TenantId,
    Thumbprint,
    TokenId,
)
from ostiary.model.reasons import Reason


@frozen(kw_only=True)
class CodeIssued(Event):
    """An authorization code went to a client, for these scopes."""

    subject: Subject
    client: ClientId
    grant: GrantId
    session: SessionId
    scopes: tuple[Scope, ...]


@frozen(kw_only=True)
class DeviceAsked(Event):
    """A device was given a code to show; `peer` is where it asked from."""

    client: ClientId
    scopes: tuple[Scope, ...]
    peer: str


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class WebSessionStarted(Event):
    """Somebody signed in at the pages of a web client; the tokens of `grant` are kept here."""

    subject: Subject
    client: ClientId
    session: SessionId
    grant: GrantId


@frozen(kw_only=True)
class WebSessionEnded(Event):
    """A session at a web client's pages ended by signing out, or gave way to a new one; its tokens are dead."""

    subject: Subject
    client: ClientId
    session: SessionId
    grant: GrantId


@frozen(kw_only=True)
class LogoutTold(Event):
    """A client with an address for it was told that a sign-in ended, and confirmed it."""

    client: ClientId
    session: SessionId


@frozen(kw_only=True)
class LogoutUntold(Event):
    """A client could not be told that a sign-in ended, however often it was tried."""

    client: ClientId
    session: SessionId


@frozen(kw_only=True)
class IssuerRefused(Event):
    """An endpoint of the issuer refused. `error` is the public code."""

    endpoint: str
    error: str
    reason: Reason
    ref: Reference
    peer: str
    client: ClientId | None = None


@frozen(kw_only=True)
class TokenRevocation(Event):
    """A token or a whole grant was revoked; `client` asked for it, or an operator where that is null."""

    client: ClientId | None
    token: TokenId | None = None
    grant: GrantId | None = None


@frozen(kw_only=True)
class InstanceVouchedFor(Event):
    """An instance of an app was vouched for: `key` is the one that its device attested, `platform` and `grade` what
    that is worth, and `instance` the thumbprint of the key that the instance proves itself with."""

    client: ClientId
    key: DeviceKeyId
    platform: str
    grade: str
    instance: Thumbprint


@frozen(kw_only=True)
class FamilyRevoked(Event):
    """A code or refresh token was used twice: everything its grant issued is dead."""

    client: ClientId
    grant: GrantId
    reason: Reason


@frozen(kw_only=True)
class TokenIntrospected(Event):
    """A client asked about a token; `active` is what it was told."""

    client: ClientId
    active: bool
    token: TokenId | None = None
