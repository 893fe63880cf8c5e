"""A client's own JWT, by which it proves who it is: `private_key_jwt` (RFC 7523 section 3).

Here: form and signature. Whom it names, for whom it is, when, and whether it came before, the issuer checks.
"""

from typing import Final

from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.jwt import unverified_claims, verify_typed
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidClient, InvalidToken
from ostiary.model.frozen import frozen
from ostiary.model.ids import TokenId
from ostiary.model.reasons import Reason

TYPES: Final = frozenset({"", "jwt", "client-authentication+jwt"})
"""RFC 7523 had no `typ`; its update names the last one (RFC 10070 section 4). Of what else a client signs, only a
request object may have one of these, and it has no `sub`."""


@frozen
class Assertion:
    """Signed by the client whose keys were given. Times are whole seconds since the epoch, fractions dropped."""

    issuer: str
    subject: str
    audience: str
    """One text: an array is refused, even of one (FAPI 2.0 Security Profile section 5.3.2.1)."""
    token: TokenId
    expires_at: int
    not_before: int | None
    issued_at: int | None


def verify(assertion: str, keys: KeySet) -> Assertion:
    """Return the claims; raise InvalidClient(ASSERTION_INVALID) where form, type, key or signature do not hold."""
    try:
        return _read(verify_typed(assertion, keys, TYPES))
    except InvalidToken:
        raise InvalidClient(Reason.ASSERTION_INVALID) from None


def unverified_subject(assertion: str) -> str:
    """Whose keys to verify with, where the request has no `client_id` (RFC 7521 section 4.2). Nothing is proven yet.

    Raise InvalidClient(ASSERTION_INVALID) where it names nobody.
    """
    try:
        return VerifiedClaims(unverified_claims(assertion)).text("sub")
    except InvalidToken:
        raise InvalidClient(Reason.ASSERTION_INVALID) from None


def _read(claims: VerifiedClaims) -> Assertion:
    return Assertion(
        issuer=claims.text("iss"),
        subject=claims.text("sub"),
        audience=claims.text("aud"),
        token=TokenId(claims.text("jti")),
        expires_at=claims.date("exp"),
        not_before=claims.date_or_none("nbf"),
        issued_at=claims.date_or_none("iat"),
    )
