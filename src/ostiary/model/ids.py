"""Names that must not be mixed up, each a type of its own."""

from typing import Final, NewType

ClientId = NewType("ClientId", str)
"""`client_id` (RFC 6749 section 2.2)."""
Subject = NewType("Subject", str)
"""`sub` of a person: opaque, never reassigned (OpenID Connect Core section 2)."""
TenantId = NewType("TenantId", str)
SessionId = NewType("SessionId", str)
"""`sid`: the public name of a sign-in session; the cookie's secret is another value."""
TokenId = NewType("TokenId", str)
"""`jti` of an access token or an assertion (RFC 7519 section 4.1.7)."""
GrantId = NewType("GrantId", str)
"""What one authorization issued: the code, its access tokens and the family of its refresh tokens."""
KeyId = NewType("KeyId", str)
"""`kid` (RFC 7517 section 4.5)."""
Thumbprint = NewType("Thumbprint", str)
"""SHA-256 of the key or certificate that a token is bound to, in base64url (RFC 9449 section 6.1, RFC 8705 section
3.1)."""
Pin = NewType("Pin", str)
"""SHA-256 of a public key that apps hold this door's certificate to, in base64 (RFC 7469 section 2.4)."""
ApiKeyId = NewType("ApiKeyId", str)
"""The public name of an API key: it says nothing of the key."""
AdminTokenId = NewType("AdminTokenId", str)
"""The public name of a token for the admin API: it says nothing of the token."""
InitialAccessTokenId = NewType("InitialAccessTokenId", str)
"""The public name of a token with which clients register: it says nothing of the token."""
DeviceKeyId = NewType("DeviceKeyId", str)
"""Of a key in a device that was attested: SHA-256 in base64url of its public half, as a point or (Android) a JWK."""
Scope = NewType("Scope", str)
Role = NewType("Role", str)
ServiceName = NewType("ServiceName", str)
RouteId = NewType("RouteId", str)
"""A route as the contract writes it: `GET /v1/users/{user}/orders`."""
GatewayName = NewType("GatewayName", str)
"""Of a listener in the contract; the door itself has none."""
TokenHash = NewType("TokenHash", bytes)
"""SHA-256 of a high-entropy secret: what the store keeps instead of the secret. 32 bytes."""
Reference = NewType("Reference", str)
"""What a refusal shows to the client and `ostiary explain ref` resolves."""


class Secret:
    """A value that never shows itself: not in a repr, a log line or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value: Final = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __eq__(self, other: object) -> bool:
        raise TypeError("compare secrets with hmac.compare_digest on their hashes")

    __hash__ = None  # type: ignore[assignment]  # a hashable secret would be compared by dict look-ups
