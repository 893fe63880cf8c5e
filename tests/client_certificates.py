"""A throw-away authority for client certificates: what it issues, revokes, and what others make up."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from ostiary.keys import base64url
from secrets_seen import secret

DAY = timedelta(days=1)
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.1"), b"\x05\x00")
"""Of the arc for examples (RFC 5612)."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        text = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        secret(text.decode())
        return text

    def written(self, folder: Path, name: str) -> tuple[str, str]:
        """As PEM files: the certificate and its key."""
        folder.mkdir(exist_ok=True)
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.pem)
        key.write_bytes(self.key_pem)
        return str(certificate), str(key)


@dataclass
class Authority:
    """`name` is its distinguished name; `signs_lists`, `signs_certificates`: what the usage of its key says, which says
    nothing where the first is None."""

    name: str = "CN=Example client authority"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    signs_lists: bool | None = None
    signs_certificates: bool = True

    def __post_init__(self) -> None:
        made = _builder(self.name, self.name, self.key, now() - DAY, now() + 30 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        if self.signs_lists is not None:
            made = made.add_extension(
                _usage(lists=self.signs_lists, certificates=self.signs_certificates), critical=True
            )
        self.certificate = made.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        subject: str = "CN=ledger,O=Example",
        *names: x509.GeneralName,
        start: datetime | None = None,
        end: datetime | None = None,
        use: x509.ObjectIdentifier = CLIENT,
        may_issue: bool = False,
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(subject, self.name, key, start or now() - DAY, end or now() + 10 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=may_issue, path_length=None), critical=True)
        made = made.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return Issued(made.sign(self.key, hashes.SHA256()), key)

    def list_of(
        self,
        *revoked: Issued,
        made: datetime | None = None,
        due: datetime | None = None,
        partial: bool = False,
        critical: bool | None = None,
    ) -> bytes:
        """Its revocation list, as PEM. `critical`: whether something that nobody knows is, which stands with each; None
        where there is no such thing."""
        moment = made or now() - timedelta(minutes=5)
        builder = x509.CertificateRevocationListBuilder().issuer_name(x509.Name.from_rfc4514_string(self.name))
        builder = builder.last_update(moment).next_update(due or now() + DAY)
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
            if critical is not None:
                entry = entry.add_extension(UNKNOWN, critical=critical)
            builder = builder.add_revoked_certificate(entry.revocation_date(moment).build())
        if partial:
            builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def self_signed(
    subject: str = "CN=beacon", *names: x509.GeneralName, may_issue: bool = False, end: datetime | None = None
) -> Issued:
    """What a client makes for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _builder(subject, subject, key, now() - DAY, end or now() + 10 * DAY)
    made = made.add_extension(x509.BasicConstraints(ca=may_issue, path_length=None), critical=True)
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Issued(made.sign(key, hashes.SHA256()), key)


def issued_by(issuer: Issued, subject: str, *names: x509.GeneralName) -> Issued:
    """By somebody who is no authority of ours, but has a certificate that may sign."""
    authority = Authority.__new__(Authority)
    authority.name = issuer.certificate.subject.rfc4514_string()
    authority.key = issuer.key
    return authority.issue(subject, *names)


def jwks_of(certificates: Sequence[Issued]) -> dict[str, object]:
    """A JWK set whose keys carry these certificates (RFC 8705 section 2.2.2)."""
    return {"keys": [jwk_of(one) for one in certificates]}


def jwk_of(one: Issued) -> dict[str, object]:
    numbers = one.key.public_key().public_numbers()
    x, y = (base64url.encode(part.to_bytes(32, "big")) for part in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "x5c": [b64encode(one.der).decode()]}


def _usage(*, lists: bool, certificates: bool) -> x509.KeyUsage:
    """Of an authority's key (RFC 5280 section 4.2.1.3)."""
    others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    never = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(key_cert_sign=certificates, crl_sign=lists, **never)


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(subject))
        .issuer_name(x509.Name.from_rfc4514_string(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
