"""Google's own sample of a chain, of a key in the trusted environment of an unlocked device (android/security-samples,
KeyAttestation/server/examples/pem/algorithm_EC_SecurityLevel_TEE), and Google's published root."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.contract.model import AndroidRule, SecurityLevel
from ostiary.issuer import android_statement as android
from ostiary.issuer.attested_keys import Grade
from ostiary.issuer.statement import Instance
from ostiary.keys import published_roots
from ostiary.keys.device_chain import below_root, read_chain, read_roots, serials_of
from ostiary.keys.key_description import TRUSTED_ENVIRONMENT, Boot, certified_key, description_of
from ostiary.keys.status_list import status_list
from ostiary.model.errors import InvalidAttestation
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason

CERTIFICATES = x509.load_pem_x509_certificates((Path(__file__).parent / "published_sample.pem").read_bytes())
CHAIN = read_chain([each.public_bytes(Encoding.DER) for each in CERTIFICATES])
ROOTS = read_roots(published_roots.ANDROID)
NOW = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
SIGNER = bytes.fromhex("301aa3cb081134501c45f1422abc66c24224fd5ded5fdc8f17e697176fd866aa")
RULE = AndroidRule(
    "com.android.keychain", frozenset({SIGNER}), SecurityLevel.TRUSTED_ENVIRONMENT, 201807, False, frozenset(), b""
)
ASKED = Instance("any", "abc", {}, Thumbprint("any"))


def reason(check: object, *arguments: object) -> Reason:
    with pytest.raises(InvalidAttestation) as refused:
        check(*arguments)  # type: ignore[operator]  # each check is called as it is declared
    return refused.value.reason


def test_what_it_says_holds() -> None:
    android.require_certified(CHAIN, ROOTS, NOW)
    android.require_not_extended(CHAIN)
    said = description_of(CHAIN)
    android.require_asked(said, ASKED)
    android.require_made_to_sign(said)
    assert android.require_kept(said, RULE) is Grade.TRUSTED_ENVIRONMENT
    android.require_patched(said, RULE)
    assert (said.level, said.boot, said.patch_level) == (TRUSTED_ENVIRONMENT, Boot(False, 2), 201907)
    assert said.application is not None
    assert (len(said.application.packages), said.application.certificates) == (13, {SIGNER})
    assert b"com.android.keychain" in said.application.packages
    assert certified_key(CHAIN).members["crv"] == "P-256"


def test_it_does_not_hold_later_for_others_or_of_a_locked_device() -> None:
    said = description_of(CHAIN)
    later = datetime(2028, 4, 1, tzinfo=UTC).timestamp()
    assert reason(android.require_certified, CHAIN, ROOTS, later) is Reason.STATEMENT_EXPIRED
    apple = read_roots(published_roots.APPLE_APP_ATTEST)
    assert reason(android.require_certified, CHAIN, apple, NOW) is Reason.STATEMENT_ROOT_UNKNOWN
    assert reason(android.require_whole, said.boot, Grade.TRUSTED_ENVIRONMENT, RULE) is Reason.STATEMENT_BOOT
    assert reason(android.require_app, said, RULE) is Reason.STATEMENT_OF_ANOTHER_APP


def test_a_root_behind_it_is_left_out() -> None:
    """Of Google's two, the RSA one is its."""
    assert [below_root((*CHAIN, root), ROOTS) for root in ROOTS] == [CHAIN] * 2
    assert below_root(CHAIN, ROOTS) == CHAIN


def test_the_published_form_of_a_status_list_is_read() -> None:
    """The example of the page names serials in lower case hexadecimal, with and without a reason."""
    attester = serials_of(CHAIN)[1]
    listed = f'{{"entries": {{"{attester}": {{"status": "REVOKED", "reason": "KEY_COMPROMISE"}}, "c8966fcb2fbb0d7a": '
    revoked = status_list((listed + '{"status": "SUSPENDED"}}}').encode())
    assert revoked == {attester, "c8966fcb2fbb0d7a"}
    assert not revoked.isdisjoint(serials_of(CHAIN))


@pytest.mark.parametrize("part", range(3))
def test_no_byte_of_it_can_be_changed(part: int) -> None:
    for at in (300, 350, 400):
        ders = [each.public_bytes(Encoding.DER) for each in CERTIFICATES]
        ders[part] = ders[part][:at] + bytes([ders[part][at] ^ 1]) + ders[part][at + 1 :]
        with pytest.raises(InvalidAttestation):
            android.require_certified(read_chain(ders), ROOTS, NOW)
