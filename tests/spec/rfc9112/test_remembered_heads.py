"""Heads that are remembered, whole or by their fields: each rule holds for the second as it did for the first."""

import pytest

from ostiary.http.request import RequestHead
from ostiary.model.errors import HttpRefused, MisdirectedRequest, UriTooLong
from rules_world import Rules

FIELDS = b"\r\nHost: door.example\r\nX: y"


@pytest.fixture
def rules() -> Rules:
    return Rules()


def parse(rules: Rules, line: bytes, fields: bytes = FIELDS) -> RequestHead:
    return rules.gateway.parser.parse(line + fields)


def test_9_3_a_request_of_http_1_0_does_not_persist_though_its_fields_did(rules: Rules) -> None:
    for _ in range(2):
        assert parse(rules, b"GET /public/a HTTP/1.1").persistent
        old = parse(rules, b"GET /public/a HTTP/1.0")
        assert (old.minor, old.persistent) == (0, False)


def test_6_1_chunks_in_http_1_0_are_refused_though_the_same_fields_were_good(rules: Rules) -> None:
    chunked = FIELDS + b"\r\nTransfer-Encoding: chunked"
    for _ in range(2):
        assert parse(rules, b"POST /public/a HTTP/1.1", chunked).length == -1
        with pytest.raises(HttpRefused):
            parse(rules, b"POST /public/a HTTP/1.0", chunked)


def test_3_2_2_an_absolute_form_of_another_host_is_refused_though_its_fields_were_good(rules: Rules) -> None:
    for _ in range(2):
        assert parse(rules, b"GET https://door.example/public/a HTTP/1.1").path == b"/public/a"
        parse(rules, b"GET /public/a HTTP/1.1")
        with pytest.raises(MisdirectedRequest):
            parse(rules, b"GET https://evil.example/public/a HTTP/1.1")


def test_3_2_2_a_host_that_an_absolute_form_overrode_is_no_good_by_itself(rules: Rules) -> None:
    other = b"\r\nHost: evil.example"
    for _ in range(2):
        assert parse(rules, b"GET https://door.example/public/a HTTP/1.1", other).path == b"/public/a"
        with pytest.raises(MisdirectedRequest):
            parse(rules, b"GET /public/a HTTP/1.1", other)


def test_3_a_line_over_its_bound_is_refused_though_its_fields_were_good(rules: Rules) -> None:
    most = rules.contract.bounds.request_line
    line = b"GET /public/a?" + b"x" * (most - len(b"GET /public/a? HTTP/1.1")) + b" HTTP/1.1"
    assert len(line) == most
    for _ in range(2):
        assert parse(rules, b"GET /public/a HTTP/1.1").query is None
        assert parse(rules, line).query is not None
        with pytest.raises(UriTooLong):
            parse(rules, line.replace(b"?", b"?x"))


@pytest.mark.parametrize(
    "line",
    [
        b"GET /public/a\r HTTP/1.1",
        b"GET /public/a?\x00 HTTP/1.1",
        b"GET /public/a\nX: y HTTP/1.1",
        b"G\x0bT /public/a HTTP/1.1",
        b"GET  /public/a HTTP/1.1",
        b"GET /public/../a HTTP/1.1",
        b"GET /public/a HTTP/2.0",
    ],
)
def test_3_a_malformed_line_is_refused_though_its_fields_were_good(rules: Rules, line: bytes) -> None:
    for _ in range(2):
        assert parse(rules, b"GET /public/a HTTP/1.1").path == b"/public/a"
        with pytest.raises(HttpRefused):
            parse(rules, line)


@pytest.mark.parametrize(
    ("options", "persists"),
    [
        (b"Foo", (False, True)),
        (b"foo, keep-alive", (True, True)),
        (b"foo , Close", (False, False)),
        (b"keep-alive, close", (False, False)),
    ],
)
def test_9_3_options_of_a_connection_are_heard_wherever_they_stand(
    rules: Rules, options: bytes, persists: tuple[bool, bool]
) -> None:
    fields = FIELDS + b"\r\nConnection: " + options
    asked = [parse(rules, b"GET /public/a HTTP/1.%d" % minor, fields).persistent for minor in (0, 1)]
    assert tuple(asked) == persists
