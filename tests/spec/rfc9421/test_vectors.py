"""The keys, messages and signatures of RFC 9421 appendix B."""

import base64

import pytest

from ostiary.http.digest import ContentDigest
from ostiary.http.signature import read
from ostiary.http.signature_base import site_of
from ostiary.keys.message_signature import MessageKey, parse, shared
from ostiary.model.errors import BadRequest, InvalidSignature
from ostiary.model.reasons import Reason
from signed_world import head_of

RSA_PSS = parse(
    {
        "kty": "RSA",
        "kid": "test-key-rsa-pss",
        "alg": "PS512",
        "e": "AQAB",
        "n": "r4tmm3r20Wd_PbqvP1s2-QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct-Lh1GH45x28Rw3Ry53mm-oAXjyQ86OnDkZ5N8lYbg"
        "gD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL-Wokqltd11nqqzi-bJ9cvSKADYdUAAN5WUtzdpiy6"
        "LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d-nb4bnNkQVklLQ3fVAvJm-xdDOp9LCNCN48V2pnDOkFV6-U9n"
        "V5oyc6XI2w",
    }
)
ECC_P256 = parse(
    {
        "kty": "EC",
        "kid": "test-key-ecc-p256",
        "crv": "P-256",
        "x": "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
        "y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
    }
)
ED25519 = parse(
    {
        "kty": "OKP",
        "kid": "test-key-ed25519",
        "crv": "Ed25519",
        "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
    }
)
SHARED = shared(
    "test-shared-secret",
    (base64.b64decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="),),
)

DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
REQUEST = (
    "POST /foo?param=Value&Pet=dog HTTP/1.1\r\n"
    "Host: example.com\r\n"
    "Date: Tue, 20 Apr 2021 02:07:55 GMT\r\n"
    "Content-Type: application/json\r\n"
    f"Content-Digest: {DIGEST}\r\n"
    "Content-Length: 18"
).encode()
CERT = (
    ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0"
    "ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaU"
    "gmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAW"
    "gBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1w"
    "bGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBV"
    "oU4hBVZ1yhk=:"
)
PROXIED = (
    "POST /foo?param=Value&Pet=dog HTTP/1.1\r\n"
    "Host: service.internal.example\r\n"
    "Date: Tue, 20 Apr 2021 02:07:55 GMT\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 18\r\n"
    f"Client-Cert: {CERT}"
).encode()

INPUT_21 = 'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'
INPUT_22 = (
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss"'
    ';tag="header-example"'
)
INPUT_23 = (
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
    ';created=1618884473;keyid="test-key-rsa-pss"'
)
INPUT_25 = 'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
INPUT_26 = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473'
    ';keyid="test-key-ed25519"'
)
INPUT_3 = 'ttrp=("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"'
SIGNATURE_21 = (
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52"
    "eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA"
    "4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q"
    "=="
)
SIGNATURE_22 = (
    "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8r"
    "tAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZ"
    "UJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw"
    "=="
)
SIGNATURE_23 = (
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN"
    "0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipw"
    "vKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA"
    "=="
)
SIGNATURE_24 = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
SIGNATURE_25 = "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="
SIGNATURE_26 = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
SIGNATURE_3 = "xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw=="


def verify(origin: str, raw: bytes, key: MessageKey, signature_input: str, signature: str) -> None:
    label = signature_input.partition("=")[0]
    signed = read(signature_input.encode(), f"{label}=:{signature}:".encode())
    assert signed.keyid == key.id
    base = signed.coverage.base(head_of(origin, raw), site_of(origin), signed.parameters)
    key.require(signed.signature, base, signed.algorithm)


REQUESTS = [
    pytest.param(RSA_PSS, INPUT_21, SIGNATURE_21, id="B.2.1"),
    pytest.param(RSA_PSS, INPUT_22, SIGNATURE_22, id="B.2.2"),
    pytest.param(RSA_PSS, INPUT_23, SIGNATURE_23, id="B.2.3"),
    pytest.param(SHARED, INPUT_25, SIGNATURE_25, id="B.2.5"),
    pytest.param(ED25519, INPUT_26, SIGNATURE_26, id="B.2.6"),
]


@pytest.mark.parametrize(("key", "signature_input", "signature"), REQUESTS)
def test_b_2_the_signatures_of_the_test_request_hold(key: MessageKey, signature_input: str, signature: str) -> None:
    verify("https://example.com", REQUEST, key, signature_input, signature)


@pytest.mark.parametrize(("key", "signature_input", "signature"), REQUESTS)
def test_b_2_they_hold_for_nothing_else(key: MessageKey, signature_input: str, signature: str) -> None:
    later = signature_input.replace("1618884473", "1618884474")
    changed = signature.replace(signature[0], "A" if signature[0] != "A" else "B", 1)
    for stated, made in ((later, signature), (signature_input, changed)):
        with pytest.raises(InvalidSignature) as refused:
            verify("https://example.com", REQUEST, key, stated, made)
        assert refused.value.reason is Reason.SIGNATURE_WRONG


@pytest.mark.parametrize(
    ("signature_input", "signature", "before", "after"),
    [
        (INPUT_22, SIGNATURE_22, b"Pet=dog", b"Pet=cat"),
        (INPUT_23, SIGNATURE_23, b"POST", b"PATCH"),
        (INPUT_23, SIGNATURE_23, b"/foo", b"/food"),
        (INPUT_23, SIGNATURE_23, b"param=Value", b"param=value"),
        (INPUT_23, SIGNATURE_23, b"20 Apr", b"21 Apr"),
        (INPUT_23, SIGNATURE_23, b"application/json", b"application/jsom"),
        (INPUT_23, SIGNATURE_23, b"Length: 18", b"Length: 19"),
        (INPUT_23, SIGNATURE_23, b"WZDP", b"WZDQ"),
    ],
)
def test_b_2_what_is_covered_cannot_be_changed(
    signature_input: str, signature: str, before: bytes, after: bytes
) -> None:
    verify("https://example.com", REQUEST, RSA_PSS, signature_input, signature)
    assert before in REQUEST
    with pytest.raises(InvalidSignature) as refused:
        verify("https://example.com", REQUEST.replace(before, after), RSA_PSS, signature_input, signature)
    assert refused.value.reason is Reason.SIGNATURE_WRONG


def test_b_2_the_content_is_that_of_its_digest() -> None:
    whole, other = ContentDigest(DIGEST.encode()), ContentDigest(DIGEST.encode())
    whole.feed(b'{"hello": "world"}')
    whole.require()
    other.feed(b'{"hello": "World"}')
    with pytest.raises(BadRequest) as refused:
        other.require()
    assert refused.value.reason is Reason.DIGEST_MISMATCH


def test_b_2_4_ecdsa_over_the_published_base() -> None:
    """Of a response, so only the algorithm applies here."""
    base = (
        b'"@status": 200\n"content-type": application/json\n"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxo'
        b'YhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"content-length": 23\n"@signature-params": '
        b'("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"'
    )
    signature = base64.b64decode(SIGNATURE_24)
    ECC_P256.require(signature, base, "ecdsa-p256-sha256")
    with pytest.raises(InvalidSignature) as refused:
        ECC_P256.require(signature, base + b" ", "ecdsa-p256-sha256")
    assert refused.value.reason is Reason.SIGNATURE_WRONG


def test_b_3_the_proxys_signature_holds() -> None:
    verify("https://service.internal.example", PROXIED, ECC_P256, INPUT_3, SIGNATURE_3)
    with pytest.raises(InvalidSignature) as refused:
        verify("https://service.internal.example", PROXIED.replace(b"MIIB", b"MIIC"), ECC_P256, INPUT_3, SIGNATURE_3)
    assert refused.value.reason is Reason.SIGNATURE_WRONG


def test_2_5_the_signature_base_of_the_example() -> None:
    """Figure 1."""
    signed = read(
        b'sig1=("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;'
        b'keyid="test-key-rsa-pss"',
        b"sig1=::",
    )
    assert (
        signed.coverage.base(head_of("https://example.com", REQUEST), site_of("https://example.com"), signed.parameters)
        == (
            '"@method": POST\n'
            '"@authority": example.com\n'
            '"@path": /foo\n'
            f'"content-digest": {DIGEST}\n'
            '"content-length": 18\n'
            '"content-type": application/json\n'
            '"@signature-params": ("@method" "@authority" "@path" "content-digest" "content-length" "content-type")'
            ';created=1618884473;keyid="test-key-rsa-pss"'
        ).encode()
    )
