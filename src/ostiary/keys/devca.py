"""A certificate authority for one server or client of a developer: it signs once, and its key is never written."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen

VALID_DAYS: Final = 90
_CLOCKS_APART: Final = timedelta(minutes=5)


@frozen
class DevelopmentTls:
    """What to trust, and what to serve with. All PEM; `key` is secret."""

    ca: bytes
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "DevelopmentTls(hidden)"


def development_tls(hosts: Sequence[str], now: int, fresh: Fresh) -> DevelopmentTls:
    """A server certificate for exactly these names and addresses, under an authority that may sign for no others.

    The authority's key is gone when this returns, so trusting it in a browser trusts this one certificate
    (RFC 5280 sections 4.2.1.9 and 4.2.1.10). Valid for 90 days.
    """
    return _under_an_own_authority(hosts, ExtendedKeyUsageOID.SERVER_AUTH, now, fresh)


def development_client(dns: str, now: int, fresh: Fresh) -> DevelopmentTls:
    """A client certificate with this name, under an authority that issues no other: its key is gone when this returns.
    Valid for 90 days."""
    return _under_an_own_authority([dns], ExtendedKeyUsageOID.CLIENT_AUTH, now, fresh)


def serves(certificate: bytes, hosts: Sequence[str], now: int) -> bool:
    """Whether the PEM certificate is for all these hosts and lives for another day."""
    found = x509.load_pem_x509_certificate(certificate)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lives = found.not_valid_after_utc > datetime.fromtimestamp(now, UTC) + timedelta(days=1)
    return lives and all(_name(host) in names for host in hosts)


def _under_an_own_authority(hosts: Sequence[str], use: x509.ObjectIdentifier, now: int, fresh: Fresh) -> DevelopmentTls:
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _authority(authority, hosts, now, fresh)
    certificate = _leaf(key, ca, hosts, use, now, fresh).sign(authority, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return DevelopmentTls(ca.public_bytes(Encoding.PEM), certificate.public_bytes(Encoding.PEM), secret)


def _authority(key: ec.EllipticCurvePrivateKey, hosts: Sequence[str], now: int, fresh: Fresh) -> x509.Certificate:
    name = common_name("Ostiary development authority " + fresh(4).hex())
    builder = builder_of(name, name, key.public_key(), now, fresh)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    permitted = [_subtree(host) for host in hosts]
    builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.sign(key, hashes.SHA256())


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    hosts: Sequence[str],
    use: x509.ObjectIdentifier,
    now: int,
    fresh: Fresh,
) -> x509.CertificateBuilder:
    builder = builder_of(common_name(hosts[0]), ca.subject, key.public_key(), now, fresh)
    identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([use]), False),
        (x509.SubjectAlternativeName([_name(host) for host in hosts]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False),
    ):
        builder = builder.add_extension(extension, critical)
    return builder


def builder_of(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: int, fresh: Fresh
) -> x509.CertificateBuilder:
    """A certificate for `VALID_DAYS`, without extensions."""
    start = datetime.fromtimestamp(now, UTC) - _CLOCKS_APART
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(int.from_bytes(fresh(20)) >> 1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=VALID_DAYS))
    )


def common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _name(host: str) -> x509.GeneralName:
    address = _address(host)
    return x509.DNSName(host) if address is None else x509.IPAddress(address)


def _subtree(host: str) -> x509.GeneralName:
    return x509.DNSName(host) if _address(host) is None else x509.IPAddress(ip_network(host))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
