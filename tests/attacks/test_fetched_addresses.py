"""A stranger's URL leads to the public internet and nowhere else, however its address is written."""

from ipaddress import ip_network

import pytest

from ostiary.http.addresses import is_reachable
from ostiary.http.fetchable import read_place

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.1 ",
    "127.0.0.1\x00",
    "1.1.1.1/32",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "128.0.0.1",
    "168.63.129.17",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.31.195.255",
    "192.52.194.0",
    "192.167.255.255",
    "192.175.49.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2620:4f:8001::1",
    "2001:4860:4860::8888",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_not_reached(address: str) -> None:
    assert not is_reachable(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_public_is(address: str) -> None:
    assert is_reachable(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd12::1"])
def test_a_network_that_the_contract_names_is_reached_and_its_neighbour_is_not(address: str) -> None:
    assert is_reachable(address, [ip_network("10.1.0.0/16"), ip_network("fd12::/16")])
    assert not is_reachable(address, [ip_network("10.2.0.0/16"), ip_network("fd13::/16")])


@pytest.mark.parametrize(
    "uri",
    [
        "http://files.book.example/",
        "HTTPS://files.book.example/",
        "ftp://files.book.example/",
        "file:///etc/passwd",
        "https:files.book.example/",
        "https:///files.book.example",
        "//files.book.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.0x1/",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::ffff:127.0.0.1]/",
        "https://1.1.1.1/",
        "https://localhost/",
        "https://files/",
        "https://files.book.example./",
        "https://FILES.book.example/",
        "https://files.b\u00f6\u00f6k.example/",
        "https://files.book\u3002example/",
        "https://files.book.example%2e.evil.example/",
        "https://user@files.book.example/",
        "https://user:word@files.book.example/",
        "https://files.book.example:80/",
        "https://files.book.example:8443/",
        "https://files.book.example:0/",
        "https://files.book.example:99999/",
        "https://files.book.example:/",
        "https://files.book.example:4_43/",
        "https://files.book.example#@evil.example/",
        "https://files.book.example\\@evil.example/",
        "https://files.book.example/a b",
        "https://files.book.example/\r\nx: y",
        "https://files.book.example/\n",
        "https://" + "a." * 127 + "example/",
        "https://files.book.example/" + "a" * 1000,
        "",
    ],
)
def test_odd_urls_lead_nowhere(uri: str) -> None:
    assert read_place(uri) is None


def test_plain_ones_are_read() -> None:
    place = read_place("https://files.book.example/a/b?c=d&e=%2F")
    assert place is not None
    assert (place.host, place.port, place.target) == ("files.book.example", 443, "/a/b?c=d&e=%2F")
    assert (bare := read_place("https://files.book.example")) is not None and bare.target == "/"
    assert (own := read_place("https://files.book.example:443/")) is not None and own.port == 443
    assert (other := read_place("https://files.book.example:8443/", frozenset({8443}))) is not None
    assert (other.host, other.port) == ("files.book.example", 8443)


def test_a_url_at_its_bound_is_read_and_one_beyond_it_is_not() -> None:
    """1,000 characters, of which 253 may be a name's (RFC 1035 section 2.3.4)."""
    start, label = "https://a.example/", "a" * 61
    assert read_place(start + "x" * (1000 - len(start))) is not None
    assert read_place(start + "x" * (1001 - len(start))) is None
    name = ".".join([label] * 3) + "." + "b" * (253 - 3 * 62 - len(".example")) + ".example"
    assert read_place(f"https://{name}/") is not None
    assert read_place(f"https://b{name}/") is None
