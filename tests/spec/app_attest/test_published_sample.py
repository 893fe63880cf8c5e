"""Apple's own sample of an attestation object, from its "Attestation Object Validation Guide" of 2026, and Apple's
root. Its receipt is left out, which is not read here.

The sample is of the app 1234567890.com.example.myapp; in place of the digest of what was asked it has the text
`example_server_challenge` itself.
"""

from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from ostiary.contract.model import AppleRule
from ostiary.issuer import apple_statement as apple
from ostiary.issuer.attested_keys import Grade
from ostiary.issuer.statement import AppleStatement, Instance
from ostiary.keys import published_roots
from ostiary.keys.app_attest import attestation_of
from ostiary.keys.device_chain import read_roots
from ostiary.model.errors import InvalidAttestation
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason

SAMPLE = b64decode((Path(__file__).parent / "published_sample.b64").read_text())
KEY_ID = b64decode("zgSY9YSD+7TaDXssY6WlOPVS1K3Lmk+pFhlcSWE+ZV0=")
ROOTS = read_roots(published_roots.APPLE_APP_ATTEST)
RULE = AppleRule("1234567890.com.example.myapp", False, published_roots.APPLE_APP_ATTEST)
NOW = datetime(2026, 4, 21, 12, tzinfo=UTC).timestamp()
INSTANCE = Instance("any", "any", {}, Thumbprint("any"))


def reason(check: object, *arguments: object) -> Reason:
    with pytest.raises(InvalidAttestation) as refused:
        check(*arguments)  # type: ignore[operator]  # each check is called as it is declared
    return refused.value.reason


def test_it_holds() -> None:
    sample = attestation_of(SAMPLE)
    apple.require_certified(sample, ROOTS, NOW)
    assert sample.nonce == sha256(sample.data.raw + b"example_server_challenge").digest()
    apple.require_one_key(sample, AppleStatement(INSTANCE, KEY_ID, SAMPLE, True))
    apple.require_app(sample.data, RULE)
    apple.require_unused(sample.data)
    assert apple.require_environment(sample, RULE) is Grade.PRODUCTION
    apple.require_release(sample.data, RULE)


def test_it_does_not_hold_later_or_for_others() -> None:
    sample = attestation_of(SAMPLE)
    assert reason(apple.require_certified, sample, ROOTS, NOW + 3 * 86400) is Reason.STATEMENT_EXPIRED
    google = read_roots(published_roots.ANDROID)
    assert reason(apple.require_certified, sample, google, NOW) is Reason.STATEMENT_ROOT_UNKNOWN
    assert reason(apple.require_asked, sample, INSTANCE) is Reason.STATEMENT_NOT_ASKED
    other = AppleRule("1234567890.com.example.other", False, b"")
    assert reason(apple.require_app, sample.data, other) is Reason.STATEMENT_OF_ANOTHER_APP


@pytest.mark.parametrize("at", [100, 1300, len(SAMPLE) - 180])
def test_no_byte_of_it_can_be_changed(at: int) -> None:
    """In the device's certificate, in the one above it, in the statement."""
    changed = SAMPLE[:at] + bytes([SAMPLE[at] ^ 1]) + SAMPLE[at + 1 :]
    try:
        sample = attestation_of(changed)
        apple.require_certified(sample, ROOTS, NOW)
    except InvalidAttestation:
        return
    assert sample.nonce != sha256(sample.data.raw + b"example_server_challenge").digest()
