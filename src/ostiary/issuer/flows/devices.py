"""A device without a keyboard: the codes it shows, and the page where somebody types one (RFC 8628)."""

from ostiary.contract.model import GrantType
from ostiary.issuer import device_authorization, token
from ostiary.issuer import device_verification as verification
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decided
from ostiary.issuer.device_authorization import Asking, DeviceAuthorizationRequest, DeviceCodes
from ostiary.issuer.device_records import DeviceRequest
from ostiary.issuer.device_verification import AskDevice, AskFreshSignIn, DeviceStep
from ostiary.issuer.registry import Registry
from ostiary.model.fresh import Fresh
from ostiary.people.sessions import Visitor


def device_codes(
    registry: Registry,
    who: AuthenticatedClient,
    request: DeviceAuthorizationRequest,
    asking: Asking,
    key: bytes,
    now: float,
    fresh: Fresh,
) -> Decided[DeviceCodes]:
    """RFC 8628 section 3.1."""
    token.require_grant_allowed(who.rule, GrantType.DEVICE_CODE)
    device_authorization.require_no_flood(asking)
    scopes = device_authorization.require_scopes(request.scope, who.rule, registry)
    name = device_authorization.require_name(request.name)
    return device_authorization.give_codes(who, scopes, name, asking, key, now, fresh)


def user_code(registry: Registry, request: DeviceRequest | None, disabled_at: int | None, now: int) -> DeviceRequest:
    """What a code that somebody typed leads to (RFC 8628 section 3.3)."""
    found = verification.require_known(request)
    verification.require_waiting(found, now)
    verification.require_client(found, registry, disabled_at)
    verification.require_few_entries(found)
    return found


def device_step(
    registry: Registry, request: DeviceRequest | None, disabled_at: int | None, visitor: Visitor | None, now: int
) -> DeviceStep:
    """What the person who typed the code does next (RFC 8628 section 3.3, RFC 10027 section 6.1)."""
    found = verification.require_known(request)
    verification.require_waiting(found, now)
    client = verification.require_client(found, registry, disabled_at)
    person = verification.fresh_visitor(visitor, now)
    if person is None:
        return AskFreshSignIn(found, client)
    scopes = verification.require_grantable(found, client, person, registry)
    return AskDevice(found, client, person, scopes)
