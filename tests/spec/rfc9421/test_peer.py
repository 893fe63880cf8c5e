"""http-message-signatures on PyPI as the other side: what it signs we verify, and what we hash it verifies."""

import datetime
import hashlib
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, algorithms
from http_message_signatures.algorithms import HTTPSignatureAlgorithm
from http_message_signatures.exceptions import InvalidSignature as RefusedByPeer
from http_message_signatures.resolvers import HTTPSignatureKeyResolver

from ostiary.http.digest import ContentDigest
from ostiary.http.signature import read
from ostiary.http.signature_base import coverage, site_of
from ostiary.keys.message_signature import MessageKey, parse, shared
from ostiary.model.errors import InvalidSignature
from ostiary.model.reasons import Reason
from signed_world import Message, PrivateKey, byte_sequence, head_of, jwk_of, sign

ORIGIN = "https://shop.example"
BODY = b'{"amount": 3}'
COVERED = ("@method", "@target-uri", "@authority", "@path", "@query", "content-type", "content-digest", "x-list")
PRIVATE: Mapping[str, tuple[type[HTTPSignatureAlgorithm], PrivateKey]] = {
    "ed25519": (algorithms.ED25519, ed25519.Ed25519PrivateKey.generate()),
    "ecdsa-p256-sha256": (algorithms.ECDSA_P256_SHA256, ec.generate_private_key(ec.SECP256R1())),
    "rsa-pss-sha512": (algorithms.RSA_PSS_SHA512, rsa.generate_private_key(65537, 2048)),
    "hmac-sha256": (algorithms.HMAC_SHA256, bytes(range(64))),
}


class Keys(HTTPSignatureKeyResolver):
    """One key, by any name."""

    def __init__(self, private: PrivateKey) -> None:
        self.private = private

    def resolve_public_key(self, key_id: str) -> object:
        return self.private if isinstance(self.private, bytes) else self.private.public_key()

    def resolve_private_key(self, key_id: str) -> object:
        return self.private


def message(target: str) -> Message:
    headers = {"Host": "shop.example", "Content-Type": "application/json", "X-List": "a,  b"}
    return Message("POST", ORIGIN + target, headers)


def key_of(private: PrivateKey) -> MessageKey:
    return shared("k", (private,)) if isinstance(private, bytes) else parse(jwk_of(private))


@pytest.mark.parametrize("target", ["/v1/orders?a=1&b=%20x", "/v1/orders", "/", "/a%2Cb?", "/v1/orders?q=caf%C3%A9"])
@pytest.mark.parametrize("algorithm", PRIVATE)
def test_3_1_what_the_peer_signs_holds_here(algorithm: str, target: str) -> None:
    made_by, private = PRIVATE[algorithm]
    asked = message(target)
    HTTPMessageSigner(signature_algorithm=made_by, key_resolver=Keys(private)).sign(
        asked, key_id="k", nonce="n0nce", tag="ostiary", covered_component_ids=(*COVERED[:-2], "x-list"), body=BODY
    )
    signed = read(asked.headers["Signature-Input"].encode(), asked.headers["Signature"].encode())
    assert (signed.keyid, signed.nonce, signed.tag, signed.algorithm) == ("k", "n0nce", "ostiary", algorithm)
    assert b"content-digest" in signed.coverage.names
    digest = ContentDigest(asked.headers["Content-Digest"].encode())
    digest.feed(BODY)
    digest.require()
    base = signed.coverage.base(head_of(ORIGIN, asked.raw(target)), site_of(ORIGIN), signed.parameters)
    key_of(private).require(signed.signature, base, signed.algorithm)
    with pytest.raises(InvalidSignature) as refused:
        other = signed.coverage.base(head_of(ORIGIN, asked.raw("/other")), site_of(ORIGIN), signed.parameters)
        key_of(private).require(signed.signature, other, signed.algorithm)
    assert refused.value.reason is Reason.SIGNATURE_WRONG


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_3_2_what_we_hash_holds_at_the_peer(algorithm: str) -> None:
    made_by, private = PRIVATE[algorithm]
    target = "/v1/orders?a=1&b=x"
    asked = message(target)
    asked.headers["Content-Digest"] = f"sha-256={byte_sequence(hashlib.sha256(BODY).digest())}"
    listed = b"(%b)" % b" ".join(b'"%b"' % name.encode() for name in COVERED)
    created = int(datetime.datetime.now(datetime.UTC).timestamp())
    parameters = b'%b;created=%d;keyid="k";nonce="n"' % (listed, created)
    base = coverage(listed).base(head_of(ORIGIN, asked.raw(target)), site_of(ORIGIN), parameters)
    asked.headers |= {
        "Signature-Input": f"sig1={parameters.decode()}",
        "Signature": f"sig1={byte_sequence(sign(private, base))}",
    }
    peer = HTTPMessageVerifier(signature_algorithm=made_by, key_resolver=Keys(private))
    (verified,) = peer.verify(asked, body=BODY)
    assert verified.nonce == "n"
    asked.method = "PUT"
    with pytest.raises(RefusedByPeer):
        peer.verify(asked, body=BODY)
