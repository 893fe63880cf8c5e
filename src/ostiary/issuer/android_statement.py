"""What an Android device has to say of an instance's own key before the issuer vouches for the instance (Android,
"Verify hardware-backed key pairs with key attestation")."""

from collections.abc import Iterable
from typing import Final

from ostiary.contract.model import AndroidRule, SecurityLevel
from ostiary.issuer.attested_keys import AttestedKey, Grade, Platform
from ostiary.issuer.statement import Instance
from ostiary.keys import key_description as described
from ostiary.keys.device_chain import Chain, require_path
from ostiary.keys.jwk import thumbprint
from ostiary.keys.key_description import Boot, CertifiedKey, KeyDescription
from ostiary.model.errors import InvalidAttestation
from ostiary.model.ids import ClientId, Thumbprint
from ostiary.model.reasons import Reason

_GRADES: Final = {described.TRUSTED_ENVIRONMENT: Grade.TRUSTED_ENVIRONMENT, described.STRONGBOX: Grade.STRONGBOX}
_ENOUGH: Final = {
    SecurityLevel.TRUSTED_ENVIRONMENT: frozenset(_GRADES.values()),
    SecurityLevel.STRONGBOX: frozenset({Grade.STRONGBOX}),
}
_MONTHS: Final = 10**6
"""Above each month as a number such as 202605: some systems write the day behind it."""


def require_certified(chain: Chain, roots: Chain, now: float) -> None:
    """Raise InvalidAttestation unless a root vouches for the device's key. The dates of its own certificate are made on
    the device, and tell nothing."""
    require_path(chain, roots, now, leaf_is_dated=False)


def require_not_extended(chain: Chain) -> None:
    """Raise InvalidAttestation where a certificate above the first describes a key too: who has a key that hardware
    described could sign a description of their own below it."""
    if any(map(described.is_described, chain[1:])):
        raise InvalidAttestation(Reason.STATEMENT_EXTENDED)


def require_not_revoked(serials: Iterable[str], rule: AndroidRule) -> None:
    """Raise InvalidAttestation where a certificate is not to be trusted any more."""
    if not rule.revoked.isdisjoint(serials):
        raise InvalidAttestation(Reason.STATEMENT_REVOKED)


def require_asked(description: KeyDescription, instance: Instance) -> None:
    """Raise InvalidAttestation unless the key was made for this challenge."""
    if description.challenge != instance.challenge.encode():
        raise InvalidAttestation(Reason.STATEMENT_NOT_ASKED)


def require_own_key(certified: CertifiedKey, instance: Instance) -> None:
    """Raise InvalidAttestation unless the key is the one that the instance proves itself with."""
    if Thumbprint(thumbprint(certified.members)) != instance.thumbprint:
        raise InvalidAttestation(Reason.STATEMENT_KEY)


def require_app(description: KeyDescription, rule: AndroidRule) -> None:
    """Raise InvalidAttestation unless this app alone asked for the key, signed by nobody else."""
    app = description.application
    if app is None or app.packages != {rule.package.encode()}:
        raise InvalidAttestation(Reason.STATEMENT_OF_ANOTHER_APP)
    if not app.certificates or not app.certificates <= rule.certificates:
        raise InvalidAttestation(Reason.STATEMENT_OF_ANOTHER_APP)


def require_made_to_sign(description: KeyDescription) -> None:
    """Raise InvalidAttestation for a key that was imported, that other apps can use, or that does more than signing:
    one that attests others would make them look like this one."""
    made = description.origin == described.GENERATED and not description.for_any_app
    if not made or not {described.SIGN} <= description.purposes <= {described.SIGN, described.VERIFY}:
        raise InvalidAttestation(Reason.STATEMENT_KEY_USE)


def require_kept(description: KeyDescription, rule: AndroidRule) -> Grade:
    """How well the key is kept. Raises InvalidAttestation where it is less than the contract asks."""
    grade = _GRADES.get(description.level)
    if grade not in _ENOUGH[rule.security_level]:
        raise InvalidAttestation(Reason.STATEMENT_SECURITY_LEVEL)
    return grade


def require_whole(boot: Boot | None, grade: Grade, rule: AndroidRule) -> Grade:
    """The grade, or UNLOCKED where the contract lets that in. Raises InvalidAttestation for a device that may run a
    system that lies about the app."""
    if boot is not None and boot.locked and boot.state == described.VERIFIED:
        return grade
    if not rule.unlocked:
        raise InvalidAttestation(Reason.STATEMENT_BOOT)
    return Grade.UNLOCKED


def require_patched(description: KeyDescription, rule: AndroidRule) -> None:
    """Raise InvalidAttestation where the system is older than the contract takes."""
    level = description.patch_level or 0
    if (level if level < _MONTHS else level // 100) < rule.patch_level:
        raise InvalidAttestation(Reason.STATEMENT_PATCH_LEVEL)


def require_attested(key: AttestedKey | None, client: ClientId, instance: Instance, rule: AndroidRule) -> AttestedKey:
    """Raise InvalidAttestation unless it was attested to this client, for this instance, and is kept in a way that the
    contract still takes."""
    if key is None or not key.is_of(Platform.ANDROID, client, instance.thumbprint):
        raise InvalidAttestation(Reason.DEVICE_KEY_UNKNOWN)
    if key.grade is Grade.UNLOCKED:
        require_whole(None, key.grade, rule)
    elif key.grade not in _ENOUGH[rule.security_level]:
        raise InvalidAttestation(Reason.STATEMENT_SECURITY_LEVEL)
    require_not_revoked(key.serials, rule)
    return key
