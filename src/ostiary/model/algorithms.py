"""Signature algorithms by their JOSE names (RFC 7518 section 3.1, RFC 8037, RFC 9864)."""

from typing import Final

VERIFIED: Final = ("ES256", "PS256", "RS256", "EdDSA", "Ed25519")
"""What clients may sign with: assertions, request objects, attestations."""
PROVING: Final = tuple(name for name in VERIFIED if name != "RS256")
"""What a proof of possession may be signed with: RS256 is left out, which the FAPI 2.0 Security Profile (section 5.4.1)
refuses. A thumbprint is the same for both ways to use an RSA key, so no bound token could tell which one was meant."""
