"""One listener of a worker: the gateway in force there, and whose connections come to it."""

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ostiary.gateway.certificates import Revoked
from ostiary.gateway.compile import Gateway
from ostiary.gateway.peer import Peer, peer_of
from ostiary.server.channel import Listener
from ostiary.server.gateway.client_certificates import ClientCertificates
from ostiary.server.gateway.tls import server_context

MOST_PEERS: Final = 10_000
"""Addresses whose `Peer` is remembered."""
_GONE: Final = ("0.0.0.0",)  # noqa: S104  # the address of who hung up before anyone asked; nothing binds to it


class Entrance:
    """`gateway` is the one in force."""

    gateway: Gateway

    def __init__(self, listener: Listener) -> None:
        """Raises OSError and CertificateInvalid."""
        self.listener: Final = listener
        self.context: Final = _context(listener)
        self.certificates: Final = (
            None if self.context is None or listener.taken is None else ClientCertificates(listener.taken, self.context)
        )
        self._peers: dict[str, Peer] = {}

    @property
    def revoked(self) -> Revoked:
        """What its authorities have taken back."""
        return Revoked() if self.certificates is None else self.certificates.revoked

    def adopt(self, gateway: Gateway, own: Iterable[bytes]) -> None:
        """From the next request on. `own`: certificates that clients registered."""
        self.gateway, self._peers = gateway, {}
        if self.certificates is not None:
            self.certificates.take(own)

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
        peer = self.peer((transport.get_extra_info("peername") or _GONE)[0])
        if self.certificates is None:
            return peer
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return peer if shown is None else replace(peer, certificate=self.certificates.identified(shown))


def _context(listener: Listener) -> ssl.SSLContext | None:
    if listener.certificate is None or listener.key is None:
        return None
    return server_context(listener.certificate, listener.key)
