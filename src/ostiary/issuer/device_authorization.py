"""The device authorization endpoint: a device asks for a code to show (RFC 8628 sections 3.1 and 3.2)."""

import re
from dataclasses import field
from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.issuer import user_code
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.decision import Decided
from ostiary.issuer.device_records import AddDeviceRequest, DeviceRequest
from ostiary.issuer.form import Parameters
from ostiary.issuer.registry import Registry
from ostiary.issuer.scopes import read_scope, require_allowed
from ostiary.issuer.user_code import new_user_code, user_code_hash
from ostiary.keys.hashing import token_hash
from ostiary.model import endpoints
from ostiary.model.errors import InvalidRequest, InvalidScope, TemporarilyUnavailable
from ostiary.model.events.issuer import DeviceAsked
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, Secret
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import Counted, CountFailure

CODE_SECONDS: Final = 600
"""RFC 10027 section 6.1.2: no longer than a person needs."""
INTERVAL: Final = 5
"""Seconds (RFC 8628 section 3.2)."""
_NAME: Final = re.compile(r"[\w][\w '()#&+,-]{0,39}")
"""What a device calls itself is shown to people, so it can be no sentence with a link in it."""


@frozen
class DeviceAuthorizationRequest:
    """`name`: our own parameter `device_name`."""

    scope: str | None
    name: str | None


@frozen
class Asking:
    """From where a device asks: its address, the pseudonym and the counter of that, and the wait in seconds that the
    counter asks for."""

    peer: str
    peer_name: str
    counter: bytes
    wait: int


@frozen
class DeviceCodes:
    """RFC 8628 section 3.2."""

    device_code: Secret
    user_code: str = field(repr=False)


def read_device_authorization(form: Parameters) -> DeviceAuthorizationRequest:
    return DeviceAuthorizationRequest(form.get("scope"), form.get("device_name"))


def require_no_flood(asking: Asking) -> None:
    """Raise TemporarilyUnavailable where an address asks for many codes (RFC 10027 section 6.1.11)."""
    if asking.wait:
        raise TemporarilyUnavailable(Reason.DEVICE_REQUESTS_DELAYED)


def require_scopes(asked: str | None, client: ClientRule, registry: Registry) -> frozenset[Scope]:
    """Raise InvalidScope unless the client may ask for all of them, and there is one: no device gets more than it says
    that it needs (RFC 10027 section 6.1.9)."""
    if asked is None:
        raise InvalidScope(Reason.PARAMETER_MISSING, "scope")
    scopes = read_scope(asked)
    require_allowed(scopes, client, registry.contract)
    return scopes


def require_name(name: str | None) -> str | None:
    """Raise InvalidRequest for a name with more than letters, digits and a little punctuation."""
    if name is not None and _NAME.fullmatch(name) is None:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "device_name")
    return name


def give_codes(
    who: AuthenticatedClient,
    scopes: frozenset[Scope],
    name: str | None,
    asking: Asking,
    key: bytes,
    now: float,
    fresh: Fresh,
) -> Decided[DeviceCodes]:
    """`key`: the one derived for devices. Where a code is another device's already, the commit says so and this is
    decided anew."""
    code, typed = fresh_name(fresh, 32), new_user_code(fresh)
    request = DeviceRequest(
        hash=token_hash(code),
        user_code=user_code_hash(typed, key),
        client=who.rule.id,
        scopes=scopes,
        name=name,
        peer=asking.peer,
        issued_at=int(now),
        expires_at=int(now) + CODE_SECONDS,
        interval=INTERVAL,
        key=None if who.holder is None else who.holder.thumbprint,
    )
    plan = Plan(
        writes=(AddDeviceRequest(request), CountFailure(asking.counter, now, Counted.DEVICES)),
        events=(DeviceAsked(at=now, client=who.rule.id, scopes=tuple(sorted(scopes)), peer=asking.peer_name),),
    )
    return Decided(plan, DeviceCodes(Secret(code), user_code.shown(typed)))


def members(codes: DeviceCodes, issuer: str) -> dict[str, object]:
    """The answer's JSON (RFC 8628 section 3.2)."""
    uri = issuer + endpoints.DEVICE
    return {
        "device_code": codes.device_code.reveal(),
        "user_code": codes.user_code,
        "verification_uri": uri,
        "verification_uri_complete": f"{uri}?user_code={codes.user_code}",
        "expires_in": CODE_SECONDS,
        "interval": INTERVAL,
    }
