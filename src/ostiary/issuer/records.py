"""What the issuer remembers, and the writes that change it. Times are seconds since the epoch."""

from typing import Self

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GrantId, Scope, SessionId, Subject, Thumbprint, TokenHash, TokenId
from ostiary.model.plan import Spend, Write
from ostiary.people.records import Session


@frozen
class Grant:
    """One authorization: what a person let a client do. `claims` is the `claims` parameter as canonical JSON."""

    id: GrantId
    client: ClientId
    subject: Subject
    session: SessionId
    scopes: frozenset[Scope]
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    issued_at: int
    nonce: str | None = None
    claims: str | None = None
    resources: frozenset[str] = frozenset()
    """The services that it is for (RFC 8707); none: all that its scopes reach."""
    details: str | None = None
    """The authorization details (RFC 9396) as canonical JSON."""
    revoked_at: int | None = None

    @classmethod
    def begun(cls, id: GrantId, client: ClientId, session: Session, scopes: frozenset[Scope], now: int) -> Self:
        """By who signed in to the session, as they did."""
        return cls(
            id=id,
            client=client,
            subject=session.subject,
            session=session.id,
            scopes=scopes,
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            issued_at=now,
        )


@frozen
class AuthorizationCode:
    """RFC 6749 section 4.1.2 with the PKCE challenge of RFC 7636 (always S256)."""

    hash: TokenHash
    grant: GrantId
    client: ClientId
    redirect_uri: str
    challenge: str
    issued_at: int
    expires_at: int
    spent_at: int | None = None
    key: Thumbprint | None = None
    """The one that the authorization request named (RFC 9449 section 10)."""


@frozen
class RefreshFamily:
    """The refresh tokens of a grant. Only the last one is good; each before it was spent for the next (RFC 9700 section
    4.14.2)."""

    grant: GrantId
    client: ClientId
    number: int
    """Of the last one."""
    issued_at: int
    """When the last one was handed out."""
    expires_at: int
    """When it was idle for too long."""
    family_expires_at: int
    """When the family dies, used or not."""
    key: Thumbprint | None = None
    """The one that they are good with; None: any (RFC 9449 section 5)."""
    hash: TokenHash | None = None
    """Of the last token from before they had numbers (schema 0020): it counts as number 0."""


@frozen
class RefreshToken:
    """One that was brought, and is ours."""

    family: RefreshFamily
    number: int

    @property
    def client(self) -> ClientId:
        return self.family.client

    @property
    def spent(self) -> bool:
        return self.number < self.family.number


@frozen
class PushedRequest:
    """RFC 9126. `sealed`: its parameters as a query, readable only with the name that the hash is of."""

    hash: TokenHash
    client: ClientId
    sealed: bytes
    issued_at: int
    expires_at: int
    """Until then a browser has to open it."""
    spent_at: int | None = None


@frozen
class AddPushedRequest(Write):
    request: PushedRequest


@frozen
class SpendPushedRequest(Spend):
    """With the code that it leads to."""

    hash: TokenHash
    at: int


@frozen
class OpenGrant(Write):
    """Stores the grant and its code together: one has no meaning without the other."""

    grant: Grant
    code: AuthorizationCode


@frozen
class SpendCode(Spend):
    hash: TokenHash
    at: int


@frozen
class OpenFamily(Write):
    family: RefreshFamily


@frozen
class SpendRefreshToken(Spend):
    """For the next one, which is the last from now on."""

    grant: GrantId
    number: int
    at: int
    expires_at: int
    """Of the next one."""


@frozen
class ProlongRefreshToken(Write):
    """One that is not rotated was used: its idle time begins anew."""

    grant: GrantId
    until: int


@frozen
class RevokeGrant(Write):
    grant: GrantId
    at: int


@frozen
class RevokeAccessToken(Write):
    token: TokenId
    until: int


@frozen
class DisableClient(Write):
    """Tokens issued to the client at or before `at` are dead, and it gets no new ones until the contract renames it."""

    client: ClientId
    at: int


@frozen
class SpendAssertion(Spend):
    """The `jti` of a client assertion (RFC 7523 section 3), remembered until it has expired."""

    client: ClientId
    token: TokenId
    expires_at: int
