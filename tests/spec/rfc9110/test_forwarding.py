"""What an upstream gets of a request, and a client of an answer."""

import pytest

from gateway_world import ORIGIN
from ostiary.model.errors import BadRequest, HttpRefused
from ostiary.model.reasons import Reason
from rules_world import ADDRESS, NOW, Rules, answer, fields_of


@pytest.fixture
def rules() -> Rules:
    return Rules()


def names(lines: list[str]) -> list[str]:
    return [line.partition(":")[0].lower() for line in lines[1:] if line]


# requests


NOT_FOR_THE_UPSTREAM = [
    "Keep-Alive: 5",
    "Proxy-Connection: close",
    "Proxy-Authorization: Basic eDp5",
    "TE: trailers",
    "Trailer: X",
    "Upgrade: h2c",
    "HTTP2-Settings: AA",
    "Proxy: http://evil.example/",
    "X-Request-Id: mine",
    "Expect: 100-continue",
    "Forwarded: for=203.0.113.66",
    "X-Forwarded-For: 203.0.113.66",
    "X_Forwarded_For: 203.0.113.66",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: http",
    "X-Forwarded-Anything: x",
    "X-Forwarded: for=203.0.113.66",
    "Forwarded-For: 203.0.113.66",
    "Remote-User: root-of-all",
    "Remote_User: root-of-all",
    "X-Remote-Group: system:masters",
    "X-Auth-Request-Email: root@example.com",
    "X-WEBAUTH-USER: root-of-all",
    "SSL-Client-Subject-DN: CN=root",
    "X-SSL-Client-Verify: SUCCESS",
    "X-Real-IP: 203.0.113.66",
    "True-Client-IP: 203.0.113.66",
    "Client-Cert: :AA:",
    "client_cert: :AA:",
    "X-Original-Host: evil.example",
    "X-Ostiary-Identity: forged",
    "X_Ostiary_Identity: forged",
    "x.ostiary.subject: root",
    "X-OSTIARY-ROLES: root",
    "X-HTTP-Method-Override: DELETE",
    "X-Method-Override: DELETE",
    "x_http_method: DELETE",
    "X-Original-URL: /admin",
    "X-Rewrite-URL: /admin",
    "Authorization: Bearer x",
    "Content_Length: 5",
    "Transfer_Encoding: chunked",
    "Cookie: __Host-ostiary-session=x",
    "Cookie: __HOST-Ostiary-session=x",
]


@pytest.mark.parametrize("field", NOT_FOR_THE_UPSTREAM)
def test_7_6_1_what_is_for_this_hop_or_only_ours_to_say_does_not_pass(rules: Rules, field: str) -> None:
    value = field.partition(": ")[2]
    theirs = ("X-Forward: yes", "X-Auth-Token: theirs", "Remote: control")
    plain = rules.sent("GET /public/a", *theirs)
    assert rules.sent("GET /public/a", *theirs, field) == plain
    assert set(theirs) <= set(plain)
    assert not any(value in line for line in plain if len(value) > 5)


def test_7_6_1_connection_takes_away_what_it_names(rules: Rules) -> None:
    fields = ("X-Hop: 1", "x-hop: 2", "X-End: 3", "Accept-Encoding: br")
    assert {"x-hop", "x-end", "accept-encoding"} <= set(names(rules.sent("GET /public/a", *fields)))
    left = names(rules.sent("GET /public/a", *fields, "Connection: close, X-HOP,accept-encoding ,"))
    assert "x-hop" not in left and "accept-encoding" not in left and "x-end" in left


@pytest.mark.parametrize(
    "name", ["Host", "content-length", "authorization", "Cookie", "x-forwarded-for", "content-type", "origin", "expect"]
)
def test_7_6_1_connection_cannot_take_away_what_is_decided_on(rules: Rules, name: str) -> None:
    with pytest.raises(BadRequest) as refused:
        rules.decide("GET /public/a", f"Connection: keep-alive, {name}")
    assert refused.value.reason is Reason.REQUEST_MALFORMED
    assert rules.reason("GET /public/a", "Connection: keep-alive, x-other") is None


def test_7_6_1_connection_cannot_take_away_what_this_door_adds(rules: Rules) -> None:
    sent = rules.sent("GET /things/ada", rules.token(), "Connection: x-ostiary-identity, forwarded, via, x-request-id")
    assert {"x-ostiary-identity", "forwarded", "via", "x-forwarded-host"} <= set(names(sent))


@pytest.mark.parametrize("minor", ["1.0", "1.1"])
def test_7_6_3_via_is_appended_with_the_version_of_the_request(rules: Rules, minor: str) -> None:
    parsed = rules.gateway.parser.parse(f"GET /public/a HTTP/{minor}\r\nHost: door.example\r\nVia: 1.1 before".encode())
    decision = rules.gateway.decide(parsed, rules.allowed("GET /public/a").peer, 0.0, rules.clock)
    sent = decision.asked.route.forward(decision.asked, b"", b"").decode().split("\r\n")  # type: ignore[union-attr]
    assert fields_of(sent, "via") == ["1.1 before", f"{minor} ostiary"]


def test_the_upstream_is_told_the_peer_and_its_own_name(rules: Rules) -> None:
    sent = rules.sent("GET /public/a?x=1")
    assert sent[0] == "GET /public/a?x=1 HTTP/1.1"
    assert fields_of(sent, "host") == ["127.0.0.1:9"]
    assert fields_of(sent, "x-forwarded-for") == [ADDRESS]
    assert fields_of(sent, "x-forwarded-host") == ["door.example"]
    assert fields_of(sent, "forwarded") == [f'for={ADDRESS};host="door.example";proto=https']


def test_cookies_of_the_service_pass_and_ours_do_not(rules: Rules) -> None:
    cookies = "Cookie: a=1; __Host-ostiary-session=x;__secure-OSTIARY-y=z; b=ostiary"
    assert fields_of(rules.sent("GET /public/a", cookies, "Cookie: c=3"), "cookie") == ["a=1; b=ostiary; c=3"]


def test_plain_identity_fields_say_who_asks_and_nobody_else_can(rules: Rules) -> None:
    plain = Rules(
        services={"api": {"url": "http://127.0.0.1:9", "audience": "https://api.example", "identity": "headers"}}
    )
    forged = ("X-Ostiary-Subject: root", "X-Ostiary-Roles: admin", "x_ostiary_tenant: other")
    token = plain.token("ad\u00e4 \u2603%", tenant="acme")
    sent = plain.sent("GET /things/ad%C3%A4%20%E2%98%83%25", token, *forged)
    assert fields_of(sent, "x-ostiary-subject") == ["ad%C3%A4 %E2%98%83%25"]
    assert fields_of(sent, "x-ostiary-client") == ["site"]
    assert fields_of(sent, "x-ostiary-tenant") == ["acme"]
    assert fields_of(sent, "x-ostiary-roles") == ["customer"]
    assert fields_of(sent, "x-ostiary-identity") == [] and plain.signed == []
    assert [name for name in names(plain.sent("GET /public/a", *forged)) if "ostiary" in name] == []


def test_an_identity_is_short_lived_for_its_service_and_made_again(rules: Rules) -> None:
    token = rules.token(tenant="acme", acr="pwd", auth_time=5)
    first = fields_of(rules.sent("GET /things/ada", token, now=NOW), "x-ostiary-identity")
    assert fields_of(rules.sent("GET /things/ada", token, now=NOW + 29), "x-ostiary-identity") == first
    assert fields_of(rules.sent("GET /things/ada", token, now=NOW + 31), "x-ostiary-identity") != first
    said = rules.signed[0]
    assert (said["iss"], said["aud"], said["exp"] - said["iat"]) == (ORIGIN, "https://api.example", 60)
    assert (said["sub"], said["tenant"], said["acr"], said["auth_time"]) == ("ada", "acme", "pwd", 5)
    assert (said["client_id"], said["kind"], said["scope"]) == ("site", "web", "things")


# answers


NOT_FOR_THE_CLIENT = [
    "Server: nginx",
    "X-Powered-By: PHP",
    'Alt-Svc: h3=":443"',
    'Clear-Site-Data: "*"',
    'NEL: {"report_to": "evil", "max_age": 9999999, "success_fraction": 1}',
    'Report-To: {"group": "evil", "max_age": 9999999, "endpoints": [{"url": "https://evil.example/"}]}',
    "Service-Worker-Allowed: /",
    "Keep-Alive: timeout=5",
    "X-Request-Id: theirs",
    "Strict-Transport-Security: max-age=0",
    "X-Content-Type-Options: sniff",
    "Trailer: X",
    "Set-Cookie: __Host-ostiary-session=evil",
    "Set-Cookie: __SECURE-ostiary-x=evil; Path=/",
    "Set-Cookie: =__Host-ostiary-session=evil",
    "Set-Cookie: \u2000__Host-ostiary-session=evil",
    "Set-Cookie: \x85__Host-ostiary-session=evil",
    "X-Ostiary-Ref: 1",
    "x_ostiary_ref: 1",
    "Upgrade: h2c",
    "Access-Control-Allow-Origin: *",
    "Proxy-Connection: x",
    "Connection: close",
]


@pytest.mark.parametrize("field", NOT_FOR_THE_CLIENT)
def test_what_a_service_may_not_say_does_not_reach_the_client(rules: Rules, field: str) -> None:
    asked = rules.allowed("GET /public/a")
    assert rules.answered(asked, "X-End: 1", field) == rules.answered(asked, "X-End: 1")
    assert "X-End: 1" in rules.answered(asked, "X-End: 1", "Set-Cookie: their=own")
    for own in ("Set-Cookie: their=own", 'Reporting-Endpoints: own="/reports"'):
        assert own in rules.answered(asked, own)


def test_7_6_1_an_answer_s_connection_takes_away_what_it_names(rules: Rules) -> None:
    asked = rules.allowed("GET /public/a")
    assert "X-Hop: 1" in rules.answered(asked, "X-Hop: 1")
    assert "X-Hop: 1" not in rules.answered(asked, "X-Hop: 1", "Connection: x-hop")


def test_15_5_22_a_426_says_which_protocol_the_service_wants_and_no_other_answer_does(rules: Rules) -> None:
    asked = rules.allowed("GET /things/ada", rules.token())
    wants = ("Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    told = rules.answered(asked, *wants, status="426 Upgrade Required")
    assert (fields_of(told, "upgrade"), fields_of(told, "connection")) == (["websocket"], ["upgrade"])
    assert fields_of(told, "sec-websocket-version") == ["13"]
    assert not fields_of(rules.answered(asked, *wants), "upgrade")
    assert not fields_of(rules.answered(asked, status="426 Upgrade Required"), "upgrade")


def test_security_fields_are_on_every_answer_and_a_service_may_say_its_own_policy(rules: Rules) -> None:
    asked = rules.allowed("GET /public/a")
    usual = rules.answered(asked)
    assert fields_of(usual, "strict-transport-security") == ["max-age=63072000; includeSubDomains"]
    assert fields_of(usual, "x-content-type-options") == ["nosniff"]
    assert fields_of(usual, "referrer-policy") == ["no-referrer"]
    assert fields_of(usual, "x-frame-options") == ["DENY"]
    assert fields_of(usual, "content-security-policy") == ["default-src 'none'; frame-ancestors 'none'"]
    own = rules.answered(asked, "Content-Security-Policy: default-src 'self'")
    assert fields_of(own, "content-security-policy") == ["default-src 'self'"]
    assert fields_of(own, "referrer-policy") == ["no-referrer"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("http://127.0.0.1:9/x", f"{ORIGIN}/x"),
        ("http://127.0.0.1:9", ORIGIN),
        ("http://127.0.0.1:9?x", f"{ORIGIN}?x"),
        ("http://127.0.0.1:99/x", "http://127.0.0.1:99/x"),
        ("http://127.0.0.1:9@evil.example/", "http://127.0.0.1:9@evil.example/"),
        ("/relative", "/relative"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
    ],
)
def test_10_2_2_a_location_inside_is_told_as_seen_from_outside(rules: Rules, said: str, told: str) -> None:
    lines = rules.answered(rules.allowed("GET /public/a"), f"Location: {said}", status="302 Found")
    assert fields_of(lines, "location") == [told]


def test_15_an_answer_without_a_phrase_is_passed_on_well_formed(rules: Rules) -> None:
    asked = rules.allowed("GET /public/a")
    assert rules.answered(asked, status="204")[0] == rules.answered(asked, status="204 ")[0] == "HTTP/1.1 204 "
    assert rules.answered(asked, status="204 Nothing")[0] == "HTTP/1.1 204 Nothing"


@pytest.mark.parametrize("status", ["600 x", "099 x", "20 x", "2OO x", "-20 x", "200x", "200\tx", " 200 x"])
def test_15_a_status_is_three_digits_between_100_and_599(status: str) -> None:
    with pytest.raises(HttpRefused) as refused:
        answer(status=status)
    assert refused.value.reason is Reason.UPSTREAM_MALFORMED
    assert answer(status="599 x").status == 599


def test_an_answer_has_its_bounds() -> None:
    assert answer(*["X: y"] * 199).passed.count(b"X: y") == 199
    with pytest.raises(HttpRefused):
        answer(*["X: y"] * 200)


@pytest.mark.parametrize(
    ("method", "status", "length"),
    [
        (b"HEAD", "200 OK", 0),
        *((b"GET", f"{status} x", 0) for status in (103, 204, 205, 304)),
        *((b"GET", f"{status} x", 5) for status in (200, 206)),
    ],
)
def test_6_4_1_some_answers_have_no_body_whatever_they_say(method: bytes, status: str, length: int) -> None:
    assert answer("Content-Length: 5", status=status, method=method).length == length
