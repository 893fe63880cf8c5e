"""Pins: a certificate is known by its public key, whoever issued it and however often (RFC 7469 section 2.4)."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from ostiary.keys.certificate import UNREADABLE
from ostiary.model.ids import Pin

PIN: Final = r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"
_LABEL: Final = re.compile(rb"-----BEGIN ([A-Z ]+)-----")


class PinUnreadable(ValueError):
    """There is no public key to pin; the text says why."""


def pin_of(pem: bytes) -> Pin:
    """SHA-256 of the SubjectPublicKeyInfo in base64. `pem`: a certificate, of a chain the first; a request for one; or
    a public key. Raises PinUnreadable."""
    try:
        key = _key(pem)
        info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE:
        raise PinUnreadable("it is no certificate, no request for one and no public key, as PEM") from None
    return Pin(b64encode(sha256(info).digest()).decode())


def _key(pem: bytes) -> PublicKeyTypes:
    """Raises what stands in UNREADABLE."""
    found = _LABEL.search(pem)
    match None if found is None else found[1]:
        case b"CERTIFICATE":
            return x509.load_pem_x509_certificate(pem).public_key()
        case b"CERTIFICATE REQUEST":
            return x509.load_pem_x509_csr(pem).public_key()
        case b"PUBLIC KEY":
            return load_pem_public_key(pem)
    raise ValueError
