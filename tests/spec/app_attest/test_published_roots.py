"""The roots that are shipped are those that Apple and Google publish, by their fingerprints."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.keys import published_roots
from ostiary.keys.device_chain import read_roots

FINGERPRINTS = {
    published_roots.APPLE_APP_ATTEST: {"1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932"},
    published_roots.ANDROID: {
        "cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc",
        "6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0",
    },
}


@pytest.mark.parametrize("pem", FINGERPRINTS)
def test_they_are_the_published_ones_and_signed_themselves(pem: bytes) -> None:
    roots = read_roots(pem)
    assert {sha256(each.public_bytes(Encoding.DER)).hexdigest() for each in roots} == FINGERPRINTS[pem]
    for each in roots:
        each.verify_directly_issued_by(each)
