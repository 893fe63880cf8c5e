"""Where this door takes less than it might: what stands before a request, and requests that name no host."""

import pytest

from ostiary.model.errors import BadRequest
from rules_world import Rules

HEAD = b"GET /public/a HTTP/1.1\r\nHost: door.example"


@pytest.fixture
def rules() -> Rules:
    return Rules()


def test_2_2_an_empty_line_before_a_request_is_refused(rules: Rules) -> None:
    with pytest.raises(BadRequest):
        rules.gateway.parser.parse(b"\r\n" + HEAD)
    assert rules.gateway.parser.parse(HEAD).path == b"/public/a"


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_3_2_a_request_without_a_host_is_refused_whatever_its_version(rules: Rules, version: bytes) -> None:
    line, _, host = HEAD.replace(b"1.1", version).partition(b"\r\n")
    with pytest.raises(BadRequest):
        rules.gateway.parser.parse(line + b"\r\nX: y")
    assert rules.gateway.parser.parse(line + b"\r\n" + host).path == b"/public/a"
