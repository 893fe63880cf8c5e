"""Who vouches for instances of apps, and for which of them."""

from dataclasses import field
from enum import StrEnum

from ostiary.model.frozen import frozen


@frozen
class AttesterRule:
    """Who vouches for instances of apps. `jwks`: public keys as JSON; `max_age`: seconds, of an attestation."""

    jwks: str
    max_age: int


@frozen
class AppleRule:
    """Which instances on Apple's devices the issuer vouches for."""

    app: str
    """Its App ID: the team's id, a dot, and the bundle's."""
    development: bool
    """Whether builds that are signed for development come in."""
    roots: bytes = field(repr=False)
    """PEM."""


class SecurityLevel(StrEnum):
    """Where an Android device keeps a key."""

    TRUSTED_ENVIRONMENT = "trusted-environment"
    """Apart from the system, on its processor."""
    STRONGBOX = "strongbox"
    """In a chip of its own."""


@frozen
class AndroidRule:
    """Which instances on Android devices the issuer vouches for."""

    package: str
    certificates: frozenset[bytes]
    """SHA-256 of those that may sign the app."""
    security_level: SecurityLevel
    """At least."""
    patch_level: int
    """At least, as year and month, such as 202605; 0: any."""
    unlocked: bool
    """Whether devices come in whose bootloader is unlocked."""
    revoked: frozenset[str] = field(repr=False)
    """Serial numbers in hexadecimal."""
    roots: bytes = field(repr=False)
    """PEM."""


@frozen
class AttestRule:
    """Which instances of an app the issuer vouches for itself, by platform, and for how many seconds."""

    lifetime: int
    apple: AppleRule | None
    android: AndroidRule | None
