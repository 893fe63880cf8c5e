"""grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 sections 3.4 and 3.5)."""

from typing import Final

from ostiary.contract.model import ClientRule, GrantType
from ostiary.issuer.code_grant import first_tokens
from ostiary.issuer.decision import Decided, Refused
from ostiary.issuer.device_records import DeviceRequest, PollDevice, SpendDeviceCode
from ostiary.issuer.family import GrantFacts, revoke_family
from ostiary.issuer.issue import Entitlement
from ostiary.issuer.registry import Registry
from ostiary.issuer.token import Tokens
from ostiary.model.errors import AccessDenied, AuthorizationPending, ExpiredToken, InvalidGrant, SlowDown
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason

SLOWER: Final = 5
"""Seconds that are added to the interval of who asks too often (RFC 8628 section 3.5)."""
LEEWAY: Final = 1.0
"""Seconds by which a poll may come early: the network makes some faster than others."""


@frozen
class DeviceFacts(GrantFacts):
    request: DeviceRequest | None


def require_known_device_code(facts: DeviceFacts) -> DeviceRequest:
    """Raise InvalidGrant where there is none (RFC 6749 section 5.2)."""
    if facts.request is None:
        raise InvalidGrant(Reason.DEVICE_CODE_UNKNOWN)
    return facts.request


def require_device_code_of_client(request: DeviceRequest, client: ClientRule) -> None:
    """Raise InvalidGrant where it was issued to another client (RFC 8628 section 3.4)."""
    if request.client != client.id:
        raise InvalidGrant(Reason.DEVICE_CODE_OF_ANOTHER_CLIENT)


def refuse_replayed_device_code(client: ClientRule, facts: DeviceFacts, now: float) -> Refused:
    """As of an authorization code, the second use revokes what the first one got (RFC 6749 section 4.1.2)."""
    return revoke_family(client, facts.grant, Reason.DEVICE_CODE_REPLAYED, now)


def require_device_code_not_expired(request: DeviceRequest, now: float) -> None:
    """Raise ExpiredToken where it is past its lifetime (RFC 8628 section 3.5)."""
    if request.expires_at <= now:
        raise ExpiredToken(Reason.DEVICE_CODE_EXPIRED)


def require_not_denied(request: DeviceRequest) -> None:
    """Raise AccessDenied where the person said no (RFC 8628 section 3.5)."""
    if request.denied_at is not None:
        raise AccessDenied(Reason.DEVICE_DENIED)


def wait(request: DeviceRequest, now: float) -> Refused:
    """Nobody has answered yet. Who asks too often waits longer from now on (RFC 8628 section 3.5)."""
    if request.polled_at is not None and now < request.polled_at + request.interval - LEEWAY:
        slower = PollDevice(request.hash, now, request.interval + SLOWER)
        return Refused(Plan((slower,)), SlowDown(Reason.DEVICE_TOO_FAST))
    return Refused(
        Plan((PollDevice(request.hash, now, request.interval),)), AuthorizationPending(Reason.DEVICE_PENDING)
    )


def exchange_device_code(
    registry: Registry, request: DeviceRequest, who: Entitlement, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """Spend the device code for tokens."""
    spend = SpendDeviceCode(request.hash, int(now))
    return first_tokens(registry, spend, GrantType.DEVICE_CODE, who, now, fresh)
