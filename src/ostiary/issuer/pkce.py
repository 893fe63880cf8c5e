"""Proof Key for Code Exchange, S256 and nothing else (RFC 7636, RFC 9700 section 2.1.1)."""

import re
from hashlib import sha256
from typing import Final

from ostiary.keys import base64url
from ostiary.keys.hashing import same
from ostiary.model.errors import InvalidGrant, InvalidRequest
from ostiary.model.reasons import Reason

METHOD: Final = "S256"
_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9\-_]{43}")


def require_challenge(challenge: str | None, method: str | None) -> str:
    """The challenge. Raises InvalidRequest unless it came, is a SHA-256, and says S256 (RFC 7636 section 4.3)."""
    if challenge is None or method != METHOD:
        raise InvalidRequest(Reason.PKCE_MISSING, "code_challenge")
    if _CHALLENGE.fullmatch(challenge) is None:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "code_challenge")
    return challenge


def read_verifier(verifier: str | None) -> str:
    """The verifier that came. Raises InvalidGrant where none did: every code has a challenge, and who cannot answer it
    has a code of somebody else (RFC 7636 section 4.6); InvalidRequest unless it is 43 to 128 unreserved characters
    (section 4.1)."""
    if verifier is None:
        raise InvalidGrant(Reason.PARAMETER_MISSING, "code_verifier")
    if _VERIFIER.fullmatch(verifier) is None:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "code_verifier")
    return verifier


def require_verifier(verifier: str, challenge: str) -> None:
    """Raise InvalidGrant unless the verifier hashes to the challenge (RFC 7636 section 4.6)."""
    if not same(challenge_of(verifier).encode(), challenge.encode()):
        raise InvalidGrant(Reason.CODE_VERIFIER_MISMATCH)


def challenge_of(verifier: str) -> str:
    """RFC 7636 section 4.2."""
    return base64url.encode(sha256(verifier.encode()).digest())
