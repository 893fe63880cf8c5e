"""Which addresses are on the public internet: where something may be fetched because a stranger says so.

What is not known to be public unicast is not: the registries of special-purpose addresses (RFC 6890) say what is left
out, and what a network gives its own machines by its own habit comes on top.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network; Linux takes 0.0.0.0 for the machine itself
            "10.0.0.0/8",
            "100.64.0.0/10",  # behind a carrier's NAT (RFC 6598)
            "127.0.0.0/8",
            "168.63.129.16/32",  # what a cloud's virtual machines ask about themselves
            "169.254.0.0/16",  # link-local, and metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_PUBLIC_6: Final = IPv6Network("2000::/3")
"""Global unicast (RFC 4291 section 2.4): loopback, mapped, unique local, link-local and multicast are outside."""
_NOT_PUBLIC_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols' own, Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4: any IPv4 address may be inside
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address behind NAT64 (RFC 6052 section 2.1)."""


def read_address(text: str) -> Address | None:
    """The address that is meant in the end: one inside of another is looked at as itself. None for no address, and for
    one that is good on a single link only."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(address.packed[-4:]) if address in _TRANSLATED else address


def is_public(address: Address) -> bool:
    """Whether it is public unicast."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def is_reachable(text: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether it is public unicast, or in one of the networks."""
    address = read_address(text)
    return address is not None and (is_public(address) or any(address in network for network in allowed))
