"""What a request says of its client, and by which one method (RFC 6749 section 2.3). Nothing of it is proven."""

import binascii
from typing import Final

from ostiary.contract.model import ClientAuth
from ostiary.issuer.form import Parameters, decode, require, utf8
from ostiary.issuer.holder import Holder
from ostiary.keys.assertion import unverified_subject
from ostiary.keys.certificate import ClientCertificate
from ostiary.model.errors import InvalidClient, InvalidRequest
from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName, Secret
from ostiary.model.reasons import Reason

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@frozen
class Credentials:
    """What the request brought: for Basic the secret, for private_key_jwt the assertion, else only the name."""

    method: ClientAuth
    client: str
    proof: Secret
    certificate: ClientCertificate | None = None
    """Of the connection: it came with it, not with the request."""
    gateway: GatewayName | None = None
    """The listener that the connection came to; None: the door."""
    instance: Secret | None = None
    """The proof of an attested key, where it is one of its own."""
    holder: Holder | None = None
    """Of the key that the request, or its connection, has shown to hold."""


def read_credentials(
    authorization: bytes | None, form: Parameters, attestation: bytes | None = None, instance: bytes | None = None
) -> Credentials:
    """The one method that the request uses (RFC 6749 section 2.3.1, RFC 7521 section 4.2). `attestation` and
    `instance`: its fields of draft-ietf-oauth-attestation-based-client-auth-11.

    Raises InvalidRequest for two methods, InvalidClient for none or one that is not served.
    """
    in_body = "client_secret" in form
    asserts = "client_assertion" in form or "client_assertion_type" in form
    if (authorization is not None) + in_body + asserts + (attestation is not None) > 1:
        raise InvalidRequest(Reason.CLIENT_AUTH_REPEATED)
    if in_body:
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)
    if authorization is not None:
        return _read_basic(authorization, form)
    if asserts:
        return _read_assertion(form)
    if attestation is not None:
        return _read_attestation(attestation, instance, form)
    if "client_id" not in form:
        raise InvalidClient(Reason.CLIENT_AUTH_MISSING)
    return Credentials(ClientAuth.NONE, form["client_id"], Secret(""))


def _read_basic(authorization: bytes, form: Parameters) -> Credentials:
    """Both halves are form-encoded before base64 (RFC 6749 section 2.3.1)."""
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)
    try:
        raw = binascii.a2b_base64(encoded.strip(), strict_mode=True)
    except binascii.Error:
        raise InvalidClient(Reason.CLIENT_AUTH_MISSING) from None
    name, _, secret = utf8(raw).partition(":")
    client = decode(name)
    _require_same_client(client, form)
    return Credentials(ClientAuth.SECRET_BASIC, client, Secret(decode(secret)))


def _read_assertion(form: Parameters) -> Credentials:
    if require(form, "client_assertion_type") != ASSERTION_TYPE:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "client_assertion_type")
    assertion = require(form, "client_assertion")
    client = unverified_subject(assertion)
    _require_same_client(client, form)
    return Credentials(ClientAuth.PRIVATE_KEY_JWT, client, Secret(assertion))


def _read_attestation(attestation: bytes, instance: bytes | None, form: Parameters) -> Credentials:
    """Section 7.5."""
    proof = Secret(attestation.decode("latin-1"))
    client = form["client_id"] if "client_id" in form else unverified_subject(proof.reveal())
    own = None if instance is None else Secret(instance.decode("latin-1"))
    return Credentials(ClientAuth.ATTESTATION, client, proof, instance=own)


def _require_same_client(client: str, form: Parameters) -> None:
    if form.get("client_id", client) != client:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "client_id")
