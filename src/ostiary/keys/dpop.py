"""Demonstrating Proof of Possession: is this proof by its key, for this request, new? (RFC 9449 section 4.3)

The numbers beside the code are those of the list in section 4.3.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from string import ascii_letters, digits
from typing import Final, NamedTuple, TypeGuard
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature

from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import JwkInvalid, VerificationKey, parse_public, thumbprint
from ostiary.keys.nonces import Nonces, end_of
from ostiary.keys.replays import FIRST, Replays, Use
from ostiary.keys.strict_json import parse_object
from ostiary.model.algorithms import PROVING
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason

TYPE: Final = "dpop+jwt"
MOST_BYTES: Final = 4096
MOST_JTI: Final = 256
IAT_WINDOW: Final = 300
"""Seconds by which a client's clock may be off. The nonce tells the age; this only bounds what a client can prepare."""
_REMEMBERED_KEYS: Final = 2048
_PORTS: Final = {"https": 443, "http": 80}
_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED: Final = frozenset(ascii_letters + digits + "-._~")
"""RFC 3986 section 2.3."""
_REQUIRED: Final = frozenset(("jti", "htm", "htu", "iat"))
_OTHER_RULES: Final = frozenset({"crit", "b64", "jku", "x5u", "x5c"})
"""What would change what is signed, or bring another key."""


class ProofRefused(Exception):
    """The proof does not hold; `reason` says which part."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason: Final = reason


class Request(NamedTuple):
    """What a proof is for. `url`: scheme, authority and path, in their canonical spelling; `token`: hash of the access
    token that comes with it (`token_digest`); `ahead`: seconds by which its maker's clock may be ahead."""

    method: str
    url: str
    token: str | None = None
    ahead: int = IAT_WINDOW


class Proofs:
    """What judging proofs rests on, shared by all processes of a machine."""

    __slots__ = ("nonces", "replays")

    def __init__(self, nonces: Nonces, replays: Replays) -> None:
        self.nonces: Final = nonces
        self.replays: Final = replays

    def require(self, proof: bytes, request: Request, now: float) -> tuple[Thumbprint, bool]:
        """The thumbprint of the key that the proof shows to hold, and whether its nonce is soon too old. The proof is
        used up with that. Raises ProofRefused."""
        holder, claims = _verified(proof)
        _require_request(claims, request)
        self._require_fresh(claims, request.ahead, now)
        used = self.replays.use((holder, _jti(claims)), end_of(now), now)
        if used is not FIRST:
            raise ProofRefused(Reason.PROOF_REPLAYED if used is Use.AGAIN else Reason.PROOF_MEMORY_FULL)
        return holder, claims["nonce"] != self.nonces.newest(now)

    def _require_fresh(self, claims: Mapping[str, object], ahead: int, now: float) -> None:
        """10 and 11: the nonce is one of ours and young; `iat` is near our time. A proof may also say itself when it
        begins and ends (RFC 7519 sections 4.1.4 and 4.1.5)."""
        nonce, iat = claims.get("nonce"), claims["iat"]
        if not isinstance(nonce, str) or not self.nonces.takes(nonce, now):
            raise ProofRefused(Reason.PROOF_NONCE)
        if not _is_date(iat) or not now - IAT_WINDOW <= iat <= now + ahead:
            raise ProofRefused(Reason.PROOF_STALE)
        if "nbf" in claims or "exp" in claims:
            _require_within(claims.get("nbf", now), claims.get("exp", now), ahead, now)


def _require_within(begins: object, ends: object, ahead: int, now: float) -> None:
    if not _is_date(begins) or not _is_date(ends) or not begins - ahead <= now <= ends + IAT_WINDOW:
        raise ProofRefused(Reason.PROOF_STALE)


def _is_date(value: object) -> TypeGuard[int | float]:
    """A NumericDate: `true` is none (RFC 7519 section 2)."""
    return type(value) is int or type(value) is float


def token_digest(token: str | bytes) -> str:
    """`ath`: the SHA-256 of the access token's ASCII (section 4.2)."""
    raw = token.encode("ascii", "replace") if isinstance(token, str) else token
    return base64url.encode(hashlib.sha256(raw).digest())


def key_thumbprint(key: VerificationKey) -> Thumbprint:
    """`jkt` (section 6.1, RFC 7638)."""
    return Thumbprint(thumbprint(key.members))


def _verified(proof: bytes) -> tuple[Thumbprint, Mapping[str, object]]:
    """2 to 7: a JWT of its type, with a public key of an algorithm for signatures, signed by it."""
    parts = proof.split(b".") if len(proof) <= MOST_BYTES else ()
    if len(parts) != 3:
        raise ProofRefused(Reason.PROOF_MALFORMED)
    head, payload, signature = parts
    key, holder = _key(head)
    try:
        claims = parse_object(base64url.decode(payload))
        key.check(base64url.decode(signature), proof[: -1 - len(signature)])
    except InvalidSignature:
        raise ProofRefused(Reason.PROOF_SIGNATURE) from None
    except ValueError:
        raise ProofRefused(Reason.PROOF_MALFORMED) from None
    if not claims.keys() >= _REQUIRED:
        raise ProofRefused(Reason.PROOF_MALFORMED)
    return holder, claims


@lru_cache(_REMEMBERED_KEYS)
def _key(head: bytes) -> tuple[VerificationKey, Thumbprint]:
    """The key of a header, and its thumbprint. A client's header is the same each time, so it is read once."""
    try:
        header = parse_object(base64url.decode(head))
    except ValueError:
        raise ProofRefused(Reason.PROOF_MALFORMED) from None
    typ, algorithm, jwk = header.get("typ"), header.get("alg"), header.get("jwk")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != TYPE or _OTHER_RULES & header.keys():
        raise ProofRefused(Reason.PROOF_MALFORMED)
    if algorithm not in PROVING or not isinstance(jwk, dict) or jwk.get("alg", algorithm) != algorithm:
        raise ProofRefused(Reason.PROOF_ALGORITHM)
    try:
        key = parse_public({**jwk, "alg": algorithm})
    except JwkInvalid:
        raise ProofRefused(Reason.PROOF_ALGORITHM) from None
    return key, key_thumbprint(key)


def _require_request(claims: Mapping[str, object], request: Request) -> None:
    """8, 9 and 12a: the method, the URI without query and fragment, and the token."""
    if claims["htm"] != request.method:
        raise ProofRefused(Reason.PROOF_METHOD)
    htu = claims["htu"]
    if htu != request.url and not (isinstance(htu, str) and normalised(htu) == normalised(request.url)):
        raise ProofRefused(Reason.PROOF_URI)
    if request.token is not None and claims.get("ath") != request.token:
        raise ProofRefused(Reason.PROOF_TOKEN)


def normalised(uri: str) -> str | None:
    """Without query and fragment, in the one spelling of RFC 3986 sections 6.2.2 and 6.2.3; None for what is no URI of
    a web server."""
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return None
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    return f"{parts.scheme}://{authority}{_path(parts.path)}"


def _path(path: str) -> str:
    """Encoded letters decoded, other encodings in capitals, dot segments gone."""
    spelled = _ENCODED.sub(lambda found: _spelled(found[0]), path)
    kept: list[str] = []
    segments = spelled.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept + [""] * (segments[-1] in (".", "..")))


def _spelled(encoded: str) -> str:
    character = chr(int(encoded[1:], 16))
    return character if character in _UNRESERVED else encoded.upper()


def _jti(claims: Mapping[str, object]) -> str:
    jti = claims["jti"]
    if not isinstance(jti, str) or not 0 < len(jti) <= MOST_JTI:
        raise ProofRefused(Reason.PROOF_MALFORMED)
    return jti


def make_proof(key: SigningPrivateKey, request: Request, nonce: str | None, jti: str, now: float) -> str:
    """A proof as a client makes it (section 4.2)."""
    header = {"typ": TYPE, "alg": "ES256", "jwk": dict(key.public.members)}
    claims = {"jti": jti, "htm": request.method, "htu": request.url, "iat": int(now)}
    if nonce is not None:
        claims["nonce"] = nonce
    if request.token is not None:
        claims["ath"] = request.token
    signed = f"{base64url.encode(orjson.dumps(header))}.{base64url.encode(orjson.dumps(claims))}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode()))}"
