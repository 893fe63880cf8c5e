"""Signature fields of any bytes before what reads them: `make fuzz`, and briefly in the tests.

Nothing holds that was not signed, and nothing but the known refusals comes out.
"""

import hmac
from base64 import b64encode
from typing import Final

from ostiary.http.digest import ContentDigest
from ostiary.http.fields import request_names
from ostiary.http.request import HeadBounds, RequestParser
from ostiary.http.signature import read
from ostiary.http.signature_base import coverage, site_of
from ostiary.http.target import served_authorities
from ostiary.keys.message_signature import shared
from ostiary.model.errors import BadRequest, InvalidSignature

from .endless import fuzz

ORIGIN: Final = "https://door.example"
SITE: Final = site_of(ORIGIN)
HEAD: Final = RequestParser(request_names(), served_authorities(ORIGIN), HeadBounds(8192, 16384, 100)).parse(
    b"POST /v1/a?b=c&d=%20 HTTP/1.1\r\nhost: door.example\r\ncontent-type: text/plain\r\nx-a: 1\r\nx-a: 2"
)
SECRET: Final = bytes(range(32))
KEY: Final = shared("k", (SECRET,))
LISTED: Final = b'("@method" "@target-uri" "content-type" "x-a" "@query-param";name="b")'
PARAMETERS: Final = LISTED + b';created=1618884473;keyid="k";nonce="n";tag="ostiary"'
_SIGNATURE: Final = hmac.digest(SECRET, coverage(LISTED).base(HEAD, SITE, PARAMETERS), "sha256")
SEEDS: Final = (
    b"s=%b\ns=:%b:" % (PARAMETERS, b64encode(_SIGNATURE)),
    b's=("@authority" "@path" "@query" "@scheme" "@request-target");keyid="k";alg="hmac-sha256";expires=1\ns=:AAAA:',
    b's=();tag="\\"", t=("a";sf);x=?1\ns=::, t=::',
    b"s=:YQ==:",
)

DIGEST_SEEDS: Final = (b"sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", b"sha-512=::, md5=:AA==:")


def fields(data: bytes) -> None:
    """Signature-Input, a line feed, Signature."""
    signature_input, _, signature = data.partition(b"\n")
    try:
        signed = read(signature_input, signature)
        KEY.require(signed.signature, signed.coverage.base(HEAD, SITE, signed.parameters), signed.algorithm)
    except InvalidSignature:
        return
    assert signed.parameters == PARAMETERS, data


def digest(data: bytes) -> None:
    """Content-Digest, and content."""
    field, _, content = data.partition(b"\n")
    try:
        stated = ContentDigest(field)
        stated.feed(content)
        stated.require()
    except BadRequest:
        return
    assert b"sha-" in field


if __name__ == "__main__":
    fuzz(fields, digest)
