"""What clients prove themselves by without a secret of the token endpoint: signatures, certificates, old ways."""

from dataclasses import field
from enum import StrEnum
from typing import Final

from ostiary.keys.certificate import NameType
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret, TokenHash

LONGEST_API_KEY: Final = 365 * 86400
"""Seconds."""
SIGNATURE_MAX_AGE: Final = 60
"""Seconds for which a signature over a request is taken; a contract may make it less."""


class OldWay(StrEnum):
    """How clients that cannot change prove themselves: what a copy of one request gives away."""

    BASIC = "basic"
    """RFC 7617."""
    BEARER = "bearer"
    """A text that is always the same, in the place of a token (RFC 6750 section 2.1)."""
    QUERY = "query"
    """A parameter of the URL (as RFC 6750 section 2.3 has it for tokens)."""


@frozen
class SignatureRule:
    """What the signed requests of a client rest on (RFC 9421)."""

    tag: str
    covers: frozenset[bytes]
    """Fields that every request has and signs, beside what all of them sign."""
    max_age: int
    """Seconds."""
    jwks: str | None
    """A JWK set of public keys, as JSON."""
    secrets: tuple[Secret, ...] = field(compare=False)
    """Of hmac-sha256; there are some where there are no public keys. Secrets compare with nothing."""


@frozen
class OldWayRule:
    """One way of a legacy client. Times are seconds since the epoch."""

    way: OldWay
    name: str
    """Of the user or the parameter; empty for a static bearer token, which comes without one."""
    hash: TokenHash
    deprecated: int
    """Since when."""
    until: int
    """From then on it is refused."""


@frozen
class CertificateRule:
    """By which certificate a client is known (RFC 8705 section 2): one with this name, or one of its `own`."""

    kind: NameType | None
    name: str
    own: tuple[bytes, ...] = field(default=(), repr=False)
    """DER. Empty where the certificate is known by a name."""
