"""What a client proves itself with."""

from ostiary.contract.fapi2 import CREDENTIALS
from ostiary.contract.file_client import Client, Credential
from ostiary.contract.profiles import PROFILES
from ostiary.model.principal import Kind


def credential_of(client: Client) -> Credential:
    """As stated, else what is given, else the kind's."""
    if client.credential is not None:
        return client.credential
    if client.attester is not None or client.attest is not None:
        return Credential.ATTESTATION
    if client.certificate is not None or (client.kind is Kind.DEVICE and _has_keys(client)):
        return Credential.MTLS
    if client.kind is Kind.PARTNER and (client.secret or _has_keys(client)):
        return Credential.SIGNATURE
    if client.secret:
        return Credential.SECRET
    if _has_keys(client):
        return Credential.PRIVATE_KEY_JWT
    return CREDENTIALS[0] if client.profile is not None else PROFILES[client.kind].credentials.value[0]


def _has_keys(client: Client) -> bool:
    return client.jwks is not None or client.jwks_file is not None
