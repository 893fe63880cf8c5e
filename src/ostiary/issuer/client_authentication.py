"""Who the client is: exactly one method, the one it is registered for (RFC 6749 section 2.3).

To the outside, a client that does not exist, a wrong secret and a wrong method are one and the same `invalid_client`.
"""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ostiary.contract.model import ClientAuth, ClientRule
from ostiary.issuer.assertion import require_assertion
from ostiary.issuer.attestation import attester_of, require_attested
from ostiary.issuer.certificate import require_own_certificate
from ostiary.issuer.form import Parameters, decode, require
from ostiary.issuer.holder import Holder
from ostiary.issuer.records import SpendAssertion
from ostiary.issuer.registry import Registry
from ostiary.keys.assertion import unverified_subject
from ostiary.keys.certificate import ClientCertificate
from ostiary.keys.dpop import Proofs
from ostiary.keys.hashing import same, token_hash
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidClient, InvalidRequest
from ostiary.model.ids import GatewayName, Secret, TokenHash
from ostiary.model.reasons import Reason

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_NOBODY: Final = (TokenHash(bytes(32)),)
"""Compared where there is no client or no secret, so that it takes as long."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class AuthenticatedClient:
    """Only `flows.authenticate_client` makes one. `spends` belong into the commit of whatever the request does."""

    rule: ClientRule
    spends: tuple[SpendAssertion, ...] = ()
    holder: Holder | None = None
    """The key that the request has shown to hold."""

    @property
    def is_public(self) -> bool:
        """RFC 6749 section 2.1: it has no credentials, so anyone can say to be it."""
        return self.rule.auth_method is ClientAuth.NONE


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
        raw = b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        raise InvalidClient(Reason.CLIENT_AUTH_MISSING) from None
    name, _, secret = raw.partition(b":")
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


def require_known_client(credentials: Credentials, registry: Registry) -> ClientRule:
    """The client of the contract. Raises InvalidClient, after as long as a wrong secret takes."""
    rule = registry.client(credentials.client)
    if rule is None:
        _matches(credentials, _NOBODY)
        raise InvalidClient(Reason.CLIENT_UNKNOWN)
    return rule


def require_registered_method(credentials: Credentials, rule: ClientRule) -> None:
    """Raise InvalidClient unless the client uses the one method it is registered for. Who proves itself by the
    connection's certificate sends no more than its name (RFC 8705 section 2)."""
    by_name_alone = credentials.method is ClientAuth.NONE and rule.auth_method.by_certificate
    if credentials.method is not rule.auth_method and not by_name_alone:
        _matches(credentials, _NOBODY)
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)


def require_proof_of_client(
    credentials: Credentials, rule: ClientRule, registry: Registry, now: float
) -> tuple[SpendAssertion, ...]:
    """What the proof spends. Raises InvalidClient where it does not hold."""
    match rule.auth_method:
        case ClientAuth.SECRET_BASIC:
            if not _matches(credentials, rule.secret_hashes or _NOBODY):
                raise InvalidClient(Reason.CLIENT_SECRET_WRONG)
            return ()
        case ClientAuth.PRIVATE_KEY_JWT:
            keys = registry.keys.get(rule.id)
            if keys is None:
                raise InvalidClient(Reason.CLIENT_KEYS_MISSING)
            return (require_assertion(credentials.proof.reveal(), rule.id, keys, registry.issuer, now),)
        case ClientAuth.NONE | ClientAuth.ATTESTATION:  # an instance is judged last: its proof is good once
            return ()
        case ClientAuth.TLS | ClientAuth.SELF_SIGNED_TLS:
            require_own_certificate(credentials.certificate, rule)
            return ()
        case ClientAuth.HANDLED:
            raise InvalidClient(Reason.CLIENT_AUTH_METHOD)


def _matches(credentials: Credentials, hashes: tuple[TokenHash, ...]) -> bool:
    """Whether the secret has one of the hashes; all are compared."""
    presented = token_hash(credentials.proof.reveal())
    return max([same(presented, hash) for hash in hashes])


def require_instance(
    credentials: Credentials, rule: ClientRule, registry: Registry, own: KeySet, proofs: Proofs, now: float
) -> Holder | None:
    """The key that tokens are bound to. Of an attested app it is the instance's own; where that is not proven it raises
    as `require_attested` does. `own`: the issuer's keys, for instances that it vouches for itself."""
    if rule.auth_method is not ClientAuth.ATTESTATION:
        return credentials.holder
    attester, shown, proof = attester_of(rule, registry, own), credentials.holder, credentials.instance
    return require_attested(credentials.proof, proof, shown, rule, attester, registry, proofs, now)


def require_gateway(name: GatewayName | None, rule: ClientRule, registry: Registry) -> None:
    """Raise InvalidClient where the listener is not for clients of this kind. None: the door."""
    if name is None:
        return
    gateway = registry.contract.gateways.get(name)
    if gateway is None or rule.profile.kind not in gateway.kinds:
        raise InvalidClient(Reason.GATEWAY_KIND)


def require_enabled(disabled_at: int | None) -> None:
    """Raise InvalidClient where the client was revoked."""
    if disabled_at is not None:
        raise InvalidClient(Reason.CLIENT_DISABLED)


def require_address(rule: ClientRule, peer: str) -> None:
    """Raise InvalidClient where the client may not call from this address."""
    if rule.allow_ips and not _within(rule, peer):
        raise InvalidClient(Reason.ADDRESS_NOT_ALLOWED)


def _within(rule: ClientRule, peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in rule.allow_ips)
