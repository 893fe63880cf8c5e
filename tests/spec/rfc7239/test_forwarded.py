"""Who asks, as a proxy before this door tells it and as services are told (RFC 7239)."""

from ipaddress import ip_network

import pytest

from gateway_world import ORIGIN
from ostiary.gateway.peer import original
from rules_world import Rules, fields_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:f::/48"))


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (b"203.0.113.7", "203.0.113.7"),
        (b"198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (b"198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (b"198.51.100.1,203.0.113.7 ,\t10.0.0.2,2001:db8:f::1", "203.0.113.7"),
        (b"2001:db8::7, 10.0.0.2", "2001:db8::7"),
        (b"10.0.0.3, 10.0.0.2", "10.0.0.3"),
        (b"198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
        (b"198.51.100.1, ", None),
        (b"203.0.113.7:443", None),
        (b"", None),
    ],
)
def test_7_4_what_stands_before_the_last_stranger_is_what_the_stranger_said(told: bytes, address: str | None) -> None:
    """Only proxies that are named here are believed; an address before that is anybody's invention."""
    assert original(told, PROXIES) == address


@pytest.mark.parametrize(
    ("address", "node", "plain"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", '"[2001:db8::1]"', "2001:db8::1"),
    ],
)
def test_6_1_an_ipv6_address_stands_in_brackets_and_in_quotes(address: str, node: str, plain: str) -> None:
    rules = Rules()
    lines = rules.sent("GET /public/a", address=address)
    assert fields_of(lines, "forwarded") == [f'for={node};host="door.example";proto=https']
    assert fields_of(lines, "x-forwarded-for") == [plain]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[::1]:9"])
def test_an_address_of_ipv6_stands_in_brackets(url: str) -> None:
    """In Host, and where the service tells its own place (RFC 9110 sections 7.2 and 10.2.2, RFC 3986 section 3.2.2)."""
    rules = Rules(services={"api": {"url": url, "audience": "https://api.example"}})
    assert fields_of(rules.sent("GET /public/a"), "host") == [url.removeprefix("http://")]
    moved = rules.answered(rules.allowed("GET /public/a"), f"Location: {url}/x", status="302 Found")
    assert fields_of(moved, "location") == [f"{ORIGIN}/x"]
