"""The client certificates that a listener takes, and the revocation lists that it goes by, read anew as they change."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from ostiary.gateway.certificates import Revoked
from ostiary.keys import certificate
from ostiary.keys.certificate import CertificateInvalid, ClientCertificate
from ostiary.keys.revocation_list import RevocationLists, revocation_lists
from ostiary.server.channel import CertificatesTaken
from ostiary.server.gateway.tls import require_certificates

LOOK_SECONDS: Final = 2.0
"""How often the files of the revocation lists are looked at."""
_LOG: Final = logging.getLogger("ostiary.gateway")
Stamp = tuple[tuple[int, int, int], ...]


class ClientCertificates:
    """Of one listener. `revoked` is kept true while `run` runs."""

    def __init__(self, taken: CertificatesTaken, context: ssl.SSLContext) -> None:
        """Raises OSError and CertificateInvalid."""
        self._taken: Final = taken
        self._context: Final = context
        self._own: frozenset[bytes] = frozenset()
        known = None if taken.authorities is None else Path(taken.authorities).read_bytes()
        self._authorities: Final = () if known is None else certificate.authorities(known)
        require_certificates(context, taken.authorities, required=taken.required)
        self._stamp = self._stamped()
        self.revoked: Final = Revoked(self._read())

    def identified(self, der: bytes) -> ClientCertificate:
        """Raises CertificateInvalid."""
        return certificate.identified(der, self._authorities)

    def take(self, own: Iterable[bytes]) -> None:
        """Let the handshake take these too, which clients registered. It goes on taking those of before, which the
        gateway then refuses with every request."""
        new = frozenset(own) - self._own
        if new:
            self._context.load_verify_locations(cadata=b"".join(new))
        self._own |= new

    async def run(self, changed: Callable[[], None]) -> None:
        """Until cancelled; `changed` is called after what may end running streams. Where a list cannot be read, the one
        before it stays in force until its end."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await asyncio.to_thread(self.look):
                    changed()
            except (OSError, CertificateInvalid) as error:
                _LOG.warning("a revocation list is left as it was: %s", error)

    def look(self) -> bool:
        """Whether there are new lists. Raises OSError and CertificateInvalid; then those of before stay in force."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return False
        self.revoked.lists = self._read()
        self._stamp = stamp
        return True

    def _read(self) -> RevocationLists:
        files = [Path(name).read_bytes() for name in self._taken.revoked]
        return revocation_lists(files, self._authorities) if files else {}

    def _stamped(self) -> Stamp:
        """What changes when a file does."""
        looks = (Path(name).stat() for name in self._taken.revoked)
        return tuple((look.st_ino, look.st_mtime_ns, look.st_size) for look in looks)
