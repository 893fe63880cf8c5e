"""What changes what a gateway may allow: numbered events that every gateway follows.

Times are seconds since the epoch. `until` is when no token that the event refuses can live any more,
so that a gateway may forget it.
"""

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GrantId, SessionId, Subject, TokenId


@frozen
class TokenRevoked:
    token: TokenId
    until: int


@frozen
class GrantRevoked:
    grant: GrantId
    until: int


@frozen
class SessionEnded:
    session: SessionId
    until: int


@frozen
class SubjectChanged:
    """Tokens that rest on a sign-in of this person up to `before` are refused: disabled, new roles, new password."""

    subject: Subject
    before: int
    until: int


@frozen
class ClientRevoked:
    """Every token of this client is refused: it gets no new ones."""

    client: ClientId
    until: int


@frozen
class KeysChanged:
    """The key sets are to be read anew."""

    until: int


@frozen
class ApiKeysChanged:
    """The API keys are to be read anew."""

    until: int


@frozen
class RegisteredClientsChanged:
    """The clients that registered themselves are to be read anew."""

    until: int


@frozen
class AdminClientsChanged:
    """The clients that were made through the admin API are to be read anew, by who hands out the contract."""

    until: int


FeedEvent = (
    TokenRevoked
    | GrantRevoked
    | SessionEnded
    | SubjectChanged
    | ClientRevoked
    | KeysChanged
    | ApiKeysChanged
    | RegisteredClientsChanged
    | AdminClientsChanged
)


@frozen
class Numbered:
    """A feed event with its position: positions grow without a gap that could hide an event."""

    position: int
    event: FeedEvent
