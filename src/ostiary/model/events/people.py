"""What people do: they sign in and out, agree or do not, let devices in, and end what they allowed."""

from ostiary.model.events import Event
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GrantId, Scope, SessionId, Subject
from ostiary.model.reasons import Reason


@frozen(kw_only=True)
class SignedIn(Event):
    """A person signed in; `acr` says how."""

    subject: Subject
    session: SessionId
    acr: str
    peer: str


@frozen(kw_only=True)
class SignInRefused(Event):
    """A sign-in failed; `account` is the keyed pseudonym of the name that was tried."""

    account: str
    peer: str
    reason: Reason


@frozen(kw_only=True)
class SignedOut(Event):
    """A session ended; `client` is the one that asked for it."""

    subject: Subject
    session: SessionId
    client: ClientId | None = None


@frozen(kw_only=True)
class ConsentGranted(Event):
    """A person allowed a client these scopes, and details of these types."""

    subject: Subject
    client: ClientId
    scopes: tuple[Scope, ...]
    details: tuple[str, ...] = ()


@frozen(kw_only=True)
class ConsentRefused(Event):
    """A person said no to a client."""

    subject: Subject
    client: ClientId


@frozen(kw_only=True)
class UserCodeRefused(Event):
    """A code that somebody typed led to no device; `account` is the keyed pseudonym of who was signed in."""

    peer: str
    reason: Reason
    account: str | None = None


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class DeviceDenied(Event):
    """A person said that a device is not theirs; `device`, `peer` and `near` as where one is let in."""

    subject: Subject
    client: ClientId
    device: str
    peer: str
    near: bool


@frozen(kw_only=True)
class InstanceEnded(Event):
    """A person has ended what an app or a device may do for them: everything its grant issued is dead."""

    subject: Subject
    client: ClientId
    grant: GrantId
