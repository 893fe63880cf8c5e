"""The file a user writes, as types: who vouches for instances of apps, and for which the issuer does so itself."""

from typing import Annotated, Any

from pydantic import Field

from ostiary.contract.mistakes import Code
from ostiary.contract.model import SecurityLevel
from ostiary.contract.setting import InsecureFile, InsecureYes, Setting
from ostiary.contract.words import FilePath, Seconds, written_like

TeamId = Annotated[
    str,
    written_like(
        r"^[A-Z0-9]{10}$",
        "team id",
        "This is not a team id.",
        "Write the ten letters and digits that stand before the bundle id in the app's App ID.",
        Code.BAD_NAME,
    ),
]
BundleId = Annotated[
    str,
    written_like(
        r"^[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,15}$",
        "bundle id",
        "This is not a bundle id.",
        "Write it like `com.example.shop`.",
        Code.BAD_NAME,
    ),
]
PackageName = Annotated[
    str,
    written_like(
        r"^[A-Za-z][A-Za-z0-9_]{0,62}(\.[A-Za-z][A-Za-z0-9_]{0,62}){1,15}$",
        "package name",
        "This is not the name of a package.",
        "Write the application id, like `com.example.shop`.",
        Code.BAD_NAME,
    ),
]
CertificateDigest = Annotated[
    str,
    written_like(
        r"^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$",
        "certificate digest",
        "This is not a SHA-256 of a certificate.",
        "Write it as `keytool -list` does: 32 pairs of hexadecimal digits with `:` between them.",
        Code.BAD_NAME,
    ),
]
PatchLevel = Annotated[
    str,
    written_like(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        "month",
        "This is not a month.",
        "Write it like `2026-05`.",
        Code.BAD_DATE,
    ),
]


class AttesterOf(Setting):
    """Who vouches that an instance of an app is what was shipped, and has a key of its own."""

    jwks: Annotated[dict[str, Any], Field(title="JWK set")] | None = None
    """Its public keys as a JWK set (RFC 7517 section 5)."""
    jwks_file: FilePath | None = None
    """A file with its public keys as a JWK set, from the contract's folder."""
    max_age: Seconds = 86400
    """How old an attestation may be; its own end may come sooner."""


class AppleAppOf(Setting):
    """The app as Apple knows it (App Attest)."""

    team: TeamId
    """The team that signs it: the prefix of its App ID."""
    bundle: BundleId
    """Its bundle id."""
    insecure_development_builds: InsecureYes | None = None
    """Also let in builds that are signed for development, as on the devices of developers."""
    insecure_roots: InsecureFile | None = None
    """A PEM file of roots to trust in place of Apple's, such as those of a simulator."""


class AndroidAppOf(Setting):
    """The app as Android devices know it (key attestation)."""

    package: PackageName
    """Its application id."""
    certificates: tuple[CertificateDigest, ...] = Field(min_length=1)
    """SHA-256 of each certificate that may sign it, such as that of Play App Signing."""
    status_list: FilePath | None = None
    """Google's list of attestation keys that are not to be trusted any more, as
    https://android.googleapis.com/attestation/status has it; fetch it every day, and reload."""
    security_level: SecurityLevel = SecurityLevel.TRUSTED_ENVIRONMENT
    """The least protection of a device's key: `trusted-environment` or `strongbox`. Software is not enough."""
    patch_level: PatchLevel | None = None
    """The oldest security patches, by month, that a device may have when its key is attested."""
    insecure_no_status_list: InsecureYes | None = None
    """Trust attestation keys that Google does not trust any more."""
    insecure_unlocked_devices: InsecureYes | None = None
    """Let in devices whose bootloader is unlocked or whose system is not their vendor's: it may lie about the app."""
    insecure_roots: InsecureFile | None = None
    """A PEM file of roots to trust in place of Google's, such as those of a test."""


class AttestOf(Setting):
    """Instances that prove to the issuer what they are; it then vouches for them itself, for a while."""

    apple: AppleAppOf | None = None
    """Instances on Apple devices. Without it none of them comes in."""
    android: AndroidAppOf | None = None
    """Instances on Android devices. Without it none of them comes in."""
    lifetime: Seconds = 3600
    """How long the issuer vouches for an instance before it has to ask again; at most a day."""
