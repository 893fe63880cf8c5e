"""Which builds of an app are let in, which are about to end, and what each of them is told.

An app states its build in `x-app-version`. Gateway and issuer judge it by the same rule.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from ostiary.model.errors import UpgradeRequired
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

_MOST_NUMBERS: Final = 4
_STATED: Final = re.compile(rb"([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})(-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?")


@frozen(order=True)
class Build:
    """A version that is compared number by number; one before the release of its numbers is older than that (Semantic
    Versioning 2.0.0 section 11). What stands behind `+` does not count."""

    numbers: tuple[int, ...]
    is_release: bool
    text: str = field(compare=False)


def read_build(stated: bytes | None) -> Build | None:
    """None for what is no version. Numbers that are left out are zeros."""
    found = None if stated is None else _STATED.fullmatch(stated)
    if found is None:
        return None
    numbers = tuple(map(int, found[1].split(b".")))
    return Build(numbers + (0,) * (_MOST_NUMBERS - len(numbers)), found[2] is None, found[0].decode())


@frozen
class Ending:
    """Builds below this one are deprecated from `since` on, and refused from `sunset` on: seconds since the epoch."""

    below: Build
    since: int
    sunset: int

    def fields(self) -> tuple[tuple[bytes, bytes], ...]:
        """What such a build is told: a Date of structured fields (RFC 9745 section 2.1, RFC 9651 section 3.3.7), and an
        HTTP date (RFC 8594 section 3)."""
        sunset = format_datetime(datetime.fromtimestamp(self.sunset, UTC), usegmt=True)
        return ((b"deprecation", b"@%d" % self.since), (b"sunset", sunset.encode()))


@frozen
class Builds:
    """Of one client. `store_links`: where a newer build is to be had, by platform."""

    oldest: Build | None
    ending: Ending | None
    store_links: Mapping[str, str]

    def require(self, stated: bytes | None, now: float) -> bool:
        """Whether the build is told of its end. Raises UpgradeRequired for one that is too old, and for one that does
        not say, or not readably, which it is."""
        build = read_build(stated)
        if self.oldest is not None and (build is None or build < self.oldest):
            raise self._refused(build, self.oldest)
        ending = self.ending
        if ending is None or now < ending.since or (build is not None and build >= ending.below):
            return False
        if now >= ending.sunset:
            raise self._refused(build, ending.below)
        return True

    def _refused(self, build: Build | None, needed: Build) -> UpgradeRequired:
        reason = Reason.BUILD_UNKNOWN if build is None else Reason.BUILD_TOO_OLD
        return UpgradeRequired(reason, needed.text, self.store_links)
