"""Where this door takes less than it might: what stands before a request, requests that name no host, later versions,
paths and lists that are read in more than one way."""

import pytest

from ostiary.http import framing
from ostiary.model.errors import BadRequest, NotImplementedHere, VersionNotSupported
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


@pytest.mark.parametrize("version", [b"1.2", b"1.9"])
def test_rfc9110_2_5_a_later_minor_version_is_refused(rules: Rules, version: bytes) -> None:
    with pytest.raises(VersionNotSupported):
        rules.gateway.parser.parse(HEAD.replace(b"1.1", version))
    assert rules.gateway.parser.parse(HEAD).path == b"/public/a"


@pytest.mark.parametrize("path", [b"/public//a", b"/public/./a", b"/public/x/../a", b"/public/a;v=1", b"/public%2Fa"])
def test_rfc3986_3_3_a_path_that_servers_read_in_more_than_one_way_is_refused(rules: Rules, path: bytes) -> None:
    with pytest.raises(BadRequest):
        rules.gateway.parser.parse(HEAD.replace(b"/public/a", path))
    assert rules.gateway.parser.parse(HEAD.replace(b"/public/a", b"/public/%61")).path == b"/public/a"


@pytest.mark.parametrize(
    ("codings", "error"), [(b", chunked", NotImplementedHere), (b"chunked,", BadRequest), (b",", BadRequest)]
)
def test_rfc9110_5_6_1_2_an_empty_element_is_refused_where_a_body_ends(
    rules: Rules, codings: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rules.gateway.parser.parse(HEAD + b"\r\nTransfer-Encoding: " + codings)
    assert rules.gateway.parser.parse(HEAD + b"\r\nTransfer-Encoding: chunked").length == framing.CHUNKED
