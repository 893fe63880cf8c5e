"""Keys in devices that were attested to the issuer: what is remembered of each, so that it need not be attested again.

Times are seconds since the epoch.
"""

from enum import StrEnum

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, DeviceKeyId, Thumbprint
from ostiary.model.plan import Spend, Write


class Platform(StrEnum):
    """Whose devices say what they are."""

    APPLE = "apple"
    ANDROID = "android"


class Grade(StrEnum):
    """How much a device's statement is worth."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    """A build that is signed for development."""
    TRUSTED_ENVIRONMENT = "trusted-environment"
    STRONGBOX = "strongbox"
    UNLOCKED = "unlocked"
    """However well the key is kept: the device runs what somebody else made."""


@frozen
class AttestedKey:
    """One key of one instance. `point`: the public key (SEC 1 section 2.3.3, uncompressed); `instance`: of the key that
    the instance proves itself with, which the statement was about; `counter`: of the last statement."""

    id: DeviceKeyId
    client: ClientId
    platform: Platform
    grade: Grade
    instance: Thumbprint
    point: bytes
    counter: int
    serials: tuple[str, ...]
    """Of the certificates that it was attested with, in hexadecimal; empty where their vendor revokes none."""
    attested_at: int
    used_at: int

    def is_of(self, platform: Platform, client: ClientId, instance: Thumbprint) -> bool:
        """Whether it was attested in the way of this platform, to this client, for this instance."""
        return (self.platform, self.client, self.instance) == (platform, client, instance)


@frozen
class SpendChallenge(Spend):
    """A challenge is good for one statement that holds."""

    token: str
    expires_at: int


@frozen
class AddAttestedKey(Spend):
    """Fails where a key of this name was attested before."""

    key: AttestedKey


@frozen
class RaiseCounter(Spend):
    """Fails unless it is higher than the one before."""

    id: DeviceKeyId
    counter: int
    at: int


@frozen
class TouchAttestedKey(Write):
    """It was used."""

    id: DeviceKeyId
    at: int
