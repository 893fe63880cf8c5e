"""private_key_jwt: a client proves itself with a signed assertion (RFC 7523, OpenID Connect Core section 9)."""

from typing import Final

from ostiary.issuer.records import SpendAssertion
from ostiary.keys.assertion import Assertion, verify
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidClient
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason

LONGEST_SECONDS: Final = 3600
"""How far ahead `exp` may lie: for as long its `jti` is remembered."""
CLOCKS_APART: Final = 10
"""Seconds by which a client's clock may be ahead."""
LONGEST_JTI: Final = 256


def require_assertion(jwt: str, client: ClientId, keys: KeySet, issuer: str, now: float) -> SpendAssertion:
    """The single use of a valid assertion (RFC 7523 section 3). Raises InvalidClient."""
    assertion = verify(jwt, keys)
    require_own_assertion(assertion, client, issuer)
    require_near_times(assertion, now)
    if not 0 < len(assertion.token) <= LONGEST_JTI or not assertion.token.isprintable():
        raise InvalidClient(Reason.ASSERTION_INVALID)
    return SpendAssertion(client, assertion.token, assertion.expires_at)


def require_own_assertion(assertion: Assertion, client: ClientId, issuer: str) -> None:
    """By the client about itself, for this issuer and nobody else, so that one that was made for another server never
    fits here (RFC 10070). Raises InvalidClient."""
    if assertion.issuer != client or assertion.subject != client or assertion.audience != issuer:
        raise InvalidClient(Reason.ASSERTION_INVALID)


def require_near_times(assertion: Assertion, now: float) -> None:
    """Raise InvalidClient unless `exp` is to come, and soon; and `nbf` and `iat`, where they stand, are past
    (RFC 7523 section 3)."""
    begins = max(assertion.not_before or 0, assertion.issued_at or 0)
    if not now < assertion.expires_at <= now + LONGEST_SECONDS + CLOCKS_APART or begins > now + CLOCKS_APART:
        raise InvalidClient(Reason.ASSERTION_EXPIRED)
