"""Signed requests for tests: heads as the gateway parses them, keys, and signatures over our own base."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.hmac import HMAC

from gateway_world import ORIGIN
from ostiary.http.fields import request_names
from ostiary.http.request import HeadBounds, RequestHead, RequestParser
from ostiary.http.target import served_authorities

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | bytes
BOUNDS = HeadBounds(8192, 16384, 100)


def head_of(origin: str, raw: bytes) -> RequestHead:
    """The head of a request to this origin, as the gateway parses it."""
    return RequestParser(request_names(), served_authorities(origin), BOUNDS).parse(raw)


def sign(key: PrivateKey, base: bytes) -> bytes:
    """By the key's one algorithm (RFC 9421 section 3.3)."""
    match key:
        case bytes():
            made = HMAC(key, SHA256())
            made.update(base)
            return made.finalize()
        case ed25519.Ed25519PrivateKey():
            return key.sign(base)
        case ec.EllipticCurvePrivateKey():
            r, s = decode_dss_signature(key.sign(base, ec.ECDSA(SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case _:
            return key.sign(base, padding.PSS(padding.MGF1(SHA512()), salt_length=64), SHA512())


def byte_sequence(raw: bytes) -> str:
    return f":{base64.b64encode(raw).decode()}:"


@dataclass(frozen=True)
class Client:
    """A client that signs its requests as a partner does, without anything of the gateway's.

    What differs from one test to another is replaced (`dataclasses.replace`) or said in `fields`.
    """

    key: PrivateKey
    keyid: str
    tag: str = "ostiary"
    origin: str = ORIGIN
    covers: tuple[str, ...] = ("@method", "@target-uri")

    def fields(
        self,
        head: str,
        *headers: str,
        body: bytes = b"",
        now: float,
        covers: tuple[str, ...] | None = None,
        **parameters: str | int | None,
    ) -> list[str]:
        """The header lines of a signed request: `headers`, its digest where it has a body, and the signature.

        `covers` in place of what is needed; `parameters` replace those of the signature, and None leaves one out.
        """
        method, _, target = head.partition(" ")
        lines = [*headers, *([f"Content-Digest: {digest_of(body)}"] if body else [])]
        values = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        path, _, query = target.partition("?")
        values |= {"@method": method, "@target-uri": self.origin + target, "@path": path, "@query": f"?{query}"}
        values |= {"@authority": self.origin.partition("://")[2], "@scheme": self.origin.partition("://")[0]}
        listed = (
            covers if covers is not None else (*self.covers, *(name for name in _OF_BODY if body and name in values))
        )
        said = {"created": int(now), "keyid": self.keyid, "nonce": secrets.token_urlsafe(12), "tag": self.tag}
        stated = "".join(
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
            for name, value in (said | parameters).items()
            if value is not None
        )
        text = "(" + " ".join(f'"{name}"' for name in listed) + f"){stated}"
        base = [f'"{name}": {values[name]}' for name in listed] + [f'"@signature-params": {text}']
        made = sign(self.key, "\n".join(base).encode())
        return [*lines, f"Signature-Input: sig={text}", f"Signature: sig={byte_sequence(made)}"]


_OF_BODY = ("content-digest", "content-type")


def digest_of(body: bytes) -> str:
    return f"sha-256={byte_sequence(hashlib.sha256(body).digest())}"


@dataclass
class Message:
    """A request in the form that the peer signs and verifies."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self, target: str) -> bytes:
        lines = [f"{self.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join(lines).encode()


def jwk_of(key: PrivateKey) -> dict[str, str]:
    """The public half, as a partner writes it into a contract."""
    match key:
        case ed25519.Ed25519PrivateKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": _encoded(key.public_key().public_bytes_raw())}
        case ec.EllipticCurvePrivateKey():
            point = key.public_key().public_numbers()
            return {"kty": "EC", "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}
        case rsa.RSAPrivateKey():
            public = key.public_key().public_numbers()
            length = (public.n.bit_length() + 7) // 8
            return {"kty": "RSA", "alg": "PS512", "n": _number(public.n, length), "e": _number(public.e, 3)}
    raise TypeError("a secret has no public half")


def _number(number: int, length: int) -> str:
    return _encoded(number.to_bytes(length, "big"))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
