"""Compact tokens in any form but the one (RFC 7515 sections 2, 4.1 and 7.1)."""

import pytest

from by_hand import CLAIMS, KEY, KEYS, TYPE, compact, header_with, header_without
from ostiary.keys import base64url
from ostiary.keys.jwt import MOST_BYTES, sign, verify
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason

GOOD = compact()
HEAD, BODY, SIGNATURE = GOOD.split(".")


def reason_for(token: str | bytes) -> Reason:
    with pytest.raises(InvalidToken) as refused:
        verify(token, KEYS, TYPE)
    return refused.value.reason


def test_a_token_made_by_hand_holds_as_one_made_by_sign_does() -> None:
    assert verify(GOOD, KEYS, TYPE).values == CLAIMS
    assert verify(sign(CLAIMS, KEY, TYPE), KEYS, TYPE).values == CLAIMS
    assert verify(GOOD.encode(), KEYS, TYPE).values == CLAIMS


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        HEAD,
        f"{HEAD}.{BODY}",
        f"{HEAD}.{BODY}.{SIGNATURE}.",
        f"{HEAD}.{BODY}.{SIGNATURE}.{SIGNATURE}.{SIGNATURE}",
        f".{HEAD}.{BODY}.{SIGNATURE}",
        f'{{"protected":"{HEAD}","payload":"{BODY}","signature":"{SIGNATURE}"}}',
        f"Bearer {GOOD}",
        GOOD.replace(".", "\N{FULLWIDTH FULL STOP}"),
    ],
    ids=lambda token: f"{token.count('.')} dots in {len(token)}",
)
def test_7_1_three_parts_and_no_other_number_of_them(token: str) -> None:
    assert reason_for(token) is Reason.TOKEN_MALFORMED


@pytest.mark.parametrize(
    "changed",
    [
        lambda part: part + "=",
        lambda part: part + "==",
        lambda part: part + "\n",
        lambda part: " " + part,
        lambda part: part[:5] + "\r\n" + part[5:],
        lambda part: part[:5] + " " + part[5:],
        lambda part: part[:5] + "+" + part[6:],
        lambda part: part[:5] + "/" + part[6:],
        lambda part: part[:5] + "\x00" + part[5:],
        lambda part: part[:5] + "é" + part[5:],
        lambda part: part + "A",
    ],
    ids=["padding", "padding2", "newline", "space before", "folded", "space", "plus", "slash", "nul", "letter", "more"],
)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_2_base64url_has_one_spelling(which: int, changed) -> None:  # type: ignore[no-untyped-def]  # a lambda
    parts = [HEAD, BODY, SIGNATURE]
    parts[which] = changed(parts[which])
    assert reason_for(".".join(parts)) in {Reason.TOKEN_MALFORMED, Reason.TOKEN_SIGNATURE}


def test_2_bits_that_no_byte_needs_have_to_be_zero() -> None:
    """The signature's 86th character carries two bits of its last byte and four of nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(SIGNATURE[-1])
    spellings = [SIGNATURE[:-1] + alphabet[last + bits] for bits in range(16)]
    assert spellings[0] == SIGNATURE
    assert verify(f"{HEAD}.{BODY}.{spellings[0]}", KEYS, TYPE).values == CLAIMS
    for other in spellings[1:]:
        assert reason_for(f"{HEAD}.{BODY}.{other}") is Reason.TOKEN_MALFORMED


@pytest.mark.parametrize("text", [b"", b"QQ", b"QUI", b"QUJD"])
def test_2_canonical_base64url_decodes_and_encodes_again(text: bytes) -> None:
    assert base64url.encode(base64url.decode(text)).encode() == text


@pytest.mark.parametrize("text", [b"Q", b"QR", b"QUJ", b"QQ==", b"Q Q", b"QUJD\n", b"Q+Q", b"Q/Q", b"=", b"QUJDQ"])
def test_2_any_other_base64url_is_refused(text: bytes) -> None:
    with pytest.raises(base64url.NotBase64url):
        base64url.decode(text)


@pytest.mark.parametrize(
    "header",
    [
        header_with(crit=["exp"]),
        header_with(crit=[]),
        header_with(crit=["b64"], b64=False),
        header_with(b64=False),
        header_with(b64=True),
        header_with(kid=None) | {"crit": None},
    ],
)
def test_4_1_11_no_extension_is_understood(header: dict[str, object]) -> None:
    assert reason_for(compact(header)) is Reason.TOKEN_MALFORMED


@pytest.mark.parametrize("member", ["jku", "jwk", "x5u", "x5c"])
def test_4_1_a_token_does_not_bring_its_key(member: str) -> None:
    """Even where the key that it brings is ours."""
    brought = {"jwk": KEY.public.to_jwk(), "jku": "https://localhost:8443/oauth/jwks"}.get(member, "https://a.example")
    assert reason_for(compact(header_with(**{member: brought}))) is Reason.TOKEN_ALGORITHM


def test_4_1_a_member_without_meaning_is_ignored() -> None:
    assert verify(compact(header_with(also="this")), KEYS, TYPE).values == CLAIMS


@pytest.mark.parametrize(
    "alg", [None, 256, ["ES256"], "", "es256", "ES384", "ES256K", "none", "None", "HS256", "RS256"]
)
def test_4_1_1_the_algorithm_is_the_one_of_the_key(alg: object) -> None:
    assert reason_for(compact(header_with(alg=alg))) is Reason.TOKEN_ALGORITHM


def test_4_1_1_without_an_algorithm_nothing_holds() -> None:
    assert reason_for(compact(header_without("alg"))) is Reason.TOKEN_ALGORITHM


@pytest.mark.parametrize("kid", ["other", "", 7, ["a"], {"a": 1}])
def test_4_1_4_the_key_is_the_one_that_kid_names(kid: object) -> None:
    assert reason_for(compact(header_with(kid=kid))) is Reason.TOKEN_ALGORITHM


def test_4_1_4_without_kid_the_only_key_of_the_algorithm_is_meant() -> None:
    assert verify(compact(header_without("kid")), KEYS, TYPE).values == CLAIMS


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
def test_4_1_9_a_type_compares_without_case_and_prefix(typ: str) -> None:
    assert verify(compact(header_with(typ=typ)), KEYS, TYPE).values == CLAIMS


@pytest.mark.parametrize("typ", ["JWT", "", "at", "application/application/at+jwt", "at+jwt ", 1, None, ["at+jwt"]])
def test_4_1_9_another_type_is_another_token(typ: object) -> None:
    assert reason_for(compact(header_with(typ=typ))) is Reason.TOKEN_MALFORMED


def test_4_1_9_a_token_without_a_type_is_none_of_ours() -> None:
    assert reason_for(compact(header_without("typ"))) is Reason.TOKEN_MALFORMED


def test_a_token_at_the_bound_holds_and_one_beyond_it_is_not_read() -> None:
    filler = MOST_BYTES
    while len(compact(payload={**CLAIMS, "filler": "x" * filler})) > MOST_BYTES:
        filler -= 1
    longest = compact(payload={**CLAIMS, "filler": "x" * filler})
    assert len(longest) > MOST_BYTES - 4
    assert verify(longest, KEYS, TYPE).text("sub") == "ada"
    assert reason_for(compact(payload={**CLAIMS, "filler": "x" * (filler + 4)})) is Reason.TOKEN_MALFORMED


def test_7_1_only_the_dot_between_the_parts_is_signed() -> None:
    assert reason_for(compact(between=b"!").replace("!", ".")) is Reason.TOKEN_SIGNATURE
