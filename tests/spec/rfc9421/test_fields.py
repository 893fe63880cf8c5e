"""Signature-Input and Signature (RFC 9421 sections 2.3 and 4)."""

import pytest

from ostiary.http.signature import LONGEST_INPUT, LONGEST_SIGNATURE, read
from ostiary.model.errors import InvalidSignature
from ostiary.model.reasons import Reason

INPUT = b'sig1=("@method");created=1618884473;keyid="k"'
SIGNATURE = b"sig1=:YQ==:"


def refusal(signature_input: bytes, signature: bytes) -> Reason:
    assert read(INPUT, SIGNATURE).signature == b"a"
    with pytest.raises(InvalidSignature) as refused:
        read(signature_input, signature)
    return refused.value.reason


def test_2_3_every_parameter_is_read_as_its_type() -> None:
    signed = read(
        b'sig1=("@method" "date");nonce="n;,\'=";alg="ed25519";created=1;expires=0;keyid="k";tag="t"', SIGNATURE
    )
    assert (signed.created, signed.expires, signed.keyid) == (1, 0, "k")
    assert (signed.nonce, signed.tag, signed.algorithm) == ("n;,'=", "t", "ed25519")
    assert signed.parameters.startswith(b'("@method" "date");nonce=')
    assert signed.coverage.names == {b"@method", b"date"}


@pytest.mark.parametrize(
    "parameter",
    [
        b';created="1"',
        b";created",
        b';expires="1"',
        b";expires",
        b";keyid=1",
        b";keyid",
        b";nonce=1",
        b";tag=1",
        b";alg=1",
        b";alg",
        b";other",
        b';context="x"',
    ],
)
def test_2_3_other_types_and_other_parameters_are_refused(parameter: bytes) -> None:
    assert refusal(b'sig1=("@method")' + parameter, SIGNATURE) is Reason.SIGNATURE_MALFORMED


@pytest.mark.parametrize(
    ("signature_input", "signature"),
    [
        (b"", SIGNATURE),
        (INPUT, b""),
        (INPUT.replace(b"sig1", b"sig2"), SIGNATURE),
        (INPUT, SIGNATURE.replace(b"sig1", b"sig2")),
        (INPUT, b"sig1=YQ=="),
        (INPUT, SIGNATURE + b";x"),
        (b"sig1=:YQ==:", SIGNATURE),
        (INPUT, INPUT),
        (INPUT + b";" + b"keyid=", SIGNATURE),
        (INPUT.replace(b"@method", b"@method\xc3"), SIGNATURE),
    ],
)
def test_4_malformed_fields_are_refused(signature_input: bytes, signature: bytes) -> None:
    assert refusal(signature_input, signature) is Reason.SIGNATURE_MALFORMED


@pytest.mark.parametrize(
    ("signature_input", "signature"),
    [
        (INPUT + b", " + INPUT.replace(b"sig1", b"sig2"), SIGNATURE + b", " + SIGNATURE.replace(b"sig1", b"sig2")),
        (INPUT + b", " + INPUT.replace(b"sig1", b"sig2"), SIGNATURE),
        (INPUT, SIGNATURE + b", " + SIGNATURE.replace(b"sig1", b"sig2")),
    ],
)
def test_7_2_6_one_signature_is_enough(signature_input: bytes, signature: bytes) -> None:
    assert refusal(signature_input, signature) is Reason.SIGNATURE_REPEATED


def test_fields_have_a_bound() -> None:
    longest = INPUT[:-1] + b"k" * (LONGEST_INPUT - len(INPUT)) + b'"'
    assert read(longest, SIGNATURE).created == 1618884473
    assert refusal(longest[:-1] + b'k"', SIGNATURE) is Reason.SIGNATURE_MALFORMED
    assert refusal(INPUT, b"sig1=:%b:" % (b"AAAA" * (LONGEST_SIGNATURE // 4))) is Reason.SIGNATURE_MALFORMED
    assert read(INPUT, b"sig1=:%b:" % (b"AAAA" * (LONGEST_SIGNATURE // 4 - 2))).signature
