"""Who the client is: exactly one method, the one it is registered for (RFC 6749 section 2.3).

To the outside, a client that does not exist, a wrong secret and a wrong method are one and the same `invalid_client`.
"""

from ipaddress import ip_address

from ostiary.contract.model import ClientAuth, ClientRule
from ostiary.issuer.assertion import require_assertion
from ostiary.issuer.attestation import attester_of, require_attested
from ostiary.issuer.certificate import require_own_certificate
from ostiary.issuer.credentials import Credentials
from ostiary.issuer.holder import Holder
from ostiary.issuer.records import SpendAssertion
from ostiary.issuer.registry import Registry
from ostiary.keys.dpop import Proofs
from ostiary.keys.hashing import is_one_of
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidClient
from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName
from ostiary.model.reasons import Reason


@frozen
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


def require_known_client(credentials: Credentials, registry: Registry) -> ClientRule:
    """The client of the contract. Raises InvalidClient, after as long as a wrong secret takes."""
    rule = registry.client(credentials.client)
    if rule is None:
        _take_as_long(credentials)
        raise InvalidClient(Reason.CLIENT_UNKNOWN)
    return rule


def require_registered_method(credentials: Credentials, rule: ClientRule) -> None:
    """Raise InvalidClient unless the client uses the one method it is registered for. Who proves itself by the
    connection's certificate sends no more than its name (RFC 8705 section 2)."""
    by_name_alone = credentials.method is ClientAuth.NONE and rule.auth_method.by_certificate
    if credentials.method is not rule.auth_method and not by_name_alone:
        _take_as_long(credentials)
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)


def _take_as_long(credentials: Credentials) -> None:
    """As where there is a secret to compare with."""
    is_one_of(credentials.proof.reveal(), ())


def require_proof_of_client(
    credentials: Credentials, rule: ClientRule, registry: Registry, now: float
) -> tuple[SpendAssertion, ...]:
    """What the proof spends. Raises InvalidClient where it does not hold."""
    match rule.auth_method:
        case ClientAuth.SECRET_BASIC:
            if not is_one_of(credentials.proof.reveal(), rule.secret_hashes):
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
