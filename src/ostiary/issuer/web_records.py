"""Sessions of people at the pages of web clients whose tokens are kept here. Times are seconds since the epoch."""

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GrantId, SessionId, Subject, TokenHash
from ostiary.model.plan import Write


@frozen
class WebSession:
    """What a cookie stands for. `hash`: of its value. `session`: the sign-in at the issuer that it rests on."""

    hash: TokenHash
    client: ClientId
    grant: GrantId
    session: SessionId
    subject: Subject
    sealed: bytes
    """The access and the refresh token, encrypted under a key of the master key and bound to `hash`."""
    started_at: int
    seen_at: int
    expires_at: int
    """However much it is used."""


@frozen
class StartWebSession(Write):
    session: WebSession


@frozen
class KeepWebTokens(Write):
    """New tokens in the place of those before. A session that ended meanwhile stays ended."""

    hash: TokenHash
    sealed: bytes


@frozen
class TouchWebSession(Write):
    """The idle timeout moves only on."""

    hash: TokenHash
    seen_at: int


@frozen
class EndWebSession(Write):
    hash: TokenHash
