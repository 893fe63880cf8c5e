"""Checking a proof (RFC 9449 section 4.3), and the example of section 4.2."""

from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from ostiary.keys import base64url
from ostiary.keys.dpop import ProofRefused, Request, key_thumbprint, normalised, token_digest
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.replays import BLOCK_SLOTS
from ostiary.model.reasons import Reason
from used_proofs import nonce, proof, proofs

NOW: Final = 1_790_000_000.0
URL: Final = "https://door.example/v1/orders"
TOKEN: Final = "a.b.c"
KEY: Final = SigningPrivateKey.generate()
EXAMPLE: Final = (
    b"eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
    b"RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJq"
    b"dGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNT"
    b"YyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
"""RFC 9449 section 5, figure 5 (without a nonce)."""
EXAMPLE_THUMBPRINT: Final = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
"""RFC 9449 section 6.1, figure 9."""


def made(method: str = "GET", url: str = URL, token: str | None = TOKEN, **changes: Any) -> bytes:
    return proof(KEY, method, url, NOW, token, **changes).encode()


def judged(brought: bytes, url: str = URL, now: float = NOW) -> str:
    shown, _ = proofs().require(brought, Request("GET", url, token_digest(TOKEN)), now)
    return shown


def refused(brought: bytes, url: str = URL, now: float = NOW) -> Reason:
    with pytest.raises(ProofRefused) as caught:
        judged(brought, url, now)
    return caught.value.reason


def test_a_proof_that_holds_gives_the_thumbprint_of_its_key() -> None:
    assert judged(made()) == key_thumbprint(KEY.public)


def test_the_example_holds_in_all_but_its_nonce() -> None:
    request = Request("POST", "https://server.example.com/token")
    with pytest.raises(ProofRefused) as caught:
        proofs().require(EXAMPLE, request, 1562262616.0)
    assert caught.value.reason is Reason.PROOF_NONCE


def test_6_1_the_thumbprint_of_the_example() -> None:
    from ostiary.keys.dpop import _verified

    holder, claims = _verified(EXAMPLE)
    assert holder == EXAMPLE_THUMBPRINT
    assert claims["htu"] == "https://server.example.com/token"


@pytest.mark.parametrize("gone", ["jti", "htm", "htu", "iat"])
def test_4_3_3_every_required_claim_is_there(gone: str) -> None:
    assert refused(made(**{gone: None})) is Reason.PROOF_MALFORMED


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", None])
def test_4_3_4_another_type_is_refused(typ: str | None) -> None:
    assert refused(made(header_typ=typ)) is Reason.PROOF_MALFORMED
    assert judged(made(header_typ="application/dpop+jwt"))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "ES256K", "RS256", 5])
def test_4_3_5_another_algorithm_is_refused(algorithm: object) -> None:
    assert refused(made(header_alg=algorithm)) is Reason.PROOF_ALGORITHM
    assert judged(made(header_alg="ES256"))


def test_4_3_6_a_signature_by_another_key_is_refused() -> None:
    other = SigningPrivateKey.generate()
    assert refused(made(header_jwk=dict(other.public.members))) is Reason.PROOF_SIGNATURE


@pytest.mark.parametrize("changed", [0, -1])
def test_4_3_6_a_changed_proof_is_refused(changed: int) -> None:
    head, claims, signature = made().split(b".")
    other = made(htm="POST").split(b".")[1]
    assert refused(b".".join((head, other, signature))) is Reason.PROOF_SIGNATURE
    raw = bytearray(base64url.decode(signature))
    raw[changed] ^= 1
    assert refused(b".".join((head, claims, base64url.encode(bytes(raw)).encode()))) is Reason.PROOF_SIGNATURE


def test_4_3_7_a_private_key_is_refused() -> None:
    private = {**KEY.public.members, "d": base64url.encode(KEY.scalar())}
    assert refused(made(header_jwk=private)) is Reason.PROOF_ALGORITHM


@pytest.mark.parametrize(
    "extra",
    [{"crit": ["x"]}, {"b64": False}, {"jku": "https://a.example"}, {"x5u": "https://a.example"}, {"x5c": ["x"]}],
)
def test_a_header_that_changes_the_rules_is_refused(extra: dict[str, Any]) -> None:
    assert refused(made(**{f"header_{name}": value for name, value in extra.items()})) is Reason.PROOF_MALFORMED
    assert judged(made(header_kid="any"))


@pytest.mark.parametrize(("stated", "reason"), [("ES256", None), ("PS256", Reason.PROOF_ALGORITHM)])
def test_4_3_5_a_key_that_is_for_another_algorithm_is_refused(stated: str, reason: Reason | None) -> None:
    """RFC 7517 section 4.4."""
    brought = made(header_jwk={**KEY.public.members, "alg": stated})
    assert (judged(brought) == key_thumbprint(KEY.public)) if reason is None else (refused(brought) is reason)


@pytest.mark.parametrize(("more", "reason"), [(2000, None), (4000, Reason.PROOF_MALFORMED)])
def test_a_proof_has_a_bounded_size(more: int, reason: Reason | None) -> None:
    brought = made(more="x" * more)
    assert (judged(brought) == key_thumbprint(KEY.public)) if reason is None else (refused(brought) is reason)


def test_4_3_8_another_method_is_refused() -> None:
    assert refused(made(method="POST")) is Reason.PROOF_METHOD
    assert refused(made(method="get")) is Reason.PROOF_METHOD


@pytest.mark.parametrize(
    "same",
    [
        "https://DOOR.example/v1/orders",
        "HTTPS://door.example:443/v1/orders",
        "https://door.example/v1/%6frders",
        "https://door.example/v1/./orders",
        "https://door.example/x/../v1/orders",
        "https://door.example/v1/orders?a=b#c",
    ],
)
def test_4_3_9_a_uri_in_another_spelling_is_the_same(same: str) -> None:
    assert judged(made(url=same))


@pytest.mark.parametrize(
    "other",
    [
        "https://door.example/v1/orders/",
        "https://door.example/v1/Orders",
        "https://door.example/v1%2Forders",
        "https://other.example/v1/orders",
        "http://door.example/v1/orders",
        "https://door.example:8443/v1/orders",
        "https://user@door.example/v1/orders",
        "https://door.example\\@other.example/v1/orders",
        "https://door.example/v1/orders\n",
        "/v1/orders",
        "",
        "https://[door/v1/orders",
        7,
        None,
        ["https://door.example/v1/orders"],
    ],
)
def test_4_3_9_another_uri_is_refused(other: object) -> None:
    assert refused(made(htu=other)) in (Reason.PROOF_URI, Reason.PROOF_MALFORMED)


def test_4_3_9_normalisation() -> None:
    assert normalised("HTTPS://Door.Example:443") == "https://door.example/"
    assert normalised("https://[::1]:8443/a%2fb%7e/..") == "https://[::1]:8443/"
    assert normalised("https://door.example/%c3%a9") == "https://door.example/%C3%A9"
    assert normalised("ftp://door.example/") is None


@pytest.mark.parametrize("other", [None, "x", 5, nonce(NOW - 300), nonce(NOW + 300)])
def test_4_3_10_a_nonce_that_is_not_ours_or_is_old_is_refused(other: object) -> None:
    assert refused(made(nonce=other)) is Reason.PROOF_NONCE
    assert judged(made(nonce=nonce(NOW - 60)))


def test_4_3_11_stale_iat_is_refused() -> None:
    assert refused(made(iat=int(NOW) - 301)) is Reason.PROOF_STALE
    assert refused(made(iat=int(NOW) + 301)) is Reason.PROOF_STALE
    assert refused(made(iat=str(int(NOW)))) is Reason.PROOF_STALE
    assert refused(made(iat=True)) is Reason.PROOF_STALE
    assert judged(made(iat=NOW - 299.5))


@pytest.mark.parametrize(
    ("good", "wrong"),
    [
        ({"exp": int(NOW)}, {"exp": int(NOW) - 301}),
        ({"exp": NOW + 300.5}, {"exp": -1e308}),
        ({"nbf": int(NOW)}, {"nbf": int(NOW) + 301}),
        ({"nbf": int(NOW) - 3600}, {"nbf": 1e308}),
        ({"exp": int(NOW) + 300}, {"exp": str(int(NOW) + 300)}),
        ({"nbf": int(NOW)}, {"nbf": True}),
        ({"iat": int(NOW)}, {"iat": False}),
    ],
)
def test_rfc7519_4_1_a_proof_that_says_when_it_begins_and_ends_is_held_to_it(
    good: dict[str, object], wrong: dict[str, object]
) -> None:
    assert judged(made(**good))
    assert refused(made(**wrong)) is Reason.PROOF_STALE


def test_4_3_12_another_token_is_refused() -> None:
    assert refused(made(token="another.access.token")) is Reason.PROOF_TOKEN
    assert refused(made(token=None)) is Reason.PROOF_TOKEN


@pytest.mark.parametrize("jti", ["", "j" * 257, 7, None])
def test_a_jti_is_a_bounded_text(jti: object) -> None:
    assert refused(made(jti=jti)) is Reason.PROOF_MALFORMED
    assert judged(made(jti="j" * 256))


def test_11_1_a_proof_is_good_once() -> None:
    judge, brought, request = proofs(), made(), Request("GET", URL, token_digest(TOKEN))
    judge.require(brought, request, NOW)
    with pytest.raises(ProofRefused) as caught:
        judge.require(brought, request, NOW + 1)
    assert caught.value.reason is Reason.PROOF_REPLAYED
    judge.require(made(), request, NOW + 1)


def test_11_1_a_proof_is_remembered_for_as_long_as_its_nonce_is_taken() -> None:
    judge, request = proofs(), Request("GET", URL, token_digest(TOKEN))
    brought = made()
    judge.require(brought, request, NOW)
    for later in range(1, 130):
        with pytest.raises(ProofRefused) as caught:
            judge.require(brought, request, NOW + later)
        assert caught.value.reason in (Reason.PROOF_REPLAYED, Reason.PROOF_NONCE)


def test_the_same_jti_of_another_key_is_another_proof() -> None:
    judge, request = proofs(), Request("GET", URL, token_digest(TOKEN))
    judge.require(made(jti="one"), request, NOW)
    other = proof(SigningPrivateKey.generate(), "GET", URL, NOW, TOKEN, jti="one")
    judge.require(other.encode(), request, NOW)


def test_without_room_to_remember_it_no_proof_is_taken() -> None:
    judge, request = proofs(blocks=1), Request("GET", URL, token_digest(TOKEN))
    for _ in range(BLOCK_SLOTS - 1):
        judge.require(made(), request, NOW)
    with pytest.raises(ProofRefused) as caught:
        judge.require(made(), request, NOW)
    assert caught.value.reason is Reason.PROOF_MEMORY_FULL
    judge.require(made(nonce=nonce(NOW + 180), iat=int(NOW) + 180), request, NOW + 180)


@pytest.mark.parametrize(
    "brought", [b"", b".", b"..", b"a.b.c", b"\xff.b.c", b"e30.e30.e30", b"a" * 4097, EXAMPLE[:-20]]
)
def test_what_is_no_jwt_is_refused(brought: bytes) -> None:
    assert refused(brought) in (Reason.PROOF_MALFORMED, Reason.PROOF_SIGNATURE)


def test_a_proof_by_ed25519_holds() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    x = base64url.encode(private.public_key().public_bytes_raw())
    signed, _, _ = made(header_alg="EdDSA", header_jwk={"kty": "OKP", "crv": "Ed25519", "x": x}).rpartition(b".")
    assert judged(signed + b"." + base64url.encode(private.sign(signed)).encode())


def test_4_3_2_three_parts_and_no_fourth_though_it_is_signed() -> None:
    parts = made().split(b".")[:2]
    for more in ([], [b"e30"]):
        signed = b".".join(parts + more)
        brought = signed + b"." + base64url.encode(KEY.sign(signed)).encode()
        if more:
            assert refused(brought) is Reason.PROOF_MALFORMED
        else:
            assert judged(brought)


def test_fapi_5_4_1_rs256_proves_nothing_and_ps256_by_the_same_key_does() -> None:
    private = rsa.generate_private_key(65537, 2048)
    n = base64url.encode(private.public_key().public_numbers().n.to_bytes(256, "big"))
    pss = padding.PSS(padding.MGF1(SHA256()), 32)
    for algorithm, pad in (("PS256", pss), ("RS256", padding.PKCS1v15())):
        jwk = {"kty": "RSA", "n": n, "e": "AQAB"}
        signed, _, _ = made(header_alg=algorithm, header_jwk=jwk).rpartition(b".")
        brought = signed + b"." + base64url.encode(private.sign(signed, pad, SHA256())).encode()
        if algorithm == "RS256":
            assert refused(brought) is Reason.PROOF_ALGORITHM
        else:
            assert judged(brought)
