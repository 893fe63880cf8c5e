"""One listener of a worker: the gateway in force there, its certificates, and whose connections come to it."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from ostiary.gateway.certificates import Trusted
from ostiary.gateway.decide import Gateway
from ostiary.gateway.peer import Peer, peer_of
from ostiary.keys.certificate import CertificateInvalid
from ostiary.model.frozen import frozen
from ostiary.server.channel import Listener
from ostiary.server.gateway.client_certificates import ClientCertificates
from ostiary.server.gateway.tls import server_context

MOST_PEERS: Final = 10_000
"""Addresses whose `Peer` is remembered."""
_LOG: Final = logging.getLogger("ostiary.gateway")
_GONE: Final = ("0.0.0.0",)  # noqa: S104  # the address of who hung up before anyone asked; nothing binds to it


@frozen
class Tls:
    """What a listener shows, and which client certificates it takes; nothing of it for plain HTTP."""

    context: ssl.SSLContext | None
    certificates: ClientCertificates | None

    @classmethod
    def read(cls, listener: Listener) -> "Tls":
        """From its files. Raises OSError and CertificateInvalid."""
        if listener.tls is None:
            return cls(None, None)
        context = server_context(listener.tls.certificate, listener.tls.key)
        return cls(context, None if listener.taken is None else ClientCertificates(listener.taken, context))

    @property
    def trusted(self) -> Trusted:
        """Its authorities, and what they have taken back."""
        return Trusted() if self.certificates is None else self.certificates.trusted


class Entrance:
    """`gateway` and `tls` are those in force."""

    gateway: Gateway

    def __init__(self, listener: Listener) -> None:
        """Raises OSError and CertificateInvalid."""
        self.listener: Final = listener
        self.tls = Tls.read(listener)
        self._peers: dict[str, Peer] = {}
        self._told = ""

    @property
    def certificates(self) -> ClientCertificates | None:
        """None where clients are asked for none."""
        return self.tls.certificates

    def adopt(self, gateway: Gateway, tls: Tls, own: Iterable[bytes]) -> None:
        """From the next request and the next handshake on. `own`: certificates that clients registered."""
        self.gateway, self.tls, self._peers = gateway, tls, {}
        if tls.certificates is not None:
            tls.certificates.take(own)

    async def look(self, changed: Callable[[], None]) -> None:
        """For new revocation lists; `changed` is called after what may end running streams. Where a list cannot be
        read, the one before it stays in force until its end, and the log says so once."""
        try:
            if self.certificates is not None and await asyncio.to_thread(self.certificates.look):
                changed()
            self._told = ""
        except (OSError, CertificateInvalid) as error:
            if str(error) != self._told:
                self._told = str(error)
                _LOG.warning("a revocation list is left as it was: %s", error)

    def peer(self, address: str) -> Peer:
        """Raises ValueError for what is no address."""
        known = self._peers.get(address)
        if known is None:
            if len(self._peers) >= MOST_PEERS:
                self._peers.clear()
            known = self._peers[address] = peer_of(address, self.gateway.origin.partition("://")[2])
        return known

    def peer_at(self, transport: asyncio.BaseTransport) -> Peer:
        """Whose connection it is. Raises CertificateInvalid for a certificate that OpenSSL took and we cannot read."""
        peer, tls = self.without_certificate(transport), transport.get_extra_info("ssl_object")
        if self.certificates is None or tls is None:
            return peer
        shown = tls.getpeercert(binary_form=True)
        return peer if shown is None else replace(peer, certificate=self.certificates.identified(shown))

    def without_certificate(self, transport: asyncio.BaseTransport) -> Peer:
        """Known by the address alone."""
        return self.peer((transport.get_extra_info("peername") or _GONE)[0])
