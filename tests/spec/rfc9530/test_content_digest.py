"""Content-Digest (RFC 9530), with the examples of its appendix B."""

import base64

import pytest

from ostiary.http.digest import ContentDigest
from ostiary.model.errors import BadRequest
from ostiary.model.reasons import Reason

WORLD = b'{"hello": "world"}'
SHA_256 = b"sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
SHA_512 = b"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"


def digest(field: bytes, *content: bytes) -> None:
    stated = ContentDigest(field)
    for part in content:
        stated.feed(part)
    stated.require()


@pytest.mark.parametrize(
    ("field", "content"),
    [
        (b"sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", WORLD + b"\n"),
        (
            b"sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:",
            WORLD + b"\n",
        ),
        (b"sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", b""),
        (SHA_256, WORLD),
        (SHA_512, WORLD),
    ],
    ids=["B.1", "B.1 sha-512", "B.2 no content", "2 and RFC 9421 B.2", "RFC 9421 B.2"],
)
def test_2_the_published_examples(field: bytes, content: bytes) -> None:
    digest(field, content)
    with pytest.raises(BadRequest) as refused:
        digest(field, content + b" ")
    assert refused.value.reason is Reason.DIGEST_MISMATCH


def test_2_content_is_hashed_as_it_arrives() -> None:
    digest(SHA_256, WORLD[:5], b"", WORLD[5:])
    with pytest.raises(BadRequest) as refused:
        digest(SHA_256, WORLD[5:], WORLD[:5])
    assert refused.value.reason is Reason.DIGEST_MISMATCH


def test_2_every_hash_that_is_understood_has_to_hold() -> None:
    digest(SHA_256 + b", " + SHA_512, WORLD)
    other = b"sha-512=:%b:" % base64.b64encode(bytes(64))
    for field in (SHA_256 + b", " + other, other + b", " + SHA_256):
        with pytest.raises(BadRequest) as refused:
            digest(field, WORLD)
        assert refused.value.reason is Reason.DIGEST_MISMATCH


def test_5_other_algorithms_may_stand_beside_and_prove_nothing() -> None:
    digest(b"md5=:AAAA:, unixsum=:AA==:, " + SHA_256, WORLD)
    with pytest.raises(BadRequest) as refused:
        digest(b"md5=:Sd/dVLAcvNLSq16eXua5uQ==:", WORLD)
    assert refused.value.reason is Reason.DIGEST_INVALID


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"sha-256",
        SHA_256.replace(b"=:", b":", 1),
        SHA_256.replace(b":", b""),
        SHA_256.upper(),
        b"SHA-256" + SHA_256[7:],
        SHA_256 + b", " + SHA_256,
        SHA_256 + b"," + b" " * 1024,
    ],
)
def test_2_malformed_fields_are_refused(field: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        ContentDigest(field)
    assert refused.value.reason is Reason.DIGEST_INVALID


def test_2_a_shorter_digest_proves_nothing() -> None:
    with pytest.raises(BadRequest) as refused:
        digest(b"sha-256=::", WORLD)
    assert refused.value.reason is Reason.DIGEST_MISMATCH


def test_a_field_at_its_bound_is_read_and_one_beyond_it_is_not() -> None:
    """1 KiB: more than any hash needs."""
    filler = b"md5=:%b:, " % base64.b64encode(bytes(690))
    whole = filler.replace(b", ", b"," + b" " * (1024 - len(filler) - len(SHA_256) + 1)) + SHA_256
    assert len(whole) == 1024
    digest(whole, WORLD)
    with pytest.raises(BadRequest) as refused:
        digest(whole.replace(b", ", b",  "), WORLD)
    assert refused.value.reason is Reason.DIGEST_INVALID
