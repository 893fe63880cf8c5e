"""Signature algorithms by their JOSE names (RFC 7518 section 3.1, RFC 8037, RFC 9864)."""

from typing import Final

VERIFIED: Final = ("ES256", "PS256", "RS256", "EdDSA", "Ed25519")
"""What clients may sign with: assertions, and proofs of possession."""
