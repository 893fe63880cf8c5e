"""What clients do that register themselves, and the tokens that let them."""

from ostiary.model.events import Event
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, InitialAccessTokenId, Scope


@frozen(kw_only=True)
class ClientRegistered(Event):
    """A client registered itself, with these scopes; `token`: the initial access token, if it is not one of the
    contract's."""

    client: ClientId
    scopes: tuple[Scope, ...]
    peer: str
    token: InitialAccessTokenId | None = None


@frozen(kw_only=True)
class RegistrationChanged(Event):
    """A client that had registered itself changed what it is; `scopes` are those that it has now."""

    client: ClientId
    scopes: tuple[Scope, ...]
    peer: str


@frozen(kw_only=True)
class RegistrationEnded(Event):
    """A client that had registered itself took that back: its tokens are dead."""

    client: ClientId
    peer: str


@frozen(kw_only=True)
class InitialAccessTokenAdded(Event):
    """An operator made a token with which at most so many clients register."""

    token: InitialAccessTokenId
    expires_at: int
    most: int


@frozen(kw_only=True)
class InitialAccessTokenRevoked(Event):
    """An operator revoked a token with which clients register."""

    token: InitialAccessTokenId
