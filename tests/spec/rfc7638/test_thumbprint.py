"""The name of a key is the hash of what makes it (RFC 7638)."""

import pytest

from ostiary.keys.jwk import parse_public, thumbprint

EXAMPLE = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
    "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6q"
    "MQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
    "nqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


@pytest.mark.parametrize(
    ("jwk", "expected"),
    [
        (EXAMPLE, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (OKP, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ],
    ids=["3.1", "RFC 8037 A.3"],
)
def test_3_1_the_published_examples(jwk: dict[str, str], expected: str) -> None:
    assert thumbprint(parse_public(jwk).members) == expected


def test_3_2_only_required_members_count() -> None:
    bare = {name: value for name, value in EXAMPLE.items() if name != "kid"}
    assert parse_public(bare).id == thumbprint(parse_public(EXAMPLE).members)
    assert parse_public({**bare, "use": "sig"}).id == parse_public(bare).id
    assert parse_public(EXAMPLE).id == "2011-04-29"
