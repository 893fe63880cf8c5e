"""Request objects: an authorization request that the client signed (RFC 9101). Only by value: nothing is ever fetched
from where a request says, so that nobody can send us anywhere (section 10.4.1)."""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from ostiary.contract.model import ClientRule
from ostiary.issuer.brought import LONGEST_VISIT, Brought
from ostiary.issuer.form import MOST_PARAMETERS, has_control
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.jwt import verify_typed
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidRequestObject, InvalidToken
from ostiary.model.reasons import Reason

TYPE: Final = "oauth-authz-req+jwt"
_TYPES: Final = frozenset({TYPE, "jwt", ""})
"""Section 10.8: no other JWT of a client passes for one, and this one for no other. Clients need not say it (FAPI 2.0
Message Signing section 5.3.2), and libraries say `JWT`, which says nothing: where there is a `sub`, as assertions have,
it is none."""
LONGEST_SECONDS: Final = 3600
"""From `nbf` to `exp` (FAPI 2.0 Message Signing section 5.3.1)."""
CLOCKS_APART: Final = 10
"""Seconds by which a client's clock may be ahead (FAPI 2.0 Security Profile section 5.3.2.1)."""
_OF_THE_JWT: Final = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})
_NEVER_INSIDE: Final = frozenset({"request", "request_uri", "sub"})
"""Section 4; and section 10.8 for `sub`, which a client's assertion has."""


def require_signed(jwt: str, keys: KeySet) -> VerifiedClaims:
    """Raise InvalidRequestObject unless the client signed it, as a request object (section 6.2)."""
    try:
        return verify_typed(jwt, keys, _TYPES)
    except InvalidToken:
        raise _invalid() from None


def require_of_client(claims: VerifiedClaims, client: ClientRule) -> None:
    """Raise InvalidRequestObject unless the client says to be the client, inside as outside (sections 5 and 6.3)."""
    if _text(claims, "iss") != client.id or _text(claims, "client_id") != client.id:
        raise _invalid()


def require_for_issuer(claims: VerifiedClaims, issuer: str) -> None:
    """Raise InvalidRequestObject unless it was made for this server, whoever else it is for (section 4, RFC 7519
    section 4.1.3)."""
    try:
        audience = claims.texts("aud")
    except InvalidToken:
        raise _invalid() from None
    if issuer not in audience:
        raise _invalid()


def require_in_time(claims: VerifiedClaims, opened: bool, now: float) -> None:
    """Raise InvalidRequestObject if it says that it begins later, or has ended (RFC 7519 sections 4.1.4 to 4.1.6); a
    request may leave that open (RFC 9101 section 4). `opened`: this browser brought it in time, and its person may
    still finish."""
    begins, ends, issued = (_date(claims, name) for name in ("nbf", "exp", "iat"))
    if max(begins or 0, issued or 0) > now + CLOCKS_APART:
        raise InvalidRequestObject(Reason.REQUEST_OBJECT_EXPIRED)
    if ends is not None and now >= ends + (LONGEST_VISIT if opened else 0):
        raise InvalidRequestObject(Reason.REQUEST_OBJECT_EXPIRED)


def require_near_times(claims: VerifiedClaims, client: ClientRule) -> None:
    """Where the client's profile wants its requests signed, raise InvalidRequestObject unless it begins and ends, at
    most an hour apart: what has not ended began within the hour, too (FAPI 2.0 Message Signing section 5.3.1)."""
    if not client.profile.signed_requests:
        return
    begins, ends = _date(claims, "nbf"), _date(claims, "exp")
    if begins is None or ends is None:
        raise _invalid()
    if ends > begins + LONGEST_SECONDS:
        raise InvalidRequestObject(Reason.REQUEST_OBJECT_EXPIRED)


def parameters(claims: VerifiedClaims, brought: Brought) -> Brought:
    """The request inside, and nothing of what stands beside it (section 6.3). Raises InvalidRequestObject."""
    inside = {name: value for name, value in claims.values.items() if name not in _OF_THE_JWT}
    if _NEVER_INSIDE & inside.keys() or len(inside) > MOST_PARAMETERS:
        raise _invalid()
    return Brought(list(_pairs(inside)), pushed=brought.pushed, signed=True)


def _pairs(inside: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """As a query has them: numbers as text, objects as JSON, a list of texts as one that repeats (section 4)."""
    for name, value in inside.items():
        for text in _texts(value):
            if has_control(name) or has_control(text):
                raise _invalid()
            yield name, text


def _texts(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case int() if type(value) is int:
            return [str(value)]
        case list() if value and all(isinstance(each, str) for each in value):
            return value
        case dict() | list():
            return [orjson.dumps(value).decode()]
        case _:
            raise _invalid()


def _date(claims: VerifiedClaims, name: str) -> int | None:
    try:
        return claims.date_or_none(name)
    except InvalidToken:
        raise _invalid() from None


def _text(claims: VerifiedClaims, name: str) -> str:
    try:
        return claims.text(name)
    except InvalidToken:
        raise _invalid() from None


def _invalid() -> InvalidRequestObject:
    return InvalidRequestObject(Reason.REQUEST_OBJECT_INVALID)
