"""A vendor's authority for tests: a throw-away root, what it issues, and what it should not have issued."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extension = tuple[x509.ExtensionType, bool]
"""With whether it is critical."""
DAY: Final = 86400


def new_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def own(oid: str, der: bytes) -> Extension:
    """An extension of a vendor's own."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), der), False


def constraints(path_length: int | None = None, ca: bool = True) -> Extension:
    return x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), True


def usage(signs_certificates: bool) -> Extension:
    flags = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=not signs_certificates, key_cert_sign=signs_certificates, **flags), True


AUTHORITY: Final = (constraints(), usage(True))
"""What lets a certificate issue others."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A certificate and its key."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        key: Key,
        name: str,
        *extensions: Extension,
        now: float,
        days: tuple[float, float] = (-1, 1),
        hash: HashAlgorithm | None = None,
        serial: int | None = None,
    ) -> "Holder":
        """Another one; `days`: from when until when it is in force, from now on."""
        return issued(key, named(name), self.certificate.subject, self.key, extensions, now, days, hash, serial)


def issued(
    key: Key,
    name: x509.Name,
    issuer: x509.Name,
    by: Key,
    extensions: tuple[Extension, ...],
    now: float,
    days: tuple[float, float],
    hash: HashAlgorithm | None = None,
    serial: int | None = None,
) -> Holder:
    moment = datetime.fromtimestamp(now, UTC)
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=serial or x509.random_serial_number(),
        not_valid_before=moment + timedelta(days=days[0]),
        not_valid_after=moment + timedelta(days=days[1]),
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Holder(key, builder.sign(by, hash or SHA256()))


def root(now: float, name: str = "A vendor's root", *extensions: Extension, key: Key | None = None) -> Holder:
    made = key or new_key(ec.SECP384R1())
    return issued(made, named(name), named(name), made, extensions or AUTHORITY, now, (-100, 100))
