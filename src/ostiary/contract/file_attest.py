"""The file a user writes, as types: which instances of an app the issuer vouches for itself."""

from typing import Annotated

from ostiary.contract.mistakes import Code
from ostiary.contract.setting import InsecureFile, InsecureYes, Setting
from ostiary.contract.words import Seconds, written_like

TeamId = Annotated[
    str,
    written_like(
        r"^[A-Z0-9]{10}$",
        "team id",
        "This is no team id.",
        "Write the ten letters and digits that stand before the bundle id in the app's App ID.",
        Code.BAD_NAME,
    ),
]
BundleId = Annotated[
    str,
    written_like(
        r"^[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,15}$",
        "bundle id",
        "This is no bundle id.",
        "Write it like `com.example.shop`.",
        Code.BAD_NAME,
    ),
]


class AppleAppOf(Setting):
    """The app as Apple knows it (App Attest)."""

    team: TeamId
    """The team that signs it: the prefix of its App ID."""
    bundle: BundleId
    """Its bundle id."""
    insecure_development_builds: InsecureYes | None = None
    """Let in builds that are signed for development too, which run on the machines of developers."""
    insecure_roots: InsecureFile | None = None
    """A PEM file of roots to trust in place of Apple's, such as those of a simulator."""


class AttestOf(Setting):
    """Instances that prove to the issuer what they are; it then vouches for them itself, for a while."""

    apple: AppleAppOf | None = None
    """Instances on devices of Apple's. Without it none comes in."""
    lifetime: Seconds = 3600
    """How long the issuer vouches for an instance before it has to ask again; at most a day."""
