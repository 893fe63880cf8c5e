"""Public keys as clients publish them: one key, one algorithm, and nothing private (RFC 7517 section 4)."""

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import JwkInvalid, parse_public
from ostiary.keys.keyset import MOST_KEYS, KeySet

EC = dict(SigningPrivateKey.from_scalar(bytes(31) + b"\7").public.members)
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def uint(number: int) -> str:
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


N = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n
PRIMES = 962947420735983927056946215901134429196419130606213075415963491270
"""The product of the primes up to 167."""
HALF = 2**1023 + 2**1022 + 1411
"""Neither this nor what is 2 to the 512 or 520 above it has a factor below 752."""
RSA = {"kty": "RSA", "n": uint(N), "e": uint(65537), "alg": "RS256"}

ACCEPTED = {
    "EC": EC,
    "OKP": OKP,
    "RSA": RSA,
    "PSS": {**RSA, "alg": "PS256"},
    "RSA with factors that are far enough from each other": {**RSA, "n": uint(HALF * (HALF + 2**520))},
    "4.2 use": {**EC, "use": "sig"},
    "4.3 key_ops": {**EC, "key_ops": ["verify"]},
    "4.4 alg": {**EC, "alg": "ES256"},
    "4.4 Ed25519": {**OKP, "alg": "Ed25519"},
    "4.4 EdDSA": {**OKP, "alg": "EdDSA"},
    "4 members that are not known": {**EC, "x5t": "abc", "iat": 7},
}
REFUSED = {
    "4.2 use": {**EC, "use": "enc"},
    "4.3 key_ops": {**EC, "key_ops": ["sign", "verify"]},
    "4.3 key_ops empty": {**EC, "key_ops": []},
    "4.4 alg of another kind": {**EC, "alg": "RS256"},
    "4.4 alg of another curve": {**EC, "alg": "ES384"},
    "4.4 HMAC with an EC key": {**EC, "alg": "HS256"},
    "RSA without alg": {name: value for name, value in RSA.items() if name != "alg"},
    "RSA for HMAC": {**RSA, "alg": "HS256"},
    "RSA for encryption": {**RSA, "alg": "RSA-OAEP"},
    "9.2 private EC": {**EC, "d": base64url.encode(bytes(31) + b"\7")},
    "9.2 private RSA": {**RSA, "d": "AQAB"},
    "9.2 prime": {**RSA, "p": "AQAB"},
    "symmetric": {"kty": "oct", "k": base64url.encode(bytes(32)), "alg": "HS256"},
    "symmetric in disguise": {**EC, "k": "AA"},
    "no kty": {name: value for name, value in EC.items() if name != "kty"},
    "kty of another spelling": {**EC, "kty": "ec"},
    "unknown kty": {**EC, "kty": "AKP"},
    "another curve": {**EC, "crv": "P-384"},
    "X25519": {**OKP, "crv": "X25519"},
    "off the curve": {**EC, "y": EC["x"]},
    "at infinity": {**EC, "x": base64url.encode(bytes(32)), "y": base64url.encode(bytes(32))},
    "a coordinate over the field": {**EC, "x": base64url.encode(b"\xff" * 32)},
    "a short coordinate": {**EC, "x": base64url.encode(base64url.decode(EC["x"].encode())[1:])},
    "a long coordinate": {**EC, "x": base64url.encode(b"\0" + base64url.decode(EC["x"].encode()))},
    "a padded coordinate": {**EC, "x": EC["x"] + "="},
    "a coordinate that is a number": {**EC, "x": 7},
    "a missing coordinate": {name: value for name, value in EC.items() if name != "y"},
    "1024 bits": {**RSA, "n": uint(N >> 1024 | 1)},
    "2047 bits": {**RSA, "n": uint(N >> 1 | 1)},
    "16384 bits": {**RSA, "n": uint(1 << 16383 | 1)},
    "exponent 3": {**RSA, "e": uint(3)},
    "exponent 1": {**RSA, "e": uint(1)},
    "an even exponent": {**RSA, "e": uint(65538)},
    "a huge exponent": {**RSA, "e": uint(1 << 64 | 1)},
    "a leading zero": {**RSA, "n": base64url.encode(b"\0" + N.to_bytes(256, "big"))},
    "CVE-2017-15361": {**RSA, "n": uint(N - N % PRIMES + pow(65537, 1234, PRIMES))},
    "an even modulus": {**RSA, "n": uint(N - 1)},
    "a factor of 751": {**RSA, "n": uint(N - N % 1502 + 751)},
    "a square": {**RSA, "n": uint(HALF**2)},
    "near factors": {**RSA, "n": uint(HALF * (HALF + 2**512))},
    "an empty modulus": {**RSA, "n": ""},
    "an empty kid": {**EC, "kid": ""},
    "a kid that is a number": {**EC, "kid": 7},
}


@pytest.mark.parametrize("jwk", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_4_a_public_key_for_signatures_is_read(jwk: dict[str, object]) -> None:
    key = parse_public(jwk)
    assert "alg" not in jwk or key.algorithms == {jwk["alg"]}
    assert parse_public(key.to_jwk()).id == key.id


@pytest.mark.parametrize("jwk", REFUSED.values(), ids=REFUSED.keys())
def test_4_any_other_key_is_refused(jwk: dict[str, object]) -> None:
    with pytest.raises(JwkInvalid) as refused:
        parse_public(jwk)
    assert EC["x"] not in str(refused.value)


def test_5_a_set_of_keys_is_read_and_written() -> None:
    text = orjson.dumps({"keys": [EC, OKP, RSA]}).decode()
    keys = KeySet.from_jwks(text)
    assert len(keys.keys) == 3
    assert KeySet.from_jwks(keys.to_jwks()).keys.keys() == keys.keys.keys()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys":{}}',
        '{"keys":[]}',
        '{"keys":[7]}',
        '{"keys":[],"keys":[]}',
        orjson.dumps({"keys": [EC, EC]}).decode(),
        orjson.dumps({"keys": [{**EC, "kid": "a"}, {**OKP, "kid": "a"}]}).decode(),
        orjson.dumps({"keys": [EC, {**OKP, "use": "enc"}]}).decode(),
        orjson.dumps({"keys": [{**EC, "kid": str(number)} for number in range(MOST_KEYS + 1)]}).decode(),
        '{"keys":["\udc80"]}',
    ],
)
def test_5_a_set_that_is_not_only_usable_keys_is_refused(text: str) -> None:
    with pytest.raises(JwkInvalid):
        KeySet.from_jwks(text)


def test_4_5_without_kid_two_keys_of_one_algorithm_leave_none() -> None:
    one, other = SigningPrivateKey.generate().public, SigningPrivateKey.generate().public
    keys = KeySet.of([one, other])
    assert keys.select(None, "ES256") is None
    assert keys.select(one.id, "ES256") is one
    assert KeySet.of([one]).select(None, "ES256") is one
    assert keys.select(one.id, "RS256") is None


def test_9_2_what_is_published_is_public() -> None:
    private = SigningPrivateKey(ec.generate_private_key(ec.SECP256R1()))
    assert set(private.public.to_jwk()) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert base64url.encode(private.scalar()) not in KeySet.of([private.public]).to_jwks()
    assert base64url.encode(private.scalar()) not in repr(private) + repr(private.public)
