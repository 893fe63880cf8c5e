"""Nonces for proofs of possession, by which a proof's age is told by our clock (RFC 9449 sections 8 and 9).

A nonce is the same for everyone and for a minute. Whoever has the key can tell it, so that nothing is stored.
"""

import hmac
from typing import Final

from ostiary.keys import base64url

WINDOW: Final = 60
"""Seconds for which a nonce is the newest one; it is taken for as long again."""


class Nonces:
    """`key` is drawn anew at each start: what was good before is refused after it, when no memory of it is left."""

    __slots__ = ("_before", "_key", "_newest", "_window")

    def __init__(self, key: bytes) -> None:
        self._key: Final = key
        self._window = -1
        self._newest = self._before = ""

    def newest(self, now: float) -> str:
        """`now`: seconds since the epoch."""
        if int(now) // WINDOW != self._window:
            self._begin(int(now) // WINDOW)
        return self._newest

    def takes(self, nonce: object, now: float) -> bool:
        """Whether it is the newest one or the one before."""
        return nonce == self.newest(now) or nonce == self._before

    def _begin(self, window: int) -> None:
        self._window, self._newest, self._before = window, self._of(window), self._of(window - 1)

    def _of(self, window: int) -> str:
        return base64url.encode(hmac.digest(self._key, window.to_bytes(8, "big"), "sha256")[:16])


def end_of(now: float) -> int:
    """When no nonce that is taken now is taken any more."""
    return (int(now) // WINDOW + 2) * WINDOW
