"""Keys of clients that are fetched from where the clients keep them (`jwks_uri`, RFC 7591 section 2): how long they are
good, and when they are fetched again. Times are seconds since the epoch."""

import re
from typing import Final

from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.keyset import KeySet
from ostiary.model.frozen import frozen
from ostiary.model.ids import KeyId

TYPES: Final = frozenset({"application/json", "application/jwk-set+json"})
MOST_BYTES: Final = 64 * 1024
AGAIN: Final = 60
"""For so long nothing is fetched again, whatever keys are named and however it went."""
USUAL: Final = 600
"""For so long they are fresh where nothing says how long."""
LONGEST: Final = 3600
LAST_GOOD: Final = 86400
"""For so long they are used while they cannot be fetched."""
_MAX_AGE: Final = re.compile(r"(?:^|[ ,\t])max-age=([0-9]{1,9})(?:$|[ ,\t])")


@frozen
class FetchedKeys:
    """`keys`: the last good ones, if any, of `fetched_at`."""

    uri: str
    tried_at: float
    keys: KeySet | None = None
    fetched_at: float = 0
    fresh_until: float = 0

    def usable(self, uri: str, now: float) -> KeySet | None:
        """What the client may still prove itself with."""
        return self.keys if self.uri == uri and now < self.fetched_at + LAST_GOOD else None


def must_fetch(kept: FetchedKeys | None, uri: str, kid: str | None, now: float) -> bool:
    """Whether to fetch before a signature by `kid` is judged. Who names keys that are not there costs one fetch in
    `AGAIN` seconds."""
    if kept is None or kept.uri != uri:
        return True
    if abs(now - kept.tried_at) < AGAIN:
        return False
    if kept.keys is None or now >= kept.fresh_until:
        return True
    return kid is not None and KeyId(kid) not in kept.keys.keys


def after_fetch(kept: FetchedKeys | None, uri: str, came: tuple[KeySet, str] | None, now: float) -> FetchedKeys:
    """What is kept then. `came`: the keys and their Cache-Control; None: there were none to be had."""
    if came is not None:
        keys, cache_control = came
        return FetchedKeys(uri, now, keys, now, now + _fresh_for(cache_control))
    if kept is None or kept.uri != uri:
        return FetchedKeys(uri, now)
    return FetchedKeys(uri, now, kept.keys, kept.fetched_at, kept.fresh_until)


def read_keys(body: bytes) -> KeySet | None:
    """Public keys alone, and none that is not served; else None."""
    try:
        return KeySet.from_jwks(body.decode())
    except (JwkInvalid, UnicodeDecodeError):
        return None


def _fresh_for(cache_control: str) -> int:
    """`max-age` (RFC 9111 section 5.2.2.1) within our own bounds."""
    said = _MAX_AGE.search(cache_control.lower())
    if "no-store" in cache_control.lower() or "no-cache" in cache_control.lower():
        return AGAIN
    return USUAL if said is None else min(max(int(said[1]), AGAIN), LONGEST)
