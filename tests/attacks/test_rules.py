"""Ways around the rules of a route: another's things, another's tenant, a fact that two programs read differently."""

from typing import Any

import orjson
import pytest

from gateway_world import AUDIENCE, ORIGIN, QUICK, request
from ostiary.contract.model import StepUp
from ostiary.gateway.authorize import step_up
from ostiary.gateway.decision import Allow
from ostiary.gateway.inspect import inspect
from ostiary.model import endpoints
from ostiary.model.errors import InsufficientScope, ServiceUnavailable, TokenRefused
from ostiary.model.feed import (
    ClientRevoked,
    FeedEvent,
    GrantRevoked,
    Numbered,
    SessionEnded,
    SubjectChanged,
    TokenRevoked,
)
from ostiary.model.ids import ClientId, GrantId, SessionId, Subject, TokenId
from ostiary.model.reasons import Reason
from rules_world import NOW, SECOND, Rules

BEARER = {"value": True, "because": "what is tested here comes after the proof"}
CONTRACT: dict[str, Any] = {
    "scopes": {"things": "See things", "more": "See more"},
    "roles": {"customer": ["things", "more"], "clerk": ["things"]},
    "clients": {
        "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things", "more"]},
        "robot": {"kind": "service", "secret": "${env:S}", "scopes": ["things"], "allow_ips": ["198.51.100.0/24"]},
        "phone": {"kind": "mobile", "redirect_uris": ["com.example:/cb"], "scopes": ["things"]},
        "page": {
            "kind": "spa",
            "redirect_uris": ["https://page.example/"],
            "scopes": ["things"],
            "insecure_bearer_tokens": BEARER,
        },
    },
    "limit": [],
    "routes": [
        {"on": "GET /open/{x}", "to": "api", "public": True},
        {"on": "GET /things/{user}", "to": "api", "scope": "things", "owner": "user"},
        {"on": "GET /both", "to": "api", "scope": ["things", "more"]},
        {"on": "GET /clerks", "to": "api", "scope": "things", "roles": ["clerk"]},
        {"on": "GET /tenants/{t}", "to": "api", "scope": "things", "tenant": "t"},
        {"on": "GET /search", "to": "api", "scope": "things", "tenant": "query.tenant_id"},
        {"on": "GET /claimed", "to": "api", "scope": "things", "tenant": "claims.org.name"},
        {"on": "POST /deep", "to": "api", "scope": "things", "owner": "body.account.owner"},
        {"on": "POST /kept", "to": "api", "scope": "things", "tenant": "body.tenant"},
        {"on": "POST /disk", "to": "api", "scope": "things", "owner": "body.disk"},
        {"on": "GET /robots", "to": "api", "scope": "things", "kinds": ["service"]},
        {"on": "GET /bound", "to": "api", "scope": "things", "bound": "dpop"},
        {"on": "GET /fresh", "to": "api", "scope": "things", "step_up": {"acr": "pwd", "max_age": "5m"}},
        {"on": "GET /Case/fixed", "to": "api", "public": True},
        {"on": "GET /Case/{x}", "to": "api", "scope": "things"},
        {
            "on": "GET /tight",
            "to": "api",
            "public": True,
            "bounds": {"request_line": "64B", "header_count": 3, "header_bytes": "128B"},
        },
    ],
}


@pytest.fixture
def rules() -> Rules:
    return Rules(**CONTRACT)


# the token


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": NOW}, Reason.TOKEN_EXPIRED),
        ({"iat": NOW + 6}, Reason.TOKEN_NOT_YET_VALID),
        ({"nbf": NOW + 6}, Reason.TOKEN_NOT_YET_VALID),
        ({"iss": "https://other.example"}, Reason.TOKEN_ISSUER),
        ({"iss": f"{ORIGIN}/"}, Reason.TOKEN_ISSUER),
        ({"aud": "https://other.example"}, Reason.TOKEN_AUDIENCE),
        ({"client_id": "nobody"}, Reason.CLIENT_UNKNOWN),
        ({"cnf": {"jkt": "x"}}, Reason.BINDING_TOO_WEAK),
        ({"sub": None}, Reason.TOKEN_MALFORMED),
        ({"scope": 5}, Reason.TOKEN_MALFORMED),
    ],
)
def test_a_token_that_is_not_good_here_is_refused(rules: Rules, claims: dict[str, Any], reason: Reason) -> None:
    assert rules.reason("GET /things/ada", rules.token(**claims)) is reason
    near = {"exp": NOW + 1, "iat": NOW + 5, "nbf": NOW + 5, "aud": ["x", AUDIENCE]}
    assert rules.reason("GET /things/ada", rules.token(**near)) is None


def test_a_token_of_another_key_is_refused(rules: Rules) -> None:
    assert rules.reason("GET /things/ada", Rules(**CONTRACT).token()) in (
        Reason.TOKEN_ALGORITHM,
        Reason.TOKEN_SIGNATURE,
    )
    assert rules.reason("GET /things/ada", rules.token()) is None


def test_a_remembered_token_is_refused_when_its_time_is_over(rules: Rules) -> None:
    token = rules.token(exp=NOW + 10)
    assert rules.reason("GET /things/ada", token, now=NOW + 9.9) is None
    assert rules.reason("GET /things/ada", token, now=NOW + 10) is Reason.TOKEN_EXPIRED


def test_a_token_whose_time_is_over_is_not_remembered(rules: Rules) -> None:
    """Else old tokens would push out the ones in use."""
    remembered = rules.gateway.trust.remembered
    for ends, more in ((NOW, 0), (NOW + 1, 1)):
        before = len(remembered)
        assert (rules.reason("GET /things/ada", rules.token(exp=ends)) is None) is bool(more)
        assert len(remembered) == before + more


@pytest.mark.parametrize("field", ["Authorization: Basic eDp5", "Authorization: Bearer", "Authorization: Bearer a b"])
def test_what_is_no_bearer_token_is_refused(rules: Rules, field: str) -> None:
    refused = rules.refusal("GET /things/ada", field)
    assert isinstance(refused, TokenRefused) and refused.reason is Reason.TOKEN_MALFORMED
    assert rules.reason("GET /things/ada", rules.token().replace("Bearer ", "bEARER  ")) is None


@pytest.mark.parametrize("query", ["access_token=x", "a=b&access_token=", "a=access_token=x"])
def test_a_token_in_the_query_is_refused(rules: Rules, query: str) -> None:
    assert rules.reason(f"GET /open/a?{query}") is Reason.TOKEN_REPEATED
    assert rules.reason("GET /open/a?token=x") is None


REVOKED: list[FeedEvent] = [
    TokenRevoked(TokenId("j"), NOW + 600),
    GrantRevoked(GrantId("g"), NOW + 600),
    SessionEnded(SessionId("s"), NOW + 600),
    SubjectChanged(Subject("ada"), NOW, NOW + 600),
    ClientRevoked(ClientId("site"), NOW + 600),
]


@pytest.mark.parametrize("event", REVOKED, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("known", [True, False])
def test_what_the_feed_revokes_is_refused_whether_it_was_seen_before_or_not(
    rules: Rules, event: FeedEvent, known: bool
) -> None:
    token, other = rules.token(jti="j", grant_id="g", sid="s"), rules.token("eve", client_id="page")
    if known:
        assert rules.reason("GET /things/ada", token) is None
    rules.revocations.apply([Numbered(1, event)])
    assert rules.reason("GET /things/ada", token) is Reason.TOKEN_REVOKED
    assert rules.reason("GET /things/eve", other) is None
    rules.revocations.forget(NOW)
    assert rules.reason("GET /things/ada", token) is Reason.TOKEN_REVOKED


def test_who_signed_in_after_a_change_is_let_in(rules: Rules) -> None:
    rules.revocations.apply([Numbered(1, SubjectChanged(Subject("ada"), NOW, NOW + 600))])
    assert rules.reason("GET /things/ada", rules.token(auth_time=NOW + 1)) is None
    for signed_in in ({"auth_time": NOW}, {"iat": NOW + 1}):
        assert rules.reason("GET /things/ada", rules.token(**signed_in)) is Reason.TOKEN_REVOKED


def test_who_has_not_heard_the_feed_for_its_bound_lets_nobody_in_but_to_what_is_public(rules: Rules) -> None:
    bound, token = rules.contract.feed_bound_seconds, rules.token()
    rules.clock += bound * SECOND
    assert rules.reason("GET /things/ada", token) is None
    rules.clock += 1
    refused = rules.refusal("GET /things/ada", token)
    assert isinstance(refused, ServiceUnavailable) and refused.reason is Reason.FEED_STALE
    assert rules.reason("GET /open/a") is None


# admit and authorize


def test_the_scopes_of_a_route_are_needed_all(rules: Rules) -> None:
    refused = rules.refusal("GET /both", rules.token(scope="things"))
    assert isinstance(refused, InsufficientScope) and refused.needed == ("more", "things")
    assert rules.reason("GET /both", rules.token(scope="things more")) is None
    assert rules.reason("GET /both", rules.token(scope="thing mores")) is Reason.SCOPE_MISSING


@pytest.mark.parametrize(
    ("broad", "enough"),
    [
        ({"client_id": "page"}, {"client_id": "site"}),
        ({"roles": ["clerk"]}, {"roles": ["clerk", "customer"]}),
        ({"roles": ["gone"]}, {"roles": ["gone", "customer"]}),
        ({"roles": None}, {"roles": ["customer"]}),
        ({"act": {"sub": "site"}, "granted_to": "page"}, {"act": {"sub": "site"}, "granted_to": "site"}),
        ({"act": {"sub": "site", "act": {"sub": "page"}}}, {"act": {"sub": "site", "act": {"sub": "site"}}}),
    ],
)
def test_a_token_is_good_for_what_the_contract_still_has(
    rules: Rules, broad: dict[str, object], enough: dict[str, object]
) -> None:
    """It was made before a reload took a scope from its client, from one that it stands on, or from a role."""
    assert rules.reason("GET /both", rules.token(scope="things more", **broad)) is Reason.SCOPE_MISSING
    assert rules.reason("GET /both", rules.token(scope="things more", **enough)) is None


def test_a_client_that_acts_for_itself_has_the_roles_of_the_contract() -> None:
    def reason(*roles: str) -> Reason | None:
        robot = {**CONTRACT["clients"]["robot"], "allow_ips": [], "roles": roles}
        door = Rules(**CONTRACT | {"clients": {**CONTRACT["clients"], "robot": robot}})
        return door.reason("GET /clerks", door.token("robot", client_id="robot", roles=["clerk"]))

    assert reason("customer") is Reason.ROLE_MISSING
    assert reason("clerk") is None


def test_one_of_the_roles_is_needed(rules: Rules) -> None:
    assert rules.reason("GET /clerks", rules.token()) is Reason.ROLE_MISSING
    assert rules.reason("GET /clerks", rules.token("site", roles=None)) is Reason.ROLE_MISSING
    assert rules.reason("GET /clerks", rules.token(roles=["customer", "clerk"])) is None


@pytest.mark.parametrize(
    "path", ["/things/eve", "/things/ADA", "/things/ada%20", "/things/%61da%2e", "/things/ada,eve"]
)
def test_another_s_things_are_refused(rules: Rules, path: str) -> None:
    assert rules.reason(f"GET {path}", rules.token()) is Reason.OWNER_MISMATCH
    assert rules.reason("GET /things/%61d%61", rules.token()) is None


def test_a_client_that_acts_for_itself_owns_nothing(rules: Rules) -> None:
    robot = rules.token("robot", client_id="robot")
    assert rules.reason("GET /things/robot", robot, address="198.51.100.7") is Reason.OWNER_MISMATCH
    assert rules.reason("GET /robots", robot, address="198.51.100.7") is None


@pytest.mark.parametrize("tenant", ["acme", None])
def test_another_tenant_s_things_are_refused(rules: Rules, tenant: str | None) -> None:
    assert rules.reason("GET /tenants/other", rules.token(tenant=tenant)) is Reason.TENANT_MISMATCH
    assert rules.reason("GET /tenants/acme", rules.token(tenant="acme")) is None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?tenant_id",
        "?x=acme",
        "?tenant_id=acme&tenant_id=acme",
        "?tenant_id=acme&tenant%5Fid=evil",
        "?tenant_id=acme&TENANT_ID=evil",
        "?tenant_id=acme&tenant_%C4%B0d=evil",
        "?tenant_id=acme&tenant_%C4%B1d=evil",
        "?tenant_id=acme&tenant_id[]=evil",
        "?tenant_id=acme&tenant_id%5B0%5D=evil",
        "?tenant_id=acme&tenant.id=evil",
        "?tenant_id=acme&tenant+id=evil",
        "?tenant_id=acme&tenant[id=evil",
        "?tenant_id=acme&tenant_id%00x=evil",
        "?tenant_id=acme&+tenant_id=evil",
        "?tenant_id=acme;tenant_id=evil",
        "?tenant_id=acme&tenant_id.x=evil",
        "?tenant_id=%ff",
        "?tenant_id=acme&tenant_id",
    ],
)
def test_a_query_that_can_be_read_in_two_ways_is_not_read(rules: Rules, query: str) -> None:
    assert rules.reason(f"GET /search{query}", rules.token(tenant="acme")) is Reason.FACT_UNREADABLE
    assert (
        rules.reason("GET /search?other=1&tenant_id=%61cme&tenant=x&tenant_%C3%ADd=x", rules.token(tenant="acme"))
        is None
    )
    assert rules.reason("GET /search?tenant_id=evil", rules.token(tenant="acme")) is Reason.TENANT_MISMATCH


def test_a_claim_is_read_from_the_token_alone(rules: Rules) -> None:
    assert rules.reason("GET /claimed", rules.token(tenant="acme", org={"name": "acme"})) is None
    assert rules.reason("GET /claimed", rules.token(tenant="acme", org={"name": "other"})) is Reason.TENANT_MISMATCH
    for org in (None, "acme", {"name": 5}, {"name": "acme", "Name": "x"}):
        assert rules.reason("GET /claimed", rules.token(tenant="acme", org=org)) is Reason.FACT_UNREADABLE


def inspected(rules: Rules, path: str, body: bytes, *fields: str, **claims: Any) -> Reason | None:
    decision = rules.decide(f"POST {path}", rules.token(**claims), *(fields or ("Content-Type: application/json",)))
    assert isinstance(decision, Allow)
    refused = inspect(decision.asked, body)
    return None if refused is None else refused.reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"5",
        b"null",
        b'{"account": {"owner": "ada"}',
        b'{"account": {"owner": ["ada"]}}',
        b"{}",
        b'{"account": {"owner": "eve", "owner": "ada"}}',
        b'{"account": {"owner": "ada"}, "account": {"owner": "eve"}}',
        b'{"account": {"owner": "ada", "Owner": "eve"}}',
        b'{"Account": {"owner": "ada"}}',
        b'{"account": "ada"}',
        b'\xef\xbb\xbf{"account": {"owner": "ada"}}',
        b'{"account": {"owner": "ada"}}{}',
        b'{"account.owner": "ada"}',
        '{"account": {"owner": "ada"}}'.encode("utf-16"),
        b'{"account": {"owner": "\\ud800"}}',
        b"account[owner]=ada",
    ],
)
def test_a_body_that_can_be_read_in_two_ways_is_not_read(rules: Rules, body: bytes) -> None:
    assert inspected(rules, "/deep", body) is Reason.FACT_UNREADABLE
    assert inspected(rules, "/deep", b'{"account": {"owner": "ad\\u0061", "x": 1}}') is None
    assert inspected(rules, "/deep", b'{"account": {"owner": "eve"}}') is Reason.OWNER_MISMATCH


@pytest.mark.parametrize("name", ["DISK", "di\u017fk", "dis\u212a", "d\u0131sk", "d\u0130sk", "disk\0", "disk\0x"])
def test_a_member_that_some_parser_takes_for_another_is_not_read(rules: Rules, name: str) -> None:
    """Go's parser, for one, knows no case, and `\u017f` for a small s: the last of both members counts."""
    assert inspected(rules, "/disk", orjson.dumps({"disk": "ada", name: "eve"})) is Reason.FACT_UNREADABLE
    assert inspected(rules, "/disk", orjson.dumps({"disk": "ada", "d\u00edsk": "eve"})) is None


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Type: text/plain",),
        ("Content-Type: text/x+json",),
        ("Content-Type: application/x-www-form-urlencoded",),
        ("Content-Type: application/json; charset=utf-7",),
        ("Content-Type: application/json; charset=ibm037",),
        ("Content-Type: application/json; charset = utf-16",),
        ("Content-Type: application/json", "Content-Encoding: gzip"),
        ("X: y",),
    ],
)
def test_a_body_in_another_dress_is_not_read(rules: Rules, fields: tuple[str, ...]) -> None:
    body = b'{"account": {"owner": "ada"}}'
    assert inspected(rules, "/deep", body, *fields) is Reason.FACT_UNREADABLE
    for plain in (
        "application/json; charset=UTF-8",
        "application/merge-patch+json",
        "application/json; profile=utf-7",
        'APPLICATION/JSON;charset="utf-8"',
    ):
        assert inspected(rules, "/deep", body, f"Content-Type: {plain}", "Content-Encoding: identity") is None


def test_the_tenant_in_a_body_decides(rules: Rules) -> None:
    assert inspected(rules, "/kept", b'{"tenant": "other"}', tenant="acme") is Reason.TENANT_MISMATCH
    assert inspected(rules, "/kept", b'{"tenant": "acme"}') is Reason.TENANT_MISMATCH
    assert inspected(rules, "/kept", b'{"tenant": "acme"}', tenant="acme") is None


def test_a_route_of_other_kinds_is_refused(rules: Rules) -> None:
    assert rules.reason("GET /robots", rules.token()) is Reason.ROUTE_KIND
    assert rules.reason("GET /robots", rules.token("robot", client_id="robot"), address="198.51.100.7") is None


def test_a_route_that_asks_for_a_proof_takes_no_bearer_token(rules: Rules) -> None:
    assert rules.reason("GET /bound", rules.token()) is Reason.BINDING_TOO_WEAK
    assert rules.reason("GET /things/ada", rules.token()) is None


def test_a_client_that_has_to_prove_possession_is_not_let_in_by_its_token_alone(rules: Rules) -> None:
    assert rules.reason("GET /things/ada", rules.token(client_id="phone")) is Reason.BINDING_TOO_WEAK
    assert rules.reason("GET /things/ada", rules.token(client_id="page")) is None


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.101.1", "::1"])
def test_a_client_calls_from_where_the_contract_says(rules: Rules, address: str) -> None:
    robot = rules.token("robot", client_id="robot")
    assert rules.reason("GET /robots", robot, address=address) is Reason.ADDRESS_NOT_ALLOWED
    for own in ("198.51.100.1", "::ffff:198.51.100.1"):
        assert rules.reason("GET /robots", robot, address=own) is None


@pytest.mark.parametrize("claims", [{}, {"acr": "pwd"}, {"auth_time": NOW}, {"acr": "pwd", "auth_time": NOW - 301}])
def test_a_sign_in_that_is_weak_or_old_is_not_enough(rules: Rules, claims: dict[str, Any]) -> None:
    assert rules.reason("GET /fresh", rules.token(**claims)) is Reason.STEP_UP_NEEDED
    for acr in ("pwd", "mfa"):
        assert rules.reason("GET /fresh", rules.token(acr=acr, auth_time=NOW - 300)) is None


@pytest.mark.parametrize(("acr", "enough"), [("mfa", True), ("pwd", False), (None, False), ("other", False)])
def test_a_password_is_no_second_factor(rules: Rules, acr: str | None, enough: bool) -> None:
    asked = rules.allowed("GET /things/ada", rules.token(acr=acr))
    assert (step_up(StepUp("mfa", None))(asked) is None) is enough


@pytest.mark.parametrize(("age", "enough"), [(300, True), (301, False)])
@pytest.mark.parametrize("acr", ["pwd", "other", None])
def test_where_only_freshness_is_asked_any_sign_in_that_is_fresh_is_enough(
    rules: Rules, acr: str | None, age: int, enough: bool
) -> None:
    asked = rules.allowed("GET /things/ada", rules.token(acr=acr, auth_time=NOW - age))
    assert (step_up(StepUp(None, 300))(asked) is None) is enough


def test_a_path_that_differs_from_a_rule_only_in_case_is_no_other_route(rules: Rules) -> None:
    for path in ("/Case/FIXED", "/Case/Fixed", "/case/fixed"):
        assert rules.reason(f"GET {path}", rules.token()) is Reason.ROUTE_UNKNOWN
    assert rules.reason("GET /Case/fixed") is None
    assert rules.reason("GET /Case/fixe", rules.token()) is None


def test_an_empty_segment_is_nobody_s_name() -> None:
    """Though another method has a route that ends in one."""
    routes = [
        {"on": "POST /dir/", "to": "api", "public": True},
        {"on": "GET /dir/{x}", "to": "api", "public": True},
    ]
    door = Rules(**CONTRACT | {"routes": routes})
    assert door.reason("GET /dir/") is Reason.ROUTE_METHOD
    assert door.reason("POST /dir/") is None
    assert door.reason("GET /dir/a") is None


@pytest.mark.parametrize(("method", "path"), [("POST", endpoints.TOKEN), ("GET", endpoints.SIGN_IN)])
def test_passwords_are_tried_more_slowly_than_anything_else_is_asked(rules: Rules, method: str, path: str) -> None:
    """By one address: 30 at once."""
    tried = f"POST {endpoints.SIGN_IN}"
    assert [rules.reason(tried) for _ in range(30)] == [None] * 30
    assert rules.reason(tried) is Reason.LIMIT_REACHED
    assert rules.reason(tried, address="192.0.2.2") is None
    assert rules.reason(f"{method} {path}") is None


def test_each_bound_of_the_head_is_changed_by_route(rules: Rules) -> None:
    long = "?" + "a" * 64
    assert rules.reason("GET /tight") is None
    assert rules.reason(f"GET /tight{long}") is Reason.REQUEST_LINE_TOO_LONG
    assert rules.reason("GET /tight", "X: y", "X: y") is None
    assert rules.reason("GET /tight", "X: y", "X: y", "X: y") is Reason.HEADERS_TOO_LARGE
    assert rules.reason("GET /tight", "X: " + "y" * 128) is Reason.HEADERS_TOO_LARGE
    assert rules.reason(f"GET /open/a{long}", "X: " + "y" * 128, *["X: y"] * 90) is None


def test_a_bound_is_the_most_that_is_taken(rules: Rules) -> None:
    """To the byte: the line without its end, the fields with what stands before each."""
    line = "GET /tight?" + "a" * (64 - len("GET /tight? HTTP/1.1"))
    assert rules.reason(line) is None
    assert rules.reason(f"{line}a") is Reason.REQUEST_LINE_TOO_LONG
    block = rules.gateway.parser.parse(request("GET /tight", "X: ")[:-4]).size().block
    assert rules.reason("GET /tight", "X: " + "y" * (128 - block)) is None
    assert rules.reason("GET /tight", "X: " + "y" * (129 - block)) is Reason.HEADERS_TOO_LARGE


def test_a_route_may_take_more_than_the_listener_s_usual(rules: Rules) -> None:
    wide = {"request_line": "16KiB", "header_count": 200, "header_bytes": "64KiB"}
    routes = [*CONTRACT["routes"], {"on": "GET /wide", "to": "api", "public": True, "bounds": wide}]
    door = Rules(**CONTRACT | {"routes": routes})
    big = ("GET {path}?" + "a" * 9000, *["X: " + "y" * 300] * 120)
    assert door.reason(big[0].format(path="/wide"), *big[1:]) is None
    assert door.reason(big[0].format(path="/open/a"), *big[1:]) is Reason.REQUEST_LINE_TOO_LONG
    assert door.reason("GET /open/a", *big[1:]) is Reason.HEADERS_TOO_LARGE


def test_timeouts_are_changed_by_route() -> None:
    routes = [{"on": "GET /quick", "to": "api", "public": True, "timeouts": {"first_byte": "2s"}}]
    rule = Rules(timeouts=QUICK, routes=routes).allowed("GET /quick").route.rule
    assert (rule.timeouts.first_byte, rule.timeouts.body) == (2, 1)


# limits


@pytest.mark.parametrize(
    ("per", "same", "other"),
    [
        ("person", {"client_id": "page"}, {"subject": "eve"}),
        ("client", {"subject": "eve"}, {"client_id": "page"}),
        ("tenant", {"subject": "eve", "tenant": "acme", "client_id": "page"}, {"tenant": "other"}),
    ],
)
def test_who_counts_together(per: str, same: dict[str, Any], other: dict[str, Any]) -> None:
    routes = [{"on": "GET /x", "to": "api", "scope": "things", "limit": {"per": per, "rate": "1/h", "burst": 2}}]
    door = Rules(**CONTRACT | {"routes": routes})
    first = {"tenant": "acme"} if per == "tenant" else {}
    assert door.reason("GET /x", door.token(**first)) is None
    assert door.reason("GET /x", door.token(**first | same), address="203.0.113.9") is None
    assert door.reason("GET /x", door.token(**first)) is Reason.LIMIT_REACHED
    assert door.reason("GET /x", door.token(**first | same), address="203.0.113.9") is Reason.LIMIT_REACHED
    assert door.reason("GET /x", door.token(**first | other)) is None


def test_addresses_are_counted_and_ipv6_by_the_network_of_a_customer() -> None:
    routes = [{"on": "GET /x", "to": "api", "public": True, "limit": {"per": "ip", "rate": "1/h", "burst": 1}}]
    door = Rules(**CONTRACT | {"routes": routes})
    assert door.reason("GET /x") is None
    assert door.reason("GET /x") is Reason.LIMIT_REACHED
    assert door.reason("GET /x", address="::ffff:192.0.2.1") is Reason.LIMIT_REACHED
    assert door.reason("GET /x", address="192.0.2.2") is None
    assert door.reason("GET /x", address="2001:db8::1") is None
    assert door.reason("GET /x", address="2001:db8::ffff:1") is Reason.LIMIT_REACHED
    assert door.reason("GET /x", address="2001:db8:0:1::1") is None


def test_one_token_from_two_addresses_is_counted_at_each() -> None:
    limit = [{"per": "ip", "rate": "1/h", "burst": 1}, {"per": "person", "rate": "1/h", "burst": 2}]
    routes = [{"on": "GET /x", "to": "api", "scope": "things", "limit": limit}]
    door = Rules(**CONTRACT | {"routes": routes})
    token = door.token()
    assert door.reason("GET /x", token) is None
    assert door.reason("GET /x", token) is Reason.LIMIT_REACHED
    assert door.reason("GET /x", token, address="192.0.2.2") is None
    assert door.reason("GET /x", token, address="192.0.2.3") is Reason.LIMIT_REACHED


def test_a_client_s_quota_holds_over_all_routes() -> None:
    clients = {
        **CONTRACT["clients"],
        "page": {**CONTRACT["clients"]["page"], "scopes": ["things", "more"], "quota": "2/day"},
    }
    door = Rules(**CONTRACT | {"clients": clients})
    for path in ("/things/ada", "/both"):
        assert door.reason(f"GET {path}", door.token(client_id="page", scope="things more")) is None
    assert door.reason("GET /things/ada", door.token(client_id="page")) is Reason.LIMIT_REACHED
    assert door.reason("GET /things/ada", door.token()) is None


def test_a_refused_request_spends_nothing() -> None:
    routes = [
        {
            "on": "GET /t/{user}",
            "to": "api",
            "scope": "things",
            "owner": "user",
            "limit": {"per": "person", "rate": "1/h", "burst": 1},
        }
    ]
    door = Rules(**CONTRACT | {"routes": routes})
    for _ in range(5):
        assert door.reason("GET /t/eve", door.token()) is Reason.OWNER_MISMATCH
    assert door.reason("GET /t/ada", door.token()) is None
    assert door.reason("GET /t/ada", door.token()) is Reason.LIMIT_REACHED
