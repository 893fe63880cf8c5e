"""Access tokens (RFC 9068, ES256) for many people of two tenants, and the requests that carry them."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HOST = "door.example"
"""What every gateway is called: no developer's machine, so that nothing is left out."""
SCOPE = "orders.read"
ROLES = ("customer", "support")
OTHER_ROLE = "beta"  # which the routes are not for
CLIENTS = ["storefront", *(f"client-{number}" for number in range(1, 24))]
"""The first sends the load, the others the checks before it."""
LIFETIME = 3600


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who owns orders in one tenant."""

    subject: str
    tenant: str

    def path(self, what: str) -> str:
        """Where the person's `orders` (75 bytes) or `archive` (64 KiB) are."""
        return f"/v1/tenants/{self.tenant}/users/{self.subject}/{what}"


def people(count: int, first: int = 0) -> list[Person]:
    """Different people, every second one in the other tenant."""
    return [Person(f"person-{number:06d}", ("north", "south")[number % 2]) for number in range(first, first + count)]


@dataclass(frozen=True, slots=True)
class Signer:
    """An issuer's name, the audience of its tokens and its key."""

    issuer: str
    audience: str
    kid: str = "bench-1"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def token(self, person: Person, jti: str, **other: object) -> str:
        """A signed token that passes every check, but for the claims named in `other`."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": person.subject,
            "client_id": CLIENTS[0],
            "iat": now,
            "exp": now + LIFETIME,
            "jti": jti,
            "scope": f"{SCOPE} profile",
            "tenant": person.tenant,
            "roles": ["customer", OTHER_ROLE],
            "sid": f"s-{jti}",
            "acr": "pwd",
            "auth_time": now,
        }
        return self.sign({**claims, **other})

    def sign(self, claims: dict[str, object]) -> str:
        """The claims as a JWS in compact form (RFC 7515 section 7.1; ES256: RFC 7518 section 3.4)."""
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid}
        body = f"{encode(json.dumps(head).encode())}.{encode(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self.key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{body}.{encode(r.to_bytes(32) + s.to_bytes(32))}"

    def jwks(self) -> str:
        """The public key as a JWK Set (RFC 7517)."""
        numbers = self.key.public_key().public_numbers()
        x, y = (encode(number.to_bytes(32)) for number in (numbers.x, numbers.y))
        key = {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.kid, "alg": "ES256", "use": "sig"}
        return json.dumps({"keys": [key]})

    def public_pem(self) -> bytes:
        """The public key as SubjectPublicKeyInfo."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, form)


def encode(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def request(path: str, token: str | None) -> bytes:
    """A whole GET request."""
    credential = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{credential}\r\n".encode()


def remembered(signer: Signer, what: str, count: int = 100) -> list[bytes]:
    """Requests of `count` people; used again and again, so every token has been seen before."""
    return [request(one.path(what), signer.token(one, f"seen-{n}")) for n, one in enumerate(people(count))]


def fresh(signer: Signer, label: str) -> Iterator[bytes]:
    """Requests of a hundred people, each with a token that nobody has seen before."""
    crowd, number = people(100), 0
    while True:
        one = crowd[number % len(crowd)]
        yield request(one.path("orders"), signer.token(one, f"fresh-{label}-{number}"))
        number += 1


def revoked_ids(count: int) -> list[str]:
    """The token ids that every gateway is told to refuse."""
    return [f"revoked-{number:06d}" for number in range(count)]
