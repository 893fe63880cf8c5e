"""Tokens of any bytes before everything that reads tokens: `make fuzz`, and briefly in the tests.

Nothing is believed that the key did not sign, and nothing but the known refusal comes out.
"""

from typing import Final

from ostiary.issuer.id_token_hint import require_own_id_token
from ostiary.issuer.presented import is_jwt, read_signed
from ostiary.keys import jwt
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidRequest, InvalidToken

from .endless import fuzz

ISSUER: Final = "https://door.example"
KEY: Final = SigningPrivateKey.generate()
KEYS: Final = KeySet({KEY.id: KEY.public})
CLAIMS: Final = {"iss": ISSUER, "sub": "ada", "aud": "x", "client_id": "c", "jti": "j", "iat": 1, "exp": 2**31}
GOOD: Final = jwt.sign({**CLAIMS, "scope": "things"}, KEY, "at+jwt").encode()
SEEDS: Final = (
    GOOD,
    b"eyJhbGciOiJub25lIn0.e30.",
    b"eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.AAAA",
    b"a.b.c.d.e",
    b"..",
)

KEY_SET_SEEDS: Final = (KEYS.to_jwks().encode(), b'{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}', b"[]")


def token(data: bytes) -> None:
    """A bearer token at the gateway; as text at the issuer."""
    try:
        claims = jwt.verify(data, KEYS, "at+jwt")
    except InvalidToken:
        pass
    else:
        assert data == GOOD, data
        assert claims.text("sub") == "ada"
    text = data.decode("latin-1")
    if is_jwt(text):
        read_signed(text, KEYS, ISSUER, 1.0)
    try:
        require_own_id_token(text, KEYS, ISSUER)
    except InvalidRequest:
        return
    raise AssertionError(data)


def key_set(data: bytes) -> None:
    """A client's key set, as a contract holds it."""
    try:
        KeySet.from_jwks(data.decode("utf-8", "replace"))
    except JwkInvalid:
        return


if __name__ == "__main__":
    fuzz(token, key_set)
