"""What the issuer remembers of devices that wait for a person, and the writes that change it.

Times are seconds since the epoch.
"""

from ostiary.issuer.records import Grant
from ostiary.issuer.user_code import UserCodeHash
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, GrantId, Scope, Thumbprint, TokenHash
from ostiary.model.plan import Spend, Write


@frozen
class DeviceRequest:
    """RFC 8628 section 3.2. `hash` is of the device code; `peer` the address that the device asked from, kept until
    somebody has judged by it; `name` what it calls itself."""

    hash: TokenHash
    user_code: UserCodeHash
    client: ClientId
    scopes: frozenset[Scope]
    name: str | None
    peer: str
    issued_at: int
    expires_at: int
    interval: int
    """Seconds between two polls."""
    polled_at: float | None = None
    entries: int = 0
    """How often somebody typed the code."""
    grant: GrantId | None = None
    """Where a person let it in."""
    denied_at: int | None = None
    spent_at: int | None = None
    key: Thumbprint | None = None
    """The one that it showed when it asked: the device code is good with no other (RFC 9449 section 5)."""

    @property
    def answered(self) -> bool:
        return self.grant is not None or self.denied_at is not None


@frozen
class AddDeviceRequest(Spend):
    """Already spent: another device has one of the codes, so this one needs others."""

    request: DeviceRequest


@frozen
class EnterUserCode(Write):
    """Once more."""

    hash: TokenHash


@frozen
class AllowDevice(Spend):
    """Stores the grant with the one answer that a request gets."""

    hash: TokenHash
    grant: Grant


@frozen
class DenyDevice(Spend):
    """The one answer as well."""

    hash: TokenHash
    at: int


@frozen
class PollDevice(Write):
    """The device asked at `at`, and is to wait `interval` seconds from now on."""

    hash: TokenHash
    at: float
    interval: int


@frozen
class SpendDeviceCode(Spend):
    hash: TokenHash
    at: int
