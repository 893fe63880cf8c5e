"""Content-Digest: what the content of a message hashes to, checked as the content arrives (RFC 9530 section 2)."""

import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ostiary.http import structured
from ostiary.model.errors import BadRequest
from ostiary.model.reasons import Reason

if TYPE_CHECKING:
    from hashlib import _Hash

_LONGEST: Final = 1024
_HASHES: "Final[dict[bytes, Callable[[], _Hash]]]" = {b"sha-256": hashlib.sha256, b"sha-512": hashlib.sha512}
"""The active algorithms of RFC 9530 section 5. Others may stand beside them, and prove nothing."""


class ContentDigest:
    """What one field states. Feed it the content, then ask `require`."""

    __slots__ = ("_stated",)

    def __init__(self, field: bytes) -> None:
        """Raise BadRequest(DIGEST_INVALID) where it is malformed or has neither sha-256 nor sha-512."""
        try:
            members = structured.byte_sequences(field) if len(field) <= _LONGEST else {}
        except structured.NotStructured:
            members = {}
        self._stated: Final = [(_HASHES[name](), value) for name, value in members.items() if name in _HASHES]
        if not self._stated:
            raise BadRequest(Reason.DIGEST_INVALID)

    def feed(self, content: bytes) -> None:
        """More of the content, after transfer codings and before content codings are undone."""
        for running, _ in self._stated:
            running.update(content)

    def require(self) -> None:
        """Raise BadRequest(DIGEST_MISMATCH) unless the content was what the field states, by every hash in it."""
        for running, value in self._stated:
            if not hmac.compare_digest(running.digest(), value):
                raise BadRequest(Reason.DIGEST_MISMATCH)
