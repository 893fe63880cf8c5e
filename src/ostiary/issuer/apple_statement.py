"""What Apple's App Attest has to say of a key before the issuer vouches for an instance (Apple, "Validating apps that
connect to your server"). The receipt, by which Apple can be asked for a measure of fraud, is not looked at."""

from hashlib import sha256

from ostiary.contract.model import AppleRule
from ostiary.issuer.attested_keys import AttestedKey, Grade, Platform
from ostiary.issuer.statement import AppleStatement, Instance
from ostiary.keys import app_attest
from ostiary.keys.app_attest import AppAssertion, AppAttestation, AuthenticatorData
from ostiary.keys.device_chain import Chain, require_path
from ostiary.model.errors import InvalidAttestation
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason


def require_certified(attestation: AppAttestation, roots: Chain, now: float) -> None:
    """Raise InvalidAttestation unless a root vouches for the device's certificate, now."""
    require_path(attestation.chain, roots, now, leaf_is_dated=True)


def require_asked(attestation: AppAttestation, instance: Instance) -> None:
    """Raise InvalidAttestation unless Apple has certified this statement, about this challenge and this key."""
    if attestation.nonce != app_attest.nonce_of(attestation.data, instance.client_data):
        raise InvalidAttestation(Reason.STATEMENT_NOT_ASKED)


def require_one_key(attestation: AppAttestation, request: AppleStatement) -> None:
    """Raise InvalidAttestation unless certificate, statement and request name one key."""
    credential = attestation.credential
    named = sha256(credential.point).digest()
    if attestation.certified != credential.point or not named == credential.id == request.key_id:
        raise InvalidAttestation(Reason.STATEMENT_KEY)


def require_app(data: AuthenticatorData, rule: AppleRule) -> None:
    """Raise InvalidAttestation for another app, or this one signed by another team."""
    if data.app != sha256(rule.app.encode()).digest():
        raise InvalidAttestation(Reason.STATEMENT_OF_ANOTHER_APP)


def require_unused(data: AuthenticatorData) -> None:
    """Raise InvalidAttestation where the key has signed before."""
    if data.counter != 0:
        raise InvalidAttestation(Reason.STATEMENT_COUNTER)


def require_environment(attestation: AppAttestation, rule: AppleRule) -> Grade:
    """Of production, or of development where the contract lets that in. Raises InvalidAttestation."""
    match attestation.credential.environment:
        case app_attest.PRODUCTION:
            return Grade.PRODUCTION
        case app_attest.DEVELOPMENT if rule.development:
            return Grade.DEVELOPMENT
        case _:
            raise InvalidAttestation(Reason.STATEMENT_DEVELOPMENT)


def require_release(data: AuthenticatorData, rule: AppleRule) -> None:
    """Raise InvalidAttestation where the device says that the build is signed for development. Before iOS 27 none says
    how it is signed."""
    if data.extensions.get(app_attest.CATEGORY) == app_attest.DEVELOPMENT_SIGNED and not rule.development:
        raise InvalidAttestation(Reason.STATEMENT_DEVELOPMENT)


def require_attested(key: AttestedKey | None, client: ClientId, instance: Instance, rule: AppleRule) -> AttestedKey:
    """Raise InvalidAttestation unless it was attested to this client, for this instance, and in a way that the contract
    still takes."""
    if key is None or not key.is_of(Platform.APPLE, client, instance.thumbprint):
        raise InvalidAttestation(Reason.DEVICE_KEY_UNKNOWN)
    if key.grade is Grade.DEVELOPMENT and not rule.development:
        raise InvalidAttestation(Reason.STATEMENT_DEVELOPMENT)
    return key


def require_signed(assertion: AppAssertion, key: AttestedKey, instance: Instance) -> None:
    """Raise InvalidAttestation unless the attested key signed this statement, about this challenge and this key."""
    app_attest.require_signed(assertion, key.point, instance.client_data)


def require_risen(data: AuthenticatorData, key: AttestedKey) -> None:
    """Raise InvalidAttestation for a statement that was used before, or is older than one that was."""
    if data.counter <= key.counter:
        raise InvalidAttestation(Reason.STATEMENT_COUNTER)
