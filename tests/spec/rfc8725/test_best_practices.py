"""What has gone wrong with JWTs elsewhere (RFC 8725)."""

import hmac

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt as peer
from joserfc.jwk import ECKey

from by_hand import CLAIMS, HEADER, KEY, KEYS, TYPE, compact, header_with
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import parse_public
from ostiary.keys.jwt import sign, verify, verify_typed
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason

RSA = rsa.generate_private_key(65537, 2048)
N = base64url.encode(RSA.public_key().public_numbers().n.to_bytes(256, "big"))
RSA_JWK = {"kty": "RSA", "n": N, "e": "AQAB", "alg": "RS256", "kid": "r"}
RSA_KEYS = KeySet.of([parse_public(RSA_JWK)])


def rs256(signed: bytes) -> bytes:
    return RSA.sign(signed, padding.PKCS1v15(), SHA256())


def test_2_1_an_rsa_key_is_no_hmac_secret() -> None:
    """Algorithm confusion: the attacker signs with the public key as an HMAC secret, in every form it is published."""
    assert verify(compact(header_with(alg="RS256", kid="r"), sign=rs256), RSA_KEYS, TYPE).values == CLAIMS
    public = RSA.public_key()
    published = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        orjson.dumps(RSA_JWK),
        base64url.decode(N.encode()),
        b"",
    ]
    for secret in published:
        for alg in ("HS256", "HS384", "HS512"):
            forged = compact(header_with(alg=alg, kid="r"), sign=lambda data, s=secret: hmac.digest(s, data, "sha256"))
            with pytest.raises(InvalidToken) as refused:
                verify(forged, RSA_KEYS, TYPE)
            assert refused.value.reason is Reason.TOKEN_ALGORITHM


def test_3_1_a_key_for_one_rsa_padding_does_not_verify_the_other() -> None:
    def ps256(signed: bytes) -> bytes:
        return RSA.sign(signed, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())

    pss = KeySet.of([parse_public({**RSA_JWK, "alg": "PS256"})])
    assert verify(compact(header_with(alg="PS256", kid="r"), sign=ps256), pss, TYPE).values == CLAIMS
    for keys, alg, signature in ((RSA_KEYS, "PS256", ps256), (pss, "RS256", rs256)):
        with pytest.raises(InvalidToken) as refused:
            verify(compact(header_with(alg=alg, kid="r"), sign=signature), keys, TYPE)
        assert refused.value.reason is Reason.TOKEN_ALGORITHM


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", [b"", b"x"])
def test_3_2_none_is_no_algorithm(alg: str, signature: bytes) -> None:
    with pytest.raises(InvalidToken) as refused:
        verify(compact(header_with(alg=alg), sign=lambda _: signature), KEYS, TYPE)
    assert refused.value.reason is Reason.TOKEN_ALGORITHM


def test_3_3_every_operation_is_validated_so_one_changed_part_ends_it() -> None:
    head, body, signature = compact().split(".")
    other_head, other_body, other_signature = compact(header_with(also=1), {**CLAIMS, "sub": "eve"}).split(".")
    for forged in (
        f"{other_head}.{body}.{signature}",
        f"{head}.{other_body}.{signature}",
        f"{head}.{body}.{other_signature}",
    ):
        with pytest.raises(InvalidToken) as refused:
            verify(forged, KEYS, TYPE)
        assert refused.value.reason is Reason.TOKEN_SIGNATURE


def test_3_8_a_key_that_is_not_in_the_set_proves_nothing() -> None:
    stranger = SigningPrivateKey.generate()
    for header in (HEADER, header_with(kid=stranger.id)):
        with pytest.raises(InvalidToken) as refused:
            verify(compact(header, sign=stranger.sign), KEYS, TYPE)
        assert refused.value.reason in {Reason.TOKEN_SIGNATURE, Reason.TOKEN_ALGORITHM}


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_3_10_a_stranger_cannot_bring_a_key(member: str) -> None:
    stranger = SigningPrivateKey.generate()
    brought = stranger.public.to_jwk() if member == "jwk" else "https://evil.example/keys"
    with pytest.raises(InvalidToken) as refused:
        verify(compact(header_with(kid=stranger.id, **{member: brought}), sign=stranger.sign), KEYS, TYPE)
    assert refused.value.reason is Reason.TOKEN_ALGORITHM


@pytest.mark.parametrize("kid", ["../../dev/null", "' OR 1=1 --", "/proc/self/environ", "\x00", "a" * 4000])
def test_3_10_a_kid_is_only_ever_a_name(kid: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        verify(compact(header_with(kid=kid)), KEYS, TYPE)
    assert refused.value.reason is Reason.TOKEN_ALGORITHM


def test_3_11_a_token_of_another_type_is_never_taken_for_this_one() -> None:
    types = ["at+jwt", "JWT", "ostiary-identity+jwt", "client-authentication+jwt", "logout+jwt", "dpop+jwt"]
    for made in types:
        token = sign(CLAIMS, KEY, made)
        assert verify(token, KEYS, made).values == CLAIMS
        for wanted in set(types) - {made}:
            with pytest.raises(InvalidToken) as refused:
                verify(token, KEYS, wanted)
            assert refused.value.reason is Reason.TOKEN_MALFORMED


def test_nested_tokens_are_not_opened() -> None:
    inner = compact()
    with pytest.raises(InvalidToken) as refused:
        verify_typed(compact(header_with(cty="JWT"), inner.encode()), KEYS, frozenset({TYPE}))
    assert refused.value.reason is Reason.TOKEN_MALFORMED


def test_a_peer_reads_what_we_sign_and_we_read_what_it_signs() -> None:
    theirs = ECKey.import_key(KEY.public.to_jwk())
    assert peer.decode(sign(CLAIMS, KEY, TYPE), theirs, algorithms=["ES256"]).claims == CLAIMS
    private = ECKey.import_key({**KEY.public.to_jwk(), "d": base64url.encode(KEY.scalar())})
    assert verify(peer.encode(dict(HEADER), dict(CLAIMS), private), KEYS, TYPE).values == CLAIMS
    assert private.thumbprint() == KEY.id
