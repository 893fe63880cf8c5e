"""An Android device as its app meets it: a key that the device's hardware makes, and describes in a certificate.

Google is a throw-away authority here; the chain and what it says have the form of Google's published samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from device_authority import AUTHORITY, Extension, Holder, new_key, own, root, usage
from ostiary.keys.es256 import SigningPrivateKey
from written_der import boolean, enumerated, explicit, integer, octets, sequence, set_of

DESCRIPTION: Final = "1.3.6.1.4.1.11129.2.1.17"
PACKAGE: Final = "com.example.phone"
SIGNER: Final = sha256(b"the certificate that signs the app").digest()
PURPOSE, ALL_APPLICATIONS, ORIGIN, BOOT, PATCH_LEVEL, APPLICATION = 1, 600, 702, 704, 706, 709


@dataclass
class Google:
    """Its root, and who provisions devices under it."""

    now: float
    root: Holder = field(init=False)
    provisioner: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.root = root(self.now, "Key Attestation CA1")
        self.provisioner = self.root.issue(new_key(ec.SECP384R1()), "Droid CA2", *AUTHORITY, now=self.now)


def application(*packages: str, signers: tuple[bytes, ...] = (SIGNER,)) -> bytes:
    infos = [sequence(octets(each.encode()), integer(7)) for each in packages]
    return octets(sequence(set_of(*infos), set_of(*map(octets, signers))))


def boot(locked: bool = True, state: int = 0) -> bytes:
    return sequence(octets(bytes(32)), boolean(locked), enumerated(state), octets(bytes(32)))


HARDWARE: Final[Mapping[int, bytes | None]] = {
    PURPOSE: set_of(integer(2), integer(3)),
    2: integer(3),
    3: integer(256),
    5: set_of(integer(4)),
    10: integer(1),
    503: b"\x05\x00",
    ORIGIN: integer(0),
    BOOT: boot(),
    705: integer(160000),
    PATCH_LEVEL: integer(202605),
    718: integer(20260505),
}
SYSTEM: Final[Mapping[int, bytes | None]] = {701: integer(1_800_000_000_000), APPLICATION: application(PACKAGE)}


def authorizations(base: Mapping[int, bytes | None], changes: Mapping[int, bytes | None]) -> bytes:
    """A tag whose value is None is not there."""
    listed = {**base, **changes}
    return sequence(*(explicit(tag, value) for tag, value in sorted(listed.items()) if value is not None))


class AndroidDevice:
    """One device, and the key of one instance in it."""

    def __init__(self, google: Google, key: SigningPrivateKey) -> None:
        self.google, self.key = google, key
        self.private = ec.derive_private_key(int.from_bytes(key.scalar(), "big"), ec.SECP256R1())
        self.attester = google.provisioner.issue(new_key(), "TEE", *AUTHORITY, now=google.now)

    def description(
        self,
        challenge: bytes,
        hardware: Mapping[int, bytes | None] | None = None,
        system: Mapping[int, bytes | None] | None = None,
        levels: tuple[int, int] = (1, 1),
    ) -> bytes:
        return sequence(
            integer(400),
            enumerated(levels[0]),
            integer(400),
            enumerated(levels[1]),
            octets(challenge),
            octets(b""),
            authorizations(SYSTEM, system or {}),
            authorizations(HARDWARE, hardware or {}),
        )

    def leaf(self, description: bytes, *more: Extension, by: Holder | None = None, **how: Any) -> Holder:
        """What the hardware says of the key. Its dates are those that devices write."""
        extensions = (usage(False), own(DESCRIPTION, description), *more)
        days = how.pop("days", (-20_000, 7_000))
        key = how.pop("key", self.private)
        return (by or self.attester).issue(
            key, "Android Keystore Key", *extensions, now=self.google.now, days=days, **how
        )

    def chain(self, challenge: str, **said: Any) -> list[bytes]:
        """As the device gives it: with the root at its end."""
        return self.above(self.leaf(self.description(challenge.encode(), **said)))

    def above(self, leaf: Holder, *between: Holder) -> list[bytes]:
        links = (leaf, *(between or (self.attester, self.google.provisioner)), self.google.root)
        return [each.der for each in links]

    def signature(self, said: bytes) -> bytes:
        return self.private.sign(said, ec.ECDSA(SHA256()))
