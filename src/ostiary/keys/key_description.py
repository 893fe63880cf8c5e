"""What the secure hardware of an Android device says of a key that it made: the extension of the key's certificate
(Android, "Key and ID attestation", versions 1 to 400).

What the hardware enforces and what the system says of itself are two lists. The app is known to the system alone; all
else is taken from the hardware's list.
"""

from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ostiary.keys import der
from ostiary.keys.device_chain import Chain, public_key, unknown_extension
from ostiary.keys.jwk import p256_members
from ostiary.model.errors import InvalidAttestation
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

EXTENSION: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.1.17")
SIGN, VERIFY = 2, 3
"""Purposes."""
GENERATED: Final = 0
"""An origin: not imported, not derived."""
SOFTWARE, TRUSTED_ENVIRONMENT, STRONGBOX = range(3)
"""Security levels."""
VERIFIED: Final = 0
"""A state of boot: the vendor's own system, whole."""
_PURPOSE, _ALL_APPLICATIONS, _ORIGIN, _BOOT, _PATCH_LEVEL, _APPLICATION = 1, 600, 702, 704, 706, 709
"""Tags of the two lists."""
_MEMBERS: Final = 8


@frozen
class Boot:
    """Whether the bootloader is locked, and what it started."""

    locked: bool
    state: int


@frozen
class Application:
    """Who asked the system for the key: names of packages, and SHA-256 of the certificates that sign them."""

    packages: frozenset[bytes]
    certificates: frozenset[bytes]


@frozen
class CertifiedKey:
    """`members`: of its JWK; `point`: the same (SEC 1 section 2.3.3, uncompressed)."""

    members: Mapping[str, str]
    point: bytes


@frozen
class KeyDescription:
    """None: not said."""

    level: int
    """Where the key is kept and where it was described: the lower of the two."""
    challenge: bytes
    purposes: frozenset[int]
    origin: int | None
    for_any_app: bool
    boot: Boot | None
    patch_level: int | None
    """Of the system: year and month, such as 202605."""
    application: Application | None


def is_described(certificate: x509.Certificate) -> bool:
    """Whether it has the extension. Raises InvalidAttestation."""
    return unknown_extension(certificate, EXTENSION) is not None


def description_of(chain: Chain) -> KeyDescription:
    """Of the key of the first certificate. Raises InvalidAttestation."""
    found = unknown_extension(chain[0], EXTENSION)
    if found is None:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    try:
        return _described(found)
    except der.NotStrictDer:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED) from None


def certified_key(chain: Chain) -> CertifiedKey:
    """That of the first certificate. Raises InvalidAttestation for one that is not on P-256."""
    key = public_key(chain[0])
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidAttestation(Reason.STATEMENT_KEY)
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return CertifiedKey(p256_members(key), point)


def _described(extension: bytes) -> KeyDescription:
    members = der.items(der.only(extension).of(der.SEQUENCE))
    if len(members) != _MEMBERS:
        raise der.NotStrictDer("not eight members")
    der.number(members[0])
    der.number(members[2])
    levels = [der.number(members[at], der.ENUMERATED) for at in (1, 3)]
    system, hardware = _listed(members[6]), _listed(members[7])
    return KeyDescription(
        level=min(levels) if max(levels) <= STRONGBOX else SOFTWARE,
        challenge=members[4].of(der.OCTET_STRING),
        purposes=der.set_of(hardware[_PURPOSE], der.number) if _PURPOSE in hardware else frozenset(),
        origin=der.number(hardware[_ORIGIN]) if _ORIGIN in hardware else None,
        for_any_app=_ALL_APPLICATIONS in hardware or _ALL_APPLICATIONS in system,
        boot=_boot(hardware[_BOOT]) if _BOOT in hardware else None,
        patch_level=der.number(hardware[_PATCH_LEVEL]) if _PATCH_LEVEL in hardware else None,
        application=_application(system[_APPLICATION]) if _APPLICATION in system else None,
    )


def _listed(authorizations: der.Item) -> Mapping[int, der.Item]:
    """By tag. Tags that nobody needs here are left alone; none is there twice."""
    found: dict[int, der.Item] = {}
    for each in der.items(authorizations.of(der.SEQUENCE)):
        tag = each.explicit()
        if tag is None or tag in found:
            raise der.NotStrictDer("a tag that is repeated, or of another kind")
        found[tag] = der.only(each.content)
    return found


def _boot(root_of_trust: der.Item) -> Boot:
    members = der.items(root_of_trust.of(der.SEQUENCE))
    if len(members) not in (3, 4):
        raise der.NotStrictDer("neither three nor four members")
    return Boot(der.truth(members[1]), der.number(members[2], der.ENUMERATED))


def _application(id: der.Item) -> Application:
    members = der.items(der.only(id.of(der.OCTET_STRING)).of(der.SEQUENCE))
    if len(members) != 2:
        raise der.NotStrictDer("not two members")
    packages, certificates = members
    return Application(der.set_of(packages, _package), der.set_of(certificates, lambda each: each.of(der.OCTET_STRING)))


def _package(info: der.Item) -> bytes:
    """Its name, without the version."""
    members = der.items(info.of(der.SEQUENCE))
    if len(members) != 2:
        raise der.NotStrictDer("not two members")
    der.number(members[1])
    return members[0].of(der.OCTET_STRING)
