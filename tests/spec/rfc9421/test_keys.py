"""A key has one algorithm, and the message does not choose it (RFC 9421 sections 3.2, 7.3.4 and 7.3.6)."""

import json
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.message_signature import MessageKey, from_jwks, parse, shared
from ostiary.model.errors import InvalidSignature
from ostiary.model.reasons import Reason
from signed_world import PrivateKey, jwk_of, sign

BASE = b'"@signature-params": ()'
SECRET = bytes(range(64))
PRIVATE: Mapping[str, PrivateKey] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa-p256-sha256": ec.generate_private_key(ec.SECP256R1()),
    "rsa-pss-sha512": rsa.generate_private_key(65537, 2048),
    "hmac-sha256": SECRET,
}


def key_of(private: PrivateKey) -> MessageKey:
    return shared("k", (private,)) if isinstance(private, bytes) else parse(jwk_of(private))


def refusal(key: MessageKey, signature: bytes, algorithm: str | None = None) -> Reason:
    with pytest.raises(InvalidSignature) as refused:
        key.require(signature, BASE, algorithm)
    return refused.value.reason


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_3_3_each_algorithm(algorithm: str) -> None:
    private = PRIVATE[algorithm]
    key, made = key_of(private), sign(private, BASE)
    assert key.algorithm == algorithm
    key.require(made, BASE, None)
    key.require(made, BASE, algorithm)
    for wrong in (b"", made[:-1], made + b"\0", bytes(len(made)), bytes((made[0] ^ 1,)) + made[1:]):
        assert refusal(key, wrong) is Reason.SIGNATURE_WRONG


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_3_2_an_alg_that_is_not_the_keys_is_refused(algorithm: str) -> None:
    key, made = key_of(PRIVATE[algorithm]), sign(PRIVATE[algorithm], BASE)
    key.require(made, BASE, algorithm)
    for other in {*PRIVATE, "none", "", "rsa-v1_5-sha256", algorithm.upper()} - {algorithm}:
        assert refusal(key, made, other) is Reason.SIGNATURE_ALGORITHM


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_7_3_4_no_key_takes_the_signature_of_another_algorithm(algorithm: str) -> None:
    key = key_of(PRIVATE[algorithm])
    for other in PRIVATE.keys() - {algorithm}:
        assert refusal(key, sign(PRIVATE[other], BASE)) is Reason.SIGNATURE_WRONG


def test_7_3_6_a_public_key_is_no_secret() -> None:
    """HMAC with the bytes of a public key that everybody knows."""
    private = ed25519.Ed25519PrivateKey.generate()
    key = key_of(private)
    key.require(sign(private, BASE), BASE, None)
    public = private.public_key().public_bytes_raw()
    assert refusal(key, sign(public, BASE)) is Reason.SIGNATURE_WRONG
    assert refusal(key, sign(public, BASE), "hmac-sha256") is Reason.SIGNATURE_ALGORITHM


def test_3_3_1_other_paddings_and_salts_are_refused() -> None:
    private = PRIVATE["rsa-pss-sha512"]
    assert isinstance(private, rsa.RSAPrivateKey)
    key = key_of(private)
    key.require(sign(private, BASE), BASE, None)
    for pad, hashed in (
        (padding.PSS(padding.MGF1(SHA512()), salt_length=32), SHA512()),
        (padding.PSS(padding.MGF1(SHA256()), salt_length=64), SHA512()),
        (padding.PSS(padding.MGF1(SHA256()), salt_length=32), SHA256()),
        (padding.PKCS1v15(), SHA512()),
    ):
        assert refusal(key, private.sign(BASE, pad, hashed)) is Reason.SIGNATURE_WRONG


def test_3_3_3_two_secrets_hold_while_one_takes_the_place_of_the_other() -> None:
    both, old, new = shared("k", (SECRET, b"n" * 32)), sign(SECRET, BASE), sign(b"n" * 32, BASE)
    both.require(old, BASE, None)
    both.require(new, BASE, None)
    assert refusal(shared("k", (b"n" * 32,)), old) is Reason.SIGNATURE_WRONG


def test_1_4_keys_are_found_by_their_kid_or_thumbprint() -> None:
    listed = [{**jwk_of(private), "kid": name} for name, private in PRIVATE.items() if not isinstance(private, bytes)]
    assert [key.id for key in from_jwks(json.dumps({"keys": listed}))] == list(PRIVATE)[:3]
    assert len(parse(jwk_of(PRIVATE["ed25519"])).id) == 43
    with pytest.raises(JwkInvalid):
        from_jwks(json.dumps({"keys": [{**one, "kid": "same"} for one in listed]}))


@pytest.mark.parametrize("stated", [{}, {"alg": "EdDSA"}, {"alg": "Ed25519"}], ids=str)
def test_3_3_6_the_alg_of_a_jwk_is_not_the_one_that_signatures_state(stated: dict[str, str]) -> None:
    private = PRIVATE["ed25519"]
    key, made = parse(jwk_of(private) | stated), sign(private, BASE)
    key.require(made, BASE, "ed25519")
    for name in ("EdDSA", "Ed25519"):
        assert refusal(key, made, name) is Reason.SIGNATURE_ALGORITHM
    with pytest.raises(JwkInvalid):
        parse(jwk_of(private) | {"alg": "ES256"})


@pytest.mark.parametrize(
    "change",
    [{"alg": "RS256"}, {"alg": "PS256"}, {"alg": ""}, {"use": "enc"}, {"d": "AQAB"}, {"n": "AQAB"}, {"kty": "oct"}],
    ids=str,
)
def test_3_3_keys_for_something_else_are_refused(change: dict[str, str]) -> None:
    jwk = jwk_of(PRIVATE["rsa-pss-sha512"])
    assert parse(jwk).algorithm == "rsa-pss-sha512"
    with pytest.raises(JwkInvalid):
        parse({**jwk, **change})


def test_3_3_a_symmetric_key_in_a_jwk_set_is_refused() -> None:
    with pytest.raises(JwkInvalid):
        parse({"kty": "oct", "k": "c2VjcmV0"})
