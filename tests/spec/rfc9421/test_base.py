"""What a signature covers (RFC 9421 section 2)."""

import pytest

from ostiary.http.signature_base import coverage, site_of
from ostiary.model.errors import InvalidSignature
from ostiary.model.reasons import Reason
from signed_world import head_of

ORIGIN = "https://www.example.com"


def line(component: str, head: str, origin: str = ORIGIN) -> str:
    """The line of one component."""
    listed = f"({component})".encode()
    base = coverage(listed).base(head_of(origin, head.replace("\n", "\r\n").encode()), site_of(origin), listed)
    return base.decode().partition("\n")[0].removeprefix(f"{component}: ")


def of_target(component: str, target: str) -> str:
    return line(component, f"GET {target} HTTP/1.1\nHost: www.example.com")


def test_2_1_a_fields_lines_are_one_list_without_the_space_around_them() -> None:
    head = (
        "GET /a HTTP/1.1\nHost: www.example.com\nDate: Tue, 20 Apr 2021 02:07:56 GMT\n"
        "X-OWS-Header:   Leading and trailing whitespace.   \n"
        "Cache-Control: max-age=60\nCache-Control:    must-revalidate\n"
        "Example-Dict:  a=1,    b=2;x=1;y=2,   c=(a   b   c)\nX-Empty-Header: \nCookie: a=1\nCookie: b=2"
    )
    assert line('"host"', head) == "www.example.com"
    assert line('"date"', head) == "Tue, 20 Apr 2021 02:07:56 GMT"
    assert line('"x-ows-header"', head) == "Leading and trailing whitespace."
    assert line('"cache-control"', head) == "max-age=60, must-revalidate"
    assert line('"example-dict"', head) == "a=1,    b=2;x=1;y=2,   c=(a   b   c)"
    assert line('"x-empty-header"', head) == ""
    assert line('"cookie"', head) == "a=1, b=2"


def test_2_2_1_the_method() -> None:
    assert line('"@method"', "PURGE /path?param=value HTTP/1.1\nHost: www.example.com") == "PURGE"


@pytest.mark.parametrize("host", ["www.example.com", "WWW.example.com:443"])
def test_2_2_2_the_target_uri_is_spelled_as_the_origin_is(host: str) -> None:
    head = f"GET /path?param=value HTTP/1.1\nHost: {host}"
    assert line('"@target-uri"', head) == "https://www.example.com/path?param=value"
    assert line('"@authority"', head) == "www.example.com"
    assert line('"@scheme"', head) == "https"
    at = "http://localhost:8443"
    assert line('"@target-uri"', "GET /p HTTP/1.1\nHost: localhost:8443", at) == "http://localhost:8443/p"
    assert line('"@authority"', "GET /p HTTP/1.1\nHost: localhost:8443", at) == "localhost:8443"
    assert line('"@scheme"', "GET /p HTTP/1.1\nHost: localhost:8443", at) == "http"


@pytest.mark.parametrize("component", ['"@target-uri"', '"@scheme"'])
def test_2_2_2_the_target_uri_is_the_one_that_the_request_names(component: str) -> None:
    """A target in absolute-form says which scheme it is of, and no signature for another one covers it."""
    for named in ("/a", "https://www.example.com/a", "HTTPS://www.example.com:443/a"):
        assert of_target(component, named).startswith("https")
    with pytest.raises(InvalidSignature) as refused:
        of_target(component, "http://www.example.com/a")
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT


@pytest.mark.parametrize(
    ("origin", "authority"),
    [
        ("https://WWW.Example.com:443", "www.example.com"),
        ("http://www.example.com:80", "www.example.com"),
        ("http://www.example.com:443", "www.example.com:443"),
        ("https://www.example.com:80", "www.example.com:80"),
        ("https://[::443]", "[::443]"),
    ],
)
def test_2_2_3_the_authority_is_in_lower_case_and_without_the_default_port(origin: str, authority: str) -> None:
    scheme = origin.partition(":")[0]
    assert site_of(origin) == (scheme.encode(), authority.encode())


def test_2_2_5_the_request_target_is_as_it_came() -> None:
    absolute = "https://www.example.com/path?param=value"
    assert of_target('"@request-target"', "/path?param=value") == "/path?param=value"
    assert of_target('"@request-target"', absolute) == absolute
    assert of_target('"@target-uri"', absolute) == absolute
    assert of_target('"@path"', absolute) == "/path"


def test_2_2_6_the_path_is_as_it_came() -> None:
    assert of_target('"@path"', "/path?param=value") == "/path"
    assert of_target('"@path"', "/%7euser/a%20b") == "/%7euser/a%20b"
    assert of_target('"@path"', "https://www.example.com") == "/"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/path?param=value&foo=bar&baz=bat%2Dman", "?param=value&foo=bar&baz=bat%2Dman"),
        ("/path?queryString", "?queryString"),
        ("/path?", "?"),
        ("/path", "?"),
    ],
)
def test_2_2_7_the_query(target: str, expected: str) -> None:
    assert of_target('"@query"', target) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("var", "this%20is%20a%20big%0Amultiline%20value"),
        ("bar", "with%20plus%20whitespace"),
        ("fa%C3%A7ade%22%3A%20", "something"),
    ],
)
def test_2_2_8_a_query_parameter_is_encoded_anew(name: str, expected: str) -> None:
    query = "var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something"
    assert of_target(f'"@query-param";name="{name}"', f"/parameters?{query}") == expected


@pytest.mark.parametrize(("name", "expected"), [("baz", "batman"), ("qux", ""), ("param", "value")])
def test_2_2_8_the_examples_with_and_without_a_value(name: str, expected: str) -> None:
    assert of_target(f'"@query-param";name="{name}"', "/path?param=value&foo=bar&baz=batman&qux=") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("*-._", "*-._"),
        ("%2A%2d%2E%5F%41", "*-._A"),
        ("~", "%7E"),
        ("a/b!c'd(e)", "a%2Fb%21c%27d%28e%29"),
        ("a=b%26c", "a%3Db%26c"),
        ("%2", "%252"),
        ("%zz", "%25zz"),
        ("%ff", "%EF%BF%BD"),
        ("%e2%82", "%EF%BF%BD"),
        ("%ef%bb%bfx", "%EF%BB%BFx"),
    ],
)
def test_2_2_8_what_is_left_as_it_is_and_what_is_no_utf_8(value: str, expected: str) -> None:
    """The application/x-www-form-urlencoded percent-encode set of the URL Standard, and its decoder."""
    assert of_target('"@query-param";name="a"', f"/path?a={value}&b=c") == expected
    assert of_target(f'"@query-param";name="{expected}"', f"/path?{value.replace('=', '%3D')}=c&b=d") == "c"


def test_2_2_8_a_name_may_be_empty_but_a_pair_that_is_empty_is_none() -> None:
    for target in ("/path?=1", "/path?&=1&&a=2&"):
        assert of_target('"@query-param";name=""', target) == "1"


@pytest.mark.parametrize("target", ["/path?a=1&a=2", "/path?a=1&%61=2", "/path?b=1", "/path"])
def test_2_2_8_a_parameter_that_is_absent_or_comes_twice_is_not_covered(target: str) -> None:
    assert of_target('"@query-param";name="a"', "/path?a=1&b=2") == "1"
    with pytest.raises(InvalidSignature) as refused:
        of_target('"@query-param";name="a"', target)
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT


@pytest.mark.parametrize(
    "component",
    [
        '"@status"',
        '"@signature-params"',
        '"@unknown"',
        '"@query-param"',
        '"@query-param";name',
        '"@query-param";name=1',
        '"@query-param";name="a";x',
        '"@method";req',
        '"date";sf',
        '"date";key="a"',
        '"date";bs',
        '"date";tr',
        '"date";req',
        '"Date"',
        '"da te"',
        '""',
        '"absent"',
    ],
)
def test_2_what_is_not_there_or_not_understood_is_refused(component: str) -> None:
    head = "GET /path?a=1 HTTP/1.1\nHost: www.example.com\nDate: x"
    assert line('"date"', head) == "x"
    with pytest.raises(InvalidSignature) as refused:
        line(component, head)
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT


@pytest.mark.parametrize("component", [b'"Date"', b'"da te"', b'""', b'"@unknown"', b'"@Path"'])
def test_7_5_1_what_is_no_name_of_a_field_is_not_looked_for_among_the_fields(component: bytes) -> None:
    assert coverage(b'("date" "@path")').names == {b"date", b"@path"}
    with pytest.raises(InvalidSignature) as refused:
        coverage(b"(%b)" % component)
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT


def test_2_2_8_one_parameter_does_not_stand_for_all_of_them() -> None:
    assert coverage(b'("@query" "@query-param";name="a")').names == {b"@query"}


@pytest.mark.parametrize(
    "listed", [b'("date" "host" "date")', b'("@query-param";name="a" "@query-param";name="a")'], ids=str
)
def test_2_5_nothing_is_covered_twice(listed: bytes) -> None:
    assert coverage(b'("date" "host" "@query-param";name="a" "@query-param";name="b")')
    with pytest.raises(InvalidSignature) as refused:
        coverage(listed)
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT


def test_2_5_the_base_is_ascii() -> None:
    assert line('"x"', "GET / HTTP/1.1\nHost: www.example.com\nX: e") == "e"
    with pytest.raises(InvalidSignature) as refused:
        line('"x"', "GET / HTTP/1.1\nHost: www.example.com\nX: é")
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT


def test_a_list_of_components_has_its_bound() -> None:
    assert coverage(b"(%b)" % b" ".join(b'"x-%d"' % number for number in range(32)))
    with pytest.raises(InvalidSignature) as refused:
        coverage(b"(%b)" % b" ".join(b'"x-%d"' % number for number in range(33)))
    assert refused.value.reason is Reason.SIGNATURE_COMPONENT
