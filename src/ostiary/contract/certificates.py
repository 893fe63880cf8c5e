"""Certificates of clients: by a name, or the certificate itself (RFC 8705 section 2)."""

import json

from ostiary.contract.credentials import credential_of
from ostiary.contract.draft import ReadFile
from ostiary.contract.file_client import CertificateOf, Client, Credential
from ostiary.contract.model import CertificateRule
from ostiary.keys.certificate import CertificateInvalid, NameType, own_certificates, read_x5c


def names_of(stated: CertificateOf) -> dict[str, str]:
    """What the client is known by, by the names of the settings."""
    said = {name: getattr(stated, name) for name in CertificateOf.model_fields}
    return {name: value for name, value in said.items() if value is not None}


def certificate_rule(client: Client, read_file: ReadFile) -> CertificateRule | None:
    """None for a client that proves itself by something else, or says nothing. Raises CertificateInvalid, and `OSError`
    for files."""
    if credential_of(client) is not Credential.MTLS:
        return None
    if client.certificate is None:
        return _from_key_set(client, read_file)
    for kind in NameType:
        name = getattr(client.certificate, kind)
        if name is not None:
            return CertificateRule(kind, name)
    file = client.certificate.file
    return None if file is None else CertificateRule(None, "", own_certificates(read_file(file)))


def _from_key_set(client: Client, read_file: ReadFile) -> CertificateRule | None:
    """The certificates of keys (RFC 8705 section 2.2.2)."""
    if client.jwks is None and client.jwks_file is None:
        return None
    try:
        jwks = client.jwks if client.jwks_file is None else json.loads(read_file(client.jwks_file))
    except ValueError:
        raise CertificateInvalid("it is no JSON") from None
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not keys:
        raise CertificateInvalid("it has no keys")
    return CertificateRule(None, "", tuple(map(_of_key, keys)))


def _of_key(key: object) -> bytes:
    chain = key.get("x5c") if isinstance(key, dict) else None
    if not isinstance(chain, list):
        raise CertificateInvalid("a key in it has no x5c")
    return read_x5c(chain)
