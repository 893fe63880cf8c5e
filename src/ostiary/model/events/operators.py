"""What operators do, by a command or through the admin API."""

from ostiary.model.events import Event
from ostiary.model.frozen import frozen
from ostiary.model.ids import AdminTokenId, ApiKeyId, ClientId, Scope, Subject, TenantId
from ostiary.model.reasons import Reason


@frozen(kw_only=True)
class PersonAdded(Event):
    """An account was made."""

    subject: Subject
    tenant: TenantId | None


@frozen(kw_only=True)
class PersonChanged(Event):
    """An account was changed; `what` names the fields that changed, never their values."""

    subject: Subject
    what: tuple[str, ...]


@frozen(kw_only=True)
class ClientRevocation(Event):
    """An operator revoked a client: its tokens are dead, and it gets no new ones."""

    client: ClientId


@frozen(kw_only=True)
class AdminTokenAdded(Event):
    """A token for the admin API was made; `rights` is what it is for."""

    admin: AdminTokenId
    rights: tuple[str, ...]
    expires_at: int


@frozen(kw_only=True)
class AdminTokenRevoked(Event):
    """A token for the admin API was revoked."""

    admin: AdminTokenId


@frozen(kw_only=True)
class AdminChangedClient(Event):
    """The bearer of a token made, changed or ended a client through the admin API, or gave it a secret: `change`."""

    client: ClientId
    admin: AdminTokenId
    change: str


@frozen(kw_only=True)
class AdminRefused(Event):
    """The admin API refused a request; `admin` is whose it was, where that was known."""

    reason: Reason
    status: int
    admin: AdminTokenId | None = None


@frozen(kw_only=True)
class ApiKeyAdded(Event):
    """A client got an API key; `scopes` is empty where it may do all that the client may."""

    client: ClientId
    key: ApiKeyId
    scopes: tuple[Scope, ...]
    expires_at: int


@frozen(kw_only=True)
class ApiKeyRevoked(Event):
    """An operator revoked an API key."""

    client: ClientId
    key: ApiKeyId
