"""The client certificates that a listener takes, and the revocation lists that it goes by, read anew as they change."""

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ostiary.gateway.certificates import Trusted
from ostiary.keys import certificate
from ostiary.keys.certificate import ClientCertificate
from ostiary.keys.revocation_list import RevocationLists, revocation_lists
from ostiary.server.channel import CertificatesTaken
from ostiary.server.gateway.tls import require_certificates

Stamp = tuple[tuple[int, int, int], ...]


class ClientCertificates:
    """Of one listener. `trusted` is kept true by `look`."""

    def __init__(self, taken: CertificatesTaken, context: ssl.SSLContext) -> None:
        """Raises OSError and CertificateInvalid."""
        self._taken: Final = taken
        self._context: Final = context
        self._own: frozenset[bytes] = frozenset()
        known = None if taken.authorities is None else Path(taken.authorities).read_bytes()
        self._authorities: Final = () if known is None else certificate.authorities(known)
        require_certificates(context, taken.authorities, required=taken.required)
        self._stamp = self._stamped()
        self.trusted: Final = Trusted(frozenset(each.thumbprint for each in self._authorities), self._read())

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

    def look(self) -> bool:
        """Whether there are new lists. Raises OSError and CertificateInvalid; then those of before stay in force."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return False
        self.trusted.lists = self._read()
        self._stamp = stamp
        return True

    def _read(self) -> RevocationLists:
        files = [Path(name).read_bytes() for name in self._taken.revoked]
        return revocation_lists(files, self._authorities) if files else {}

    def _stamped(self) -> Stamp:
        """What changes when a file does."""
        looks = (Path(name).stat() for name in self._taken.revoked)
        return tuple((look.st_ino, look.st_mtime_ns, look.st_size) for look in looks)
