"""A client proves itself by the certificate of its connection (RFC 8705 section 2)."""

from ostiary.contract.model import CertificateRule, ClientRule
from ostiary.keys.certificate import CertificateInvalid, ClientCertificate, has_name
from ostiary.model.errors import InvalidClient
from ostiary.model.reasons import Reason


def require_own_certificate(certificate: ClientCertificate | None, client: ClientRule) -> None:
    """Raise InvalidClient unless the connection was made with the client's certificate. A name counts only in one that
    an authority of the listener issued: anybody can write any name into a certificate of their own (section 2.1)."""
    rule = client.certificate
    if certificate is None:
        raise InvalidClient(Reason.CERTIFICATE_MISSING)
    if rule is None or not _is_of(certificate, rule):
        raise InvalidClient(Reason.CERTIFICATE_OF_ANOTHER)


def _is_of(certificate: ClientCertificate, rule: CertificateRule) -> bool:
    if rule.kind is None:
        return certificate.der in rule.own
    try:
        return certificate.authority is not None and has_name(certificate.der, rule.kind, rule.name)
    except CertificateInvalid:
        raise InvalidClient(Reason.CERTIFICATE_MALFORMED) from None
