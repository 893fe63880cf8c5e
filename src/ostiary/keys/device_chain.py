"""Certificates with which a device shows what made its key: a chain up to a root that its vendor publishes.

`x509.verification` is for servers and clients of TLS: it wants alternative names, which these certificates do not have.
So the path is checked here, as RFC 5280 section 6.1 has it, for chains of a few links without names or policies to
constrain.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import ExtensionOID

from ostiary.keys.certificate import UNREADABLE, CertificateInvalid
from ostiary.keys.jwk import RSA_BITS
from ostiary.model.errors import InvalidAttestation
from ostiary.model.reasons import Reason

E = TypeVar("E", bound=x509.ExtensionType)
Chain = tuple[x509.Certificate, ...]
"""The device's own certificate first; the root is not in it."""
MOST_LINKS: Final = 6
MOST_BYTES: Final = 8 * 1024
"""Of one certificate."""
_HASHES: Final = (SHA256, SHA384, SHA512)
_UNDERSTOOD: Final = frozenset(
    {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE}
)
"""What may be critical: any other such extension changes what a certificate means (RFC 5280 section 4.2)."""


def read_roots(pem: bytes) -> Chain:
    """Certificates whose keys are trusted. Raises CertificateInvalid."""
    try:
        roots = tuple(x509.load_pem_x509_certificates(pem))
        are_authorities = all(_may_issue(root, 0) for root in roots)
    except (*UNREADABLE, InvalidAttestation):
        raise CertificateInvalid("it has no certificate as PEM") from None
    if not are_authorities:
        raise CertificateInvalid("a certificate in it is not that of an authority")
    return roots


def read_chain(ders: Sequence[bytes]) -> Chain:
    """Raises InvalidAttestation."""
    if not 0 < len(ders) <= MOST_LINKS or any(len(der) > MOST_BYTES for der in ders):
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    try:
        return tuple(map(x509.load_der_x509_certificate, ders))
    except UNREADABLE:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED) from None


def require_path(chain: Chain, roots: Iterable[x509.Certificate], now: float, *, leaf_is_dated: bool) -> None:
    """Raise InvalidAttestation unless each link may issue certificates and has issued the one below, the last by a
    root, and all are in force. `leaf_is_dated`: whether the device's own certificate has dates that mean something.
    """
    root = next((each for each in roots if _has_issued(each, chain[-1])), None)
    if root is None:
        raise InvalidAttestation(Reason.STATEMENT_ROOT_UNKNOWN)
    whole = (*chain, root)
    for depth, (below, issuer) in enumerate(pairwise(whole)):
        links = sum(map(_is_counted, whole[1 : depth + 1]))
        if not _has_issued(issuer, below) or not _may_issue(issuer, links):
            raise InvalidAttestation(Reason.STATEMENT_CHAIN)
    if any(map(_says_more, chain)):
        raise InvalidAttestation(Reason.STATEMENT_CHAIN)
    if not all(_is_in_force(each, now) for each in (whole if leaf_is_dated else whole[1:])):
        raise InvalidAttestation(Reason.STATEMENT_EXPIRED)


def below_root(chain: Chain, roots: Iterable[x509.Certificate]) -> Chain:
    """The chain without a root at its end: Android gives it too, perhaps with an older certificate of the same key.
    Raises InvalidAttestation where nothing is below it."""
    trusted = list(map(_name_and_key, roots))
    links = len(chain)
    while links and _name_and_key(chain[links - 1]) in trusted:
        links -= 1
    if not links:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    return chain[:links]


def _name_and_key(certificate: x509.Certificate) -> tuple[x509.Name, CertificatePublicKeyTypes | None]:
    """Raises InvalidAttestation for a name that cannot be read."""
    try:
        return certificate.subject, public_key(certificate)
    except UNREADABLE:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED) from None


def require_signature(signature: bytes, signed: bytes, point: bytes) -> None:
    """Raise InvalidAttestation unless a device's key signed it: ECDSA on P-256 with SHA-256, in DER (RFC 3279 section
    2.2.3). `point`: SEC 1 section 2.3.3, uncompressed."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    try:
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise InvalidAttestation(Reason.STATEMENT_SIGNATURE) from None


def serials_of(chain: Chain) -> tuple[str, ...]:
    """In hexadecimal, lower case, without zeros in front."""
    return tuple(format(each.serial_number, "x") for each in chain)


def public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes | None:
    """None for one of a kind that nobody can use here."""
    try:
        return certificate.public_key()
    except UNREADABLE:
        return None


def _has_issued(issuer: x509.Certificate, below: x509.Certificate) -> bool:
    """By name and signature, with a key and a hash that are strong enough."""
    try:
        if not _is_strong(public_key(issuer)) or not isinstance(below.signature_hash_algorithm, _HASHES):
            return False
        below.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _is_strong(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size in RSA_BITS
    )


def _may_issue(certificate: x509.Certificate, links_between: int) -> bool:
    """It is that of an authority, its key may sign certificates, and so many links may be between it and the device's
    own certificate (RFC 5280 section 6.1.4 (k) to (n))."""
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        return False
    return constraints.path_length is None or links_between <= constraints.path_length


def _is_counted(certificate: x509.Certificate) -> bool:
    """Not where its holder issued it to itself, under the name of before (RFC 5280 section 4.2.1.9)."""
    try:
        return certificate.subject != certificate.issuer
    except UNREADABLE:
        return True


def _says_more(certificate: x509.Certificate) -> bool:
    """Whether it has a critical extension that is not understood here."""
    return any(each.critical and each.oid not in _UNDERSTOOD for each in _extensions(certificate))


def _is_in_force(certificate: x509.Certificate, now: float) -> bool:
    moment = datetime.fromtimestamp(now, UTC)
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    return next((each.value for each in _extensions(certificate) if isinstance(each.value, kind)), None)


def unknown_extension(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> bytes | None:
    """The DER of an extension of a vendor's own; None where there is none. Raises InvalidAttestation."""
    for each in _extensions(certificate):
        if each.oid == oid and isinstance(each.value, x509.UnrecognizedExtension):
            return each.value.value
    return None


def _extensions(certificate: x509.Certificate) -> x509.Extensions:
    try:
        return certificate.extensions
    except UNREADABLE:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED) from None
