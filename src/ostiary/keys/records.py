"""A signing key's life: published before it signs, kept until the last token that it signed is dead."""

from enum import StrEnum

from ostiary.model.frozen import frozen
from ostiary.model.ids import KeyId
from ostiary.model.plan import Write


class KeyUse(StrEnum):
    ISSUER = "issuer"
    """Signs access tokens and ID tokens; published at the issuer's `jwks_uri`."""
    GATEWAY = "gateway"
    """Signs the identity that upstreams get; published at `/.well-known/ostiary/gateway-jwks.json`."""


@frozen
class SigningKey:
    """An ES256 key. Times are seconds since the epoch.

    It is published from `created_at`, signs from `signs_at` until its successor signs, and `dies_at` is when the last
    token that it signed has expired (None: not known yet, since it still signs).
    """

    id: KeyId
    use: KeyUse
    public: str
    """The public JWK as JSON (RFC 7517)."""
    sealed: bytes
    """The private key, encrypted under the master key (AES-256-GCM, bound to id and use)."""
    created_at: int
    signs_at: int
    dies_at: int | None = None


@frozen
class AddKey(Write):
    key: SigningKey


@frozen
class SetKeyDeath(Write):
    id: KeyId
    dies_at: int


@frozen
class RemoveKey(Write):
    id: KeyId
