"""JSON Web Tokens in the one form that Ostiary makes and accepts: signed, compact (RFC 7515, RFC 7519, RFC 8725)."""

from collections.abc import Mapping
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature

from ostiary.keys import base64url
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwk import VerificationKey
from ostiary.keys.keyset import KeySet
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.errors import InvalidToken
from ostiary.model.reasons import Reason

MOST_BYTES: Final = 8 * 1024
_FOREIGN_KEYS: Final = frozenset({"jku", "jwk", "x5u", "x5c"})
"""A token that brings its own key, or says where to fetch one (RFC 8725 section 3.10)."""
_OTHER_RULES: Final = frozenset({"crit", "b64"})
"""Extensions that would change what the signature covers; none is understood here (RFC 7515 section 4.1.11)."""


def sign(claims: Mapping[str, object], key: SigningPrivateKey, typ: str) -> str:
    """Return the compact token; its header has `alg`, `kid` and `typ`, unless that is empty."""
    signed = f"{key.header(typ)}.{base64url.encode(orjson.dumps(claims))}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


def verify(token: str | bytes, keys: KeySet, typ: str) -> VerifiedClaims:
    """Return the claims of a token of type `typ` that one of `keys` signed.

    Raise InvalidToken: TOKEN_MALFORMED, TOKEN_ALGORITHM or TOKEN_SIGNATURE. What the claims say is not looked at.
    """
    return verify_typed(token, keys, frozenset({typ.lower()}))


def verify_typed(token: str | bytes, keys: KeySet, types: frozenset[str]) -> VerifiedClaims:
    """As `verify`, where a text leaves a choice of types. They are in lower case; an empty one allows no `typ`."""
    header, payload, signature, signed = _parts(token)
    key = _key(_json(header), keys, types)
    try:
        key.check(signature, signed)
    except (InvalidSignature, ValueError):
        raise InvalidToken(Reason.TOKEN_SIGNATURE) from None
    return VerifiedClaims(_json(payload))


def unverified_claims(token: str | bytes) -> dict[str, object]:
    """What a token says, proven by nothing: only to find out whose keys to verify it with."""
    return _json(_parts(token)[1])


def is_compact(token: bytes) -> bool:
    """Whether it has the three parts of a signed token (RFC 7515 section 7.1), whatever is in them."""
    return token.count(b".") == 2


def unverified_kid(token: str) -> str | None:
    """The key that the header names; None where it names none, or cannot be read. Nothing is proven yet."""
    try:
        kid = _json(_parts(token)[0]).get("kid")
    except InvalidToken:
        return None
    return kid if isinstance(kid, str) else None


def _parts(token: str | bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Header, payload, signature, and what was signed (RFC 7515 section 7.1)."""
    if len(token) > MOST_BYTES:
        raise InvalidToken(Reason.TOKEN_MALFORMED)
    try:
        raw = token.encode("ascii") if isinstance(token, str) else token
        header, payload, signature = map(base64url.decode, raw.split(b"."))
    except ValueError:
        raise InvalidToken(Reason.TOKEN_MALFORMED) from None
    return header, payload, signature, raw[: raw.rindex(b".")]


def _key(header: dict[str, object], keys: KeySet, types: frozenset[str]) -> VerificationKey:
    """The one key that may have signed a token with this header; it is never the token that brings it."""
    if _OTHER_RULES & header.keys() or _type(header) not in types:
        raise InvalidToken(Reason.TOKEN_MALFORMED)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not isinstance(kid, str | None) or _FOREIGN_KEYS & header.keys():
        raise InvalidToken(Reason.TOKEN_ALGORITHM)
    key = keys.select(kid, algorithm)
    if key is None:
        raise InvalidToken(Reason.TOKEN_ALGORITHM)
    return key


def _type(header: dict[str, object]) -> str:
    """Media types compare without case, and `application/` may be left out (RFC 7515 section 4.1.9)."""
    typ = header.get("typ", "")
    if not isinstance(typ, str):
        raise InvalidToken(Reason.TOKEN_MALFORMED)
    return typ.lower().removeprefix("application/")


def _json(data: bytes) -> dict[str, object]:
    try:
        return parse_object(data)
    except NotStrictJson:
        raise InvalidToken(Reason.TOKEN_MALFORMED) from None
