"""How the client learns where an answer ends that is empty or of no stated length (sections 8.6 and 15.3.5, RFC 9112
section 6), and which requests change protocols (section 7.8, RFC 6455 section 4.2.1)."""

import pytest

from ostiary.model.reasons import Reason
from ostiary.server.gateway.framed import answer, wants_upgrade
from rules_world import Rules
from rules_world import answer as answered

LENGTH = "Content-Length: 7"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


@pytest.mark.parametrize(
    ("method", "status", "lines", "field"),
    [
        ("GET", "200 OK", ("Content-Length: 0",), b"content-length: 0\r\n"),
        ("GET", "204 No Content", (), b""),
        ("GET", "204 No Content", (LENGTH,), b""),
        ("GET", "304 Not Modified", (LENGTH,), b"content-length: 7\r\n"),
        ("GET", "304 Not Modified", (), b""),
        ("HEAD", "200 OK", (LENGTH,), b"content-length: 7\r\n"),
        ("HEAD", "200 OK", (), b""),
        ("HEAD", "204 No Content", (), b""),
    ],
)
def test_8_6_an_answer_without_a_body_says_how_long_it_would_be_if_that_is_known(
    rules: Rules, method: str, status: str, lines: tuple[str, ...], field: bytes
) -> None:
    head = answered(*lines, status=status, method=method.encode())
    asked = rules.allowed(f"{method} /public/a").head
    assert answer(head, asked) == (field, False, False)


def test_what_has_no_length_goes_in_chunks_or_ends_with_the_connection(rules: Rules) -> None:
    head = answered()
    new = rules.allowed("GET /public/a").head
    old = rules.gateway.parser.parse(b"GET /public/a HTTP/1.0\r\nHost: door.example")
    assert answer(head, new) == (b"transfer-encoding: chunked\r\n", True, False)
    assert answer(head, old) == (b"", False, True)


UPGRADE = ("Connection: keep-alive, Upgrade", "Upgrade: WebSocket")


@pytest.mark.parametrize(
    ("head", "fields", "wanted"),
    [
        ("GET /socket", UPGRADE, True),
        ("GET /socket", UPGRADE[:1], False),
        ("GET /socket", UPGRADE[1:], False),
        ("GET /socket", (UPGRADE[0], "Upgrade: h2c"), False),
        ("GET /socket", (*UPGRADE, "Content-Length: 2"), False),
        ("HEAD /socket", UPGRADE, False),
        ("GET /things/ada", UPGRADE[:1], False),
    ],
)
def test_7_8_a_route_changes_protocols_where_its_rule_and_the_request_say_so(
    rules: Rules, head: str, fields: tuple[str, ...], wanted: bool
) -> None:
    own = (rules.token(),) if "things" in head else ()
    assert wants_upgrade(rules.allowed(head, *own, *fields)) is wanted


def test_7_8_a_route_without_an_upgrade_changes_none_whatever_the_request_says(rules: Rules) -> None:
    """Such a request is refused before; here nothing rests on that."""
    asked, head = rules.allowed("GET /public/a"), rules.allowed("GET /socket", *UPGRADE).head
    assert rules.reason("GET /public/a", *UPGRADE) is Reason.UPGRADE_NOT_ALLOWED
    asked.head = head
    assert not wants_upgrade(asked)
    asked.route = rules.allowed("GET /socket").route
    assert wants_upgrade(asked)
