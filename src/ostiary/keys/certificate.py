"""Client certificates: what one says, which authority issued it, and how a client is known by it (RFC 5280, RFC 8705).

That the client holds the key, and that the certificate is in force, the TLS handshake has shown.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.keys import base64url
from ostiary.model.frozen import frozen
from ostiary.model.ids import Thumbprint

UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises for a certificate or a list that it cannot read, be it only when a part is looked at."""
_NO_AUTHORITY: Final = b"-"


class CertificateInvalid(ValueError):
    """It cannot be read, or is not what it has to be; the text says why."""


class NameType(StrEnum):
    """By what of its certificate a client is known (RFC 8705 section 2.1.2)."""

    SUBJECT = "subject"
    DNS = "dns"
    URI = "uri"
    IP = "ip"
    EMAIL = "email"


@frozen
class ClientCertificate:
    """A certificate that a connection was made with. `ends_at` in seconds since the epoch."""

    der: bytes = field(repr=False)
    thumbprint: Thumbprint
    """`x5t#S256` (RFC 8705 section 3.1)."""
    serial: int
    ends_at: int
    authority: Thumbprint | None
    """Of the authority's certificate that issued it; None: none of those that the listener names."""

    @property
    def told(self) -> bytes:
        """How the gateway tells the issuer, as the value of a field."""
        return (self.authority or "-").encode() + b" " + b64encode(self.der)


def thumbprint_of(der: bytes) -> Thumbprint:
    """SHA-256 of the DER encoding in base64url (RFC 8705 section 3.1)."""
    return Thumbprint(base64url.encode(sha256(der).digest()))


def client_certificate(der: bytes, authority: Thumbprint | None) -> ClientCertificate:
    """Raises CertificateInvalid."""
    found = _loaded(der)
    return ClientCertificate(
        der, thumbprint_of(der), found.serial_number, _seconds(found.not_valid_after_utc), authority
    )


def heard(told: bytes) -> ClientCertificate:
    """What `ClientCertificate.told` said. Raises CertificateInvalid."""
    authority, _, encoded = told.partition(b" ")
    named = None if authority == _NO_AUTHORITY else Thumbprint(authority.decode("latin-1"))
    return client_certificate(b64decode(encoded), named)


def require_name(kind: NameType, value: str) -> None:
    """Raise CertificateInvalid for words that no certificate could have as a name of this kind."""
    if not value.isprintable():
        raise CertificateInvalid("it is not printable")
    match kind:
        case NameType.SUBJECT:
            _subject(value)
        case NameType.IP:
            try:
                ip_address(value)
            except ValueError:
                raise CertificateInvalid("it is no address") from None
        case _:
            if not value.isascii() or " " in value:
                raise CertificateInvalid("it has characters that such a name cannot have")


def has_name(der: bytes, kind: NameType, value: str) -> bool:
    """Whether the certificate has exactly this subject, or exactly this among its alternative names (RFC 8705 section
    2.1.2). A wildcard is a name like any other here. Raises CertificateInvalid."""
    certificate = _loaded(der)
    try:
        return _bears(certificate, kind, value)
    except UNREADABLE:
        raise CertificateInvalid("a part of it cannot be read") from None


def _bears(certificate: x509.Certificate, kind: NameType, value: str) -> bool:
    if kind is NameType.SUBJECT:
        return certificate.subject == _subject(value)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    match kind:
        case NameType.DNS:
            return value.lower() in map(str.lower, names.get_values_for_type(x509.DNSName))
        case NameType.URI:
            return value in names.get_values_for_type(x509.UniformResourceIdentifier)
        case NameType.IP:
            return ip_address(value) in names.get_values_for_type(x509.IPAddress)
        case NameType.EMAIL:
            return value in names.get_values_for_type(x509.RFC822Name)


def _subject(text: str) -> x509.Name:
    """A distinguished name, the most specific part first (RFC 4514). Raises CertificateInvalid."""
    try:
        return x509.Name.from_rfc4514_string(text)
    except ValueError:
        raise CertificateInvalid("it is no distinguished name as RFC 4514 writes it") from None


def own_certificates(pem: bytes) -> tuple[bytes, ...]:
    """The certificates of a PEM file as DER, each that of a client itself. Raises CertificateInvalid."""
    return tuple(one.public_bytes(Encoding.DER) for one in _from_pem(pem))


def read_x5c(encoded: Sequence[object]) -> bytes:
    """The certificate of a key, from its `x5c` (RFC 7517 section 4.7). Raises CertificateInvalid."""
    first = encoded[0] if encoded else None
    try:
        der = b64decode(first, validate=True) if isinstance(first, str) else b""
    except ValueError:
        der = b""
    _loaded(der)
    return der


@frozen
class Authority:
    """Whose signature makes a certificate that of a client."""

    certificate: x509.Certificate
    thumbprint: Thumbprint

    def has_issued(self, certificate: x509.Certificate) -> bool:
        """Directly: nobody else is between them."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (InvalidSignature, *UNREADABLE):
            return False
        return True


def authorities(pem: bytes) -> tuple[Authority, ...]:
    """Of a PEM file. Raises CertificateInvalid, also for a certificate that may not issue others."""
    found = _from_pem(pem)
    if not all(map(_may_issue, found)):
        raise CertificateInvalid("a certificate in it is not that of an authority")
    return tuple(Authority(one, thumbprint_of(one.public_bytes(Encoding.DER))) for one in found)


def _may_issue(certificate: x509.Certificate) -> bool:
    """It says that it is that of an authority, and no usage of its key that leaves signing certificates out (RFC 5280
    section 6.1.4 (k) and (n))."""
    try:
        said = {type(each.value): each.value for each in certificate.extensions}
    except UNREADABLE:
        return False
    constraints, usage = said.get(x509.BasicConstraints), said.get(x509.KeyUsage)
    is_authority = isinstance(constraints, x509.BasicConstraints) and constraints.ca
    return is_authority and (not isinstance(usage, x509.KeyUsage) or usage.key_cert_sign)


def identified(der: bytes, known: Iterable[Authority]) -> ClientCertificate:
    """The certificate, with the authority that issued it. Raises CertificateInvalid."""
    certificate = _loaded(der)
    issuer = next((each.thumbprint for each in known if each.has_issued(certificate)), None)
    return client_certificate(der, issuer)


def _loaded(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except UNREADABLE:
        raise CertificateInvalid("it is no X.509 certificate") from None


def _from_pem(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except UNREADABLE:
        raise CertificateInvalid("it has no certificate as PEM") from None


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
