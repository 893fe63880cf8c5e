"""Proof Key for Code Exchange (RFC 7636)."""

import pytest

from ostiary.issuer.pkce import challenge_of, read_verifier, require_challenge, require_verifier
from ostiary.model.errors import InvalidGrant, InvalidRequest
from ostiary.model.reasons import Reason

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_appendix_b_the_published_example() -> None:
    assert challenge_of(VERIFIER) == CHALLENGE
    require_verifier(VERIFIER, CHALLENGE)


@pytest.mark.parametrize("verifier", ["A" * 43, "z" * 128, "-._~" * 11, VERIFIER])
def test_4_1_a_verifier_has_43_to_128_unreserved_characters(verifier: str) -> None:
    assert read_verifier(verifier) == verifier


@pytest.mark.parametrize(
    "verifier", ["", "A" * 42, "A" * 129, "A" * 42 + "+", "A" * 42 + "é", "A" * 43 + "\n", " " * 43]
)
def test_4_1_any_other_verifier_is_malformed(verifier: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_verifier(verifier)
    assert refused.value.reason is Reason.PARAMETER_INVALID


def test_4_3_a_challenge_says_s256() -> None:
    assert require_challenge(CHALLENGE, "S256") == CHALLENGE


@pytest.mark.parametrize(
    ("challenge", "method"),
    [(CHALLENGE, "plain"), (CHALLENGE, None), (CHALLENGE, "s256"), (None, "S256"), (None, None)],
)
def test_4_3_plain_or_nothing_is_a_downgrade(challenge: str | None, method: str | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        require_challenge(challenge, method)
    assert refused.value.reason is Reason.PKCE_MISSING


@pytest.mark.parametrize("challenge", ["", "a", CHALLENGE + "=", CHALLENGE + "A", CHALLENGE[:-1] + "+", VERIFIER + " "])
def test_4_2_a_challenge_is_a_sha_256_in_base64url(challenge: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        require_challenge(challenge, "S256")
    assert refused.value.reason is Reason.PARAMETER_INVALID


@pytest.mark.parametrize("verifier", [CHALLENGE, VERIFIER.lower(), VERIFIER[:-1] + "l", VERIFIER + "A", "A" * 43])
def test_4_6_another_verifier_opens_nothing(verifier: str) -> None:
    """The first is the challenge itself, as `plain` would have it."""
    with pytest.raises(InvalidGrant) as refused:
        require_verifier(verifier, CHALLENGE)
    assert refused.value.reason is Reason.CODE_VERIFIER_MISMATCH
