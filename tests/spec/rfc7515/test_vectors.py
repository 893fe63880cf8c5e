"""The examples of RFC 7515 appendix A and RFC 8037 appendix A."""

import pytest

from ostiary.keys import base64url
from ostiary.keys.jwk import JwkInvalid, parse_public
from ostiary.keys.jwt import verify_typed
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason

PAYLOAD = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
CLAIMS = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
NO_TYPE = frozenset({""})

RSA = {
    "kty": "RSA",
    "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ"
    "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapH"
    "g665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
    "yuXpoQ",
    "e": "AQAB",
    "alg": "RS256",
}
RS256 = (
    f"eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1d"
    "nZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwu"
    "sC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)
EC = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
ES256 = (
    f"eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
HS256 = f"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NONE = f"eyJhbGciOiJub25lIn0.{PAYLOAD}."
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
ED25519 = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)


@pytest.mark.parametrize(("jwk", "token"), [(RSA, RS256), (EC, ES256)], ids=["A.2 RS256", "A.3 ES256"])
def test_a_the_signed_examples_hold(jwk: dict[str, object], token: str) -> None:
    assert verify_typed(token, KeySet.of([parse_public(jwk)]), NO_TYPE).values == CLAIMS


@pytest.mark.parametrize(("jwk", "token"), [(RSA, ES256), (EC, RS256)], ids=["RSA key", "EC key"])
def test_a_an_example_does_not_hold_with_a_key_of_another_kind(jwk: dict[str, object], token: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        verify_typed(token, KeySet.of([parse_public(jwk)]), NO_TYPE)
    assert refused.value.reason is Reason.TOKEN_ALGORITHM


@pytest.mark.parametrize("token", [HS256, NONE], ids=["A.1 HS256", "A.5 none"])
@pytest.mark.parametrize("jwk", [RSA, EC, OKP], ids=["RSA", "EC", "OKP"])
def test_a_the_examples_without_a_private_key_never_hold(jwk: dict[str, object], token: str) -> None:
    types = frozenset({"", "jwt"})
    with pytest.raises(InvalidToken) as refused:
        verify_typed(token, KeySet.of([parse_public(jwk)]), types)
    assert refused.value.reason is Reason.TOKEN_ALGORITHM


def test_rfc8037_a_4_the_ed25519_example_holds() -> None:
    signed, signature = ED25519.rsplit(".", 1)
    key = parse_public(OKP)
    assert key.algorithms == {"EdDSA", "Ed25519"}
    key.check(base64url.decode(signature.encode()), signed.encode())


def test_a_4_a_key_of_another_curve_is_refused() -> None:
    p521 = {
        "kty": "EC",
        "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qwxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    }
    with pytest.raises(JwkInvalid):
        parse_public(p521)
