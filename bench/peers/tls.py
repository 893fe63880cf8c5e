"""A server certificate for this run, the same for every gateway."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a self-signed P-256 certificate for localhost; `both` holds the chain and the key."""

    chain: Path
    key: Path
    both: Path


def create(place: Path) -> Certificate:
    """Write a new certificate, valid for a day, into `place`."""
    key = ec.generate_private_key(ec.SECP256R1())
    chain_pem = sign(key).public_bytes(serialization.Encoding.PEM)
    form, hidden = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_pem = key.private_bytes(serialization.Encoding.PEM, form, hidden)
    files = Certificate(place / "tls.crt", place / "tls.key", place / "tls.pem")
    for file, text in ((files.chain, chain_pem), (files.key, key_pem), (files.both, chain_pem + key_pem)):
        file.write_bytes(text)
    return files


def sign(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate for localhost, signed with its own key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
