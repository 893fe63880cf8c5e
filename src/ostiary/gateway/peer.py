"""Whose connection it is."""

from collections.abc import Iterable
from dataclasses import field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from ostiary.keys.certificate import ClientCertificate
from ostiary.model.frozen import frozen

Network = IPv4Network | IPv6Network
_SITE: Final = 64
"""Bits of an IPv6 address that one customer of a provider commonly holds: what a limit counts as one address."""


@frozen
class Peer:
    """The client's address: of the connection, or as a trusted proxy tells it."""

    address: IPv4Address | IPv6Address
    text: str
    bucket: str
    """What limits by address count together: the address, or the /64 of an IPv6 one."""
    forwarded: bytes = field(repr=False)
    """The fields that tell an upstream about the client, as lines."""
    certificate: ClientCertificate | None = None
    """Of this one connection: never of a peer that is remembered by its address."""

    def within(self, networks: Iterable[Network]) -> bool:
        """Whether the address is in one of the networks."""
        return any(self.address in network for network in networks)


def peer_of(text: str, host: str) -> Peer:
    """The peer at an address, of a connection to `host`. An IPv4 address mapped into IPv6 is the IPv4 address."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    bucket = (
        str(address) if isinstance(address, IPv4Address) else str(IPv6Network((int(address) >> _SITE << _SITE, _SITE)))
    )
    return Peer(address, str(address), bucket, _forwarded(address, host))


def _forwarded(address: IPv4Address | IPv6Address, host: str) -> bytes:
    """RFC 7239 section 4, and what came before it and is more widely read."""
    node = f'"[{address}]"' if isinstance(address, IPv6Address) else str(address)
    lines = (
        f'forwarded: for={node};host="{host}";proto=https',
        f"x-forwarded-for: {address}",
        f"x-forwarded-host: {host}",
        "x-forwarded-proto: https",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def original(told: bytes, trusted: Iterable[Network]) -> str | None:
    """The address that `x-forwarded-for` tells: the last one that is not itself a trusted proxy's (RFC 7239
    section 7.4). None where what stands there is no address."""
    proxies = tuple(trusted)
    text = None
    for hop in reversed(told.split(b",")):
        try:
            address = ip_address(hop.strip(b" \t").decode("ascii"))
        except ValueError:
            return text
        text = str(address)
        if not any(address in network for network in proxies):
            return text
    return text
