"""Certificate revocation lists: which certificates an authority has taken back (RFC 5280 section 5)."""

from collections.abc import Iterable, Mapping

from cryptography import x509

from ostiary.keys.certificate import UNREADABLE, Authority, CertificateInvalid, ClientCertificate
from ostiary.model.frozen import frozen
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason


@frozen
class Taken:
    """What one authority has taken back. `next_at`: when its next list is due, in seconds since the epoch."""

    serials: frozenset[int]
    made_at: float
    next_at: float


RevocationLists = Mapping[Thumbprint, Taken]
"""By the authority's certificate. Empty: none are kept."""


def revocation_lists(files: Iterable[bytes], known: Iterable[Authority]) -> RevocationLists:
    """The newest list of each authority. Raises CertificateInvalid for a list that none of them signed or that does not
    tell all, and where an authority has none."""
    known = tuple(known)
    newest: dict[Thumbprint, Taken] = {}
    for file in files:
        authority, taken = _read(file, known)
        before = newest.get(authority)
        if before is None or before.made_at < taken.made_at:
            newest[authority] = taken
    if any(authority.thumbprint not in newest for authority in known):
        raise CertificateInvalid("an authority has no revocation list")
    return newest


def _read(file: bytes, known: Iterable[Authority]) -> tuple[Thumbprint, Taken]:
    try:
        crl = x509.load_pem_x509_crl(file) if file.lstrip().startswith(b"-----") else x509.load_der_x509_crl(file)
        partial = any(extension.critical for extension in crl.extensions)
        understood = not any(extension.critical for revoked in crl for extension in revoked.extensions)
        authority = next((each for each in known if _is_by(crl, each)), None)
    except UNREADABLE:
        raise CertificateInvalid("it is no revocation list") from None
    if partial:
        raise CertificateInvalid("it is only a part of a revocation list")
    if not understood:
        raise CertificateInvalid("what it says of a certificate is not understood")
    if authority is None:
        raise CertificateInvalid("none of the authorities signed it")
    if crl.next_update_utc is None:
        raise CertificateInvalid("it does not say when the next one is due")
    serials = frozenset(revoked.serial_number for revoked in crl)
    return authority.thumbprint, Taken(serials, crl.last_update_utc.timestamp(), crl.next_update_utc.timestamp())


def _is_by(crl: x509.CertificateRevocationList, authority: Authority) -> bool:
    """Signed by its key, which it may use for that (section 6.3.3 (f))."""
    one = authority.certificate
    return crl.issuer == one.subject and _may_sign_lists(one) and crl.is_signature_valid(one.public_key())  # type: ignore[arg-type]  # an authority's key signs


def _may_sign_lists(certificate: x509.Certificate) -> bool:
    """Any key may whose usage is not said."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def fault(certificate: ClientCertificate, lists: RevocationLists, now: float) -> Reason | None:
    """Why the certificate is good no more (RFC 5280 section 6.1.3); None where it is. Where an authority's next list is
    due and not there, none of its certificates is."""
    if certificate.ends_at < now:
        return Reason.CERTIFICATE_EXPIRED
    if not lists or certificate.authority is None:
        return None
    taken = lists.get(certificate.authority)
    if taken is None or taken.next_at < now:
        return Reason.CERTIFICATE_LIST_STALE
    return Reason.CERTIFICATE_REVOKED if certificate.serial in taken.serials else None
