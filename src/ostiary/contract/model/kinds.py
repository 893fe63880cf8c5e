"""What a kind of client carries: its grants, how it authenticates, how long its tokens live."""

from enum import StrEnum
from typing import Final

from ostiary.contract.model.limits import Limit
from ostiary.model.frozen import frozen
from ostiary.model.principal import Binding, Kind

LONGEST_ACCESS_TOKEN: Final = 86400
"""Seconds. No contract gives an access token more, so what has to outlive every token lives this long: a revocation,
a key that signed. The contract in force does not tell, since tokens of the one before it may live longer."""


class GrantType(StrEnum):
    """`grant_type` (RFC 6749 sections 4.1.3, 4.4.2 and 6, RFC 8628, RFC 8693)."""

    AUTHORIZATION_CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  # the name of a grant, not a secret
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    """RFC 8628 section 3.4."""
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  # the name of a grant
    """RFC 8693 section 2.1."""


class ClientAuth(StrEnum):
    """`token_endpoint_auth_method` (OpenID Connect Core section 9)."""

    NONE = "none"
    SECRET_BASIC = "client_secret_basic"  # noqa: S105  # the name of a method, not a secret
    PRIVATE_KEY_JWT = "private_key_jwt"
    TLS = "tls_client_auth"
    """By a name in a certificate that an authority issued (RFC 8705 section 2.1)."""
    SELF_SIGNED_TLS = "self_signed_tls_client_auth"
    """By a certificate that is registered itself (RFC 8705 section 2.2)."""
    ATTESTATION = "attest_jwt_client_auth"
    """Of draft-ietf-oauth-attestation-based-client-auth-11; where the DPoP proof stands for a proof of its own, its
    name is `attest_jwt_client_auth_dpop` (section 8)."""
    HANDLED = "token_handler"
    """Nobody outside of this program can say to be such a client: it keeps the client's tokens itself (RFC 10017
    section 6.1), and the token endpoint refuses whoever comes in its name."""

    @property
    def by_certificate(self) -> bool:
        return self in (ClientAuth.TLS, ClientAuth.SELF_SIGNED_TLS)


@frozen
class Profile:
    """What a kind carries (`contract/profiles/table.py`). A client may only narrow it, or say `insecure_`."""

    kind: Kind
    grants: frozenset[GrantType]
    auth_methods: frozenset[ClientAuth]
    """Empty: the kind has no way to the token endpoint."""
    binding: Binding
    """The least binding of an access token of this kind."""
    access_token_seconds: int
    refresh_idle_seconds: int | None
    """How long an unused refresh token lives; None: none is issued."""
    refresh_absolute_seconds: int | None
    asks_consent: bool
    pushed_requests: bool
    """Whether an authorization request has to be pushed (RFC 9126)."""
    cors: bool
    """Whether browsers of the client's origins may call routes across origins."""
    limit: Limit
    """Over all routes, where neither the client nor the route has one."""
    sees_unnamed: bool
    """Whether routes that name no kinds are for this one."""
    signed_requests: bool
    """Whether an authorization request has to be signed (RFC 9101)."""
    signed_answers: bool
    """Whether an authorization request has to ask for a signed answer (JARM)."""
    signed_introspection: bool
    """Whether an introspection request has to ask for a signed answer (RFC 9701)."""
    rotates_refresh: bool
    """Whether each use of a refresh token spends it for another."""
    proof_ahead_seconds: int
    """By how much the clock may be ahead that a proof of possession was made by, where it comes to the issuer (RFC 9449
    section 11.1)."""
