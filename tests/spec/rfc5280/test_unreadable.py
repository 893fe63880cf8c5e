"""Whoever reads a certificate or a list says in own words that it cannot (RFC 5280 sections 4.1, 4.2 and 5.1)."""

import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from client_certificates import Authority
from ostiary.keys import certificate as certificates
from ostiary.keys.certificate import CertificateInvalid, NameType, has_name
from ostiary.keys.device_chain import below_root, read_chain, read_roots, require_path
from ostiary.keys.pin import PinUnreadable, pin_of
from ostiary.keys.revocation_list import revocation_lists
from ostiary.model.errors import InvalidAttestation
from unreadable_certificates import AT_ONCE, DNS, EXTENSIONS, NAME, NAMES, readable

NOW = time.time()
WHOLE = readable(NOW)
Read = Callable[[bytes], object]


def pem(der: bytes, label: bytes = b"CERTIFICATE") -> bytes:
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, b64encode(der), label)


def path(der: bytes) -> None:
    require_path(read_chain([der]), read_roots(WHOLE.pem), NOW, leaf_is_dated=True)


READERS: dict[str, tuple[Read, type[Exception], dict[str, Callable[[bytes], bytes]]]] = {
    "identified": (lambda der: certificates.identified(der, ()), CertificateInvalid, AT_ONCE),
    "heard": (lambda der: certificates.heard(b"- " + b64encode(der)), CertificateInvalid, AT_ONCE),
    "of a JWK": (lambda der: certificates.read_x5c([b64encode(der).decode()]), CertificateInvalid, AT_ONCE),
    "own": (lambda der: certificates.own_certificates(pem(der)), CertificateInvalid, AT_ONCE),
    "authorities": (lambda der: certificates.authorities(pem(der)), CertificateInvalid, AT_ONCE | EXTENSIONS),
    "by subject": (lambda der: has_name(der, NameType.SUBJECT, f"CN={NAME}"), CertificateInvalid, AT_ONCE | NAMES),
    "by DNS name": (lambda der: has_name(der, NameType.DNS, DNS), CertificateInvalid, AT_ONCE | EXTENSIONS),
    "roots": (lambda der: read_roots(pem(der)), CertificateInvalid, AT_ONCE | EXTENSIONS),
    "chain": (lambda der: read_chain([der]), InvalidAttestation, AT_ONCE),
    "below a root": (lambda der: below_root(read_chain([der]), ()), InvalidAttestation, AT_ONCE | NAMES),
    "path": (path, InvalidAttestation, AT_ONCE | NAMES | EXTENSIONS),
    "pin": (lambda der: pin_of(pem(der)), PinUnreadable, AT_ONCE),
}
CASES = [(reader, case) for reader, (_, _, cases) in READERS.items() for case in cases]


@pytest.mark.parametrize(("reader", "case"), CASES)
def test_4_a_certificate_that_cannot_be_read_is_refused_as_such(reader: str, case: str) -> None:
    read, error, cases = READERS[reader]
    assert read(WHOLE.der) is not False
    with pytest.raises(error):
        read(cases[case](WHOLE.der))


def test_5_1_2_1_a_list_of_an_eighth_version_is_none() -> None:
    authority = Authority()
    der = x509.load_pem_x509_crl(authority.list_of()).public_bytes(Encoding.DER)
    read = partial(revocation_lists, known=certificates.authorities(authority.pem))
    assert read([der])
    with pytest.raises(CertificateInvalid):
        read([der.replace(b"\x02\x01\x01", b"\x02\x01\x07", 1)])
