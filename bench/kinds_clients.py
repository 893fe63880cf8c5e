"""A client of each kind, and what it brings with each request."""

import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import ed25519

from bench import client, mutual, tokens
from bench.mutual import Mutual
from bench.peers.gateway import Door
from bench.tokens import HOST, Signer, people
from ostiary.cli.signing import signature_fields
from ostiary.keys.dpop import Request, key_thumbprint, make_proof, token_digest
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.ids import Secret

BEARER, COOKIE, API_KEY, DPOP = "bearer", "cookie", "api-key", "dpop"
ED25519, HMAC = "signature-ed25519", "signature-hmac"
BOUND, BEARER_BY_TLS = "certificate", "bearer-tls"
CROWD = 100

Make = Callable[[int], bytes]
"""A request of the kind, each number another."""


@dataclass(frozen=True, slots=True)
class Clients:
    """The door, and what its clients prove themselves with."""

    door: Door
    signer: Signer
    api_key: Secret
    cookies: Sequence[str]
    signing: ed25519.Ed25519PrivateKey
    shared: str
    mutual: Mutual

    def door_of(self, name: str) -> Door:
        """Where the load of a kind goes in."""
        ports = {BOUND: self.mutual.bound, BEARER_BY_TLS: self.mutual.unbound}
        return replace(self.door, port=ports.get(name, self.door.port))

    def makers(self) -> Mapping[str, Make]:
        return {
            BEARER: self._bearer(),
            BEARER_BY_TLS: self._by_tls("unbound", client_id=tokens.CLIENTS[0]),
            BOUND: self._by_tls("bound", client_id="ledger", cnf={"x5t#S256": self.mutual.thumbprint}),
            COOKIE: self._cookie,
            API_KEY: self._api_key,
            DPOP: self._dpop(),
            ED25519: lambda number: self._signed(number, "signs", self.signing.sign),
            HMAC: lambda number: self._signed(number, "shares", self._mac),
        }

    def _bearer(self) -> Make:
        crowd = people(CROWD)
        held = [self.signer.token(one, f"bearer-{n}") for n, one in enumerate(crowd)]
        return lambda number: request(number, f"Authorization: Bearer {held[number % CROWD]}")

    def _by_tls(self, label: str, **claims: object) -> Make:
        """At the listener that takes certificates, with tokens of these claims."""
        held = [self.signer.token(one, f"{label}-{n}", **claims) for n, one in enumerate(people(CROWD))]
        return lambda number: request(number, f"Authorization: Bearer {held[number % CROWD]}", host=mutual.HOST)

    def _cookie(self, number: int) -> bytes:
        return request(number, self.cookies[number % CROWD], "Sec-Fetch-Site: same-origin")

    def _api_key(self, number: int) -> bytes:
        return request(number, f"X-API-Key: {self.api_key.reveal()}")

    def _dpop(self) -> Make:
        """Each person's app has a key; each request a proof of its own."""
        keys = [SigningPrivateKey.generate() for _ in range(CROWD)]
        bound = [{"cnf": {"jkt": key_thumbprint(key.public)}, "client_id": "app"} for key in keys]
        held = [self.signer.token(one, f"dpop-{n}", **bound[n]) for n, one in enumerate(people(CROWD))]
        nonces = _Nonces(self.door.port, self.signer)

        def make(number: int) -> bytes:
            key, token = keys[number % CROWD], held[number % CROWD]
            about = Request("GET", f"https://{HOST}{path(number)}", token_digest(token))
            proof = make_proof(key, about, nonces.newest(), secrets.token_urlsafe(12), time.time())
            return request(number, f"Authorization: DPoP {token}", f"DPoP: {proof}")

        return make

    def _signed(self, number: int, name: str, sign: Callable[[bytes], bytes]) -> bytes:
        lines = {"@method": "GET", "@target-uri": f"https://{HOST}{path(number)}"}
        stated = f'created={int(time.time())};keyid="{name}";nonce="{secrets.token_urlsafe(12)}";tag="ostiary"'
        fields = signature_fields(sign, lines, stated)
        return request(number, *(f"{field}: {value}" for field, value in fields.items()))

    def _mac(self, base: bytes) -> bytes:
        return hmac.digest(self.shared.encode(), base, "sha256")


class _Nonces:
    """One question to the door for each ten seconds of making proofs."""

    def __init__(self, port: int, signer: Signer) -> None:
        self._port, self._signer = port, signer
        self._known, self._until = "", 0.0

    def newest(self) -> str:
        if time.monotonic() > self._until:
            self._known, self._until = self._asked(), time.monotonic() + 10
        return self._known

    def _asked(self) -> str:
        """What the door answers to a proof without a nonce."""
        key, (one,) = SigningPrivateKey.generate(), people(1)
        token = self._signer.token(one, "nonce", cnf={"jkt": key_thumbprint(key.public)}, client_id="app")
        about = Request("GET", f"https://{HOST}{path(0)}", token_digest(token))
        proof = make_proof(key, about, None, secrets.token_urlsafe(12), time.time())
        answer = client.ask(self._port, request(0, f"Authorization: DPoP {token}", f"DPoP: {proof}"))
        found = re.search(rb"\r\ndpop-nonce: ([^\r]+)", answer.head)
        assert found is not None, answer
        return found[1].decode()


def path(number: int) -> str:
    return f"/v1/orders/{number % CROWD}"


def request(number: int, *fields: str, host: str = HOST) -> bytes:
    """A whole GET request."""
    return "\r\n".join((f"GET {path(number)} HTTP/1.1", f"Host: {host}", *fields, "", "")).encode()
