"""What a person does for a device: types its code, signs in, looks at what it asks, and answers (RFC 8628 section 3.3,
RFC 10027 section 6.1)."""

from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.contract.rights import for_person
from ostiary.issuer.decision import Decided
from ostiary.issuer.device_records import AllowDevice, DenyDevice, DeviceRequest
from ostiary.issuer.records import Grant
from ostiary.issuer.registry import Registry
from ostiary.model.errors import AccessDenied, InvalidGrant
from ostiary.model.events.people import DeviceAllowed, DeviceDenied
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import GrantId, Scope
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.sessions import Visitor
from ostiary.people.sign_in import household

FRESH_SECONDS: Final = 300
"""Whoever signed in longer ago types their password again: who was sent here by a stranger has to stop and think."""
MOST_ENTRIES: Final = 5
"""Times that one code may be typed: one person needs few, a mailing has many (RFC 10027 sections 6.1.3 and 6.1.4)."""


@frozen
class AskFreshSignIn:
    """`request` is of this client."""

    request: DeviceRequest
    client: ClientRule


@frozen
class AskDevice:
    """The page that asks: as whom, and what of that which the device wants they can give."""

    request: DeviceRequest
    client: ClientRule
    visitor: Visitor
    scopes: frozenset[Scope]


DeviceStep = AskFreshSignIn | AskDevice


@frozen
class Distance:
    """Where the device asked from and where the person is, as pseudonyms; `near`: one network."""

    device: str
    person: str
    near: bool


def require_known(request: DeviceRequest | None) -> DeviceRequest:
    """Raise InvalidGrant where no device waits with the code."""
    if request is None:
        raise InvalidGrant(Reason.USER_CODE_UNKNOWN)
    return request


def require_waiting(request: DeviceRequest, now: int) -> None:
    """Raise InvalidGrant where the request is answered or too old: a code has one answer."""
    if request.answered:
        raise InvalidGrant(Reason.USER_CODE_ANSWERED)
    if request.expires_at <= now:
        raise InvalidGrant(Reason.USER_CODE_EXPIRED)


def require_client(request: DeviceRequest, registry: Registry, disabled_at: int | None) -> ClientRule:
    """Raise InvalidGrant where the contract has the client no more, or it was revoked."""
    client = registry.client(request.client)
    if client is None:
        raise InvalidGrant(Reason.CLIENT_UNKNOWN)
    if disabled_at is not None:
        raise InvalidGrant(Reason.CLIENT_DISABLED)
    return client


def require_few_entries(request: DeviceRequest) -> None:
    """Raise InvalidGrant where the same code turns up again and again."""
    if request.entries >= MOST_ENTRIES:
        raise InvalidGrant(Reason.USER_CODE_SPREAD)


def fresh_visitor(visitor: Visitor | None, now: int) -> Visitor | None:
    """The visitor, where they signed in just now."""
    return visitor if visitor is not None and now - visitor.session.auth_time <= FRESH_SECONDS else None


def require_grantable(
    request: DeviceRequest, client: ClientRule, visitor: Visitor, registry: Registry
) -> frozenset[Scope]:
    """What this person can give of what is asked. Raises AccessDenied where that is nothing."""
    scopes = for_person(request.scopes, client, visitor.person.roles, registry.contract)
    if not scopes:
        raise AccessDenied(Reason.SCOPE_NOT_ALLOWED)
    return scopes


def require_before_them(present: bool) -> None:
    """Raise AccessDenied unless the person says that the device is before them and shows the code."""
    if not present:
        raise AccessDenied(Reason.DEVICE_NOT_BEFORE_THEM)


def near(device: str, person: str) -> bool:
    """Whether both addresses are one network, as far as addresses tell (RFC 10027 section 6.1.1)."""
    return bool(device) and household(device) == household(person)


def allow(step: AskDevice, distance: Distance, now: int, fresh: Fresh) -> Decided[None]:
    """Open the grant, of which the device's next poll learns. Nothing is remembered for another time."""
    grant = Grant.begun(GrantId(fresh_name(fresh)), step.client.id, step.visitor.session, step.scopes, now)
    event = DeviceAllowed(
        at=now,
        subject=grant.subject,
        client=grant.client,
        grant=grant.id,
        session=grant.session,
        scopes=tuple(sorted(grant.scopes)),
        device=distance.device,
        peer=distance.person,
        near=distance.near,
    )
    return Decided(Plan((AllowDevice(step.request.hash, grant),), (event,)), None)


def deny(step: AskDevice, distance: Distance, now: int) -> Decided[None]:
    """The device learns that it may not come in, and nothing of who said so."""
    event = DeviceDenied(
        at=now,
        subject=step.visitor.person.subject,
        client=step.client.id,
        device=distance.device,
        peer=distance.person,
        near=distance.near,
    )
    return Decided(Plan((DenyDevice(step.request.hash, now),), (event,)), None)
