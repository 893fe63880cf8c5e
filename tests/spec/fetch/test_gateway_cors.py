"""CORS at the gateway: a client's kind decides whether scripts may call, and the contract from where."""

import pytest

from gateway_world import ORIGIN, ROUTES
from ostiary.gateway.decision import Reply
from ostiary.model.reasons import Reason
from rules_world import Rules, fields_of

PAGE, OTHER = "https://page.example", "https://other.example"
BEARER = {"insecure_bearer_tokens": {"value": True, "because": "what is tested here is where scripts may run"}}
CLIENTS = {
    "clients": {
        "page": {"kind": "spa", "redirect_uris": [f"{PAGE}/"], "origins": [PAGE], "scopes": ["things"], **BEARER},
        "pages": {"kind": "spa", "redirect_uris": [f"{OTHER}/"], "origins": [OTHER], "scopes": ["more"], **BEARER},
        "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]},
    },
    "scopes": {"things": "See things", "more": "See more"},
    "roles": {"customer": ["things", "more"]},
    "routes": [*ROUTES, {"on": "PUT /more", "to": "api", "scope": "more"}],
}
ASK = "Access-Control-Request-Method"


@pytest.fixture
def rules() -> Rules:
    return Rules(**CLIENTS)


def allowed(lines: list[str]) -> list[str]:
    return fields_of(lines, "access-control-allow-origin")


def test_a_page_of_the_client_may_read_the_answer(rules: Rules) -> None:
    asked = rules.allowed("GET /things/ada", rules.token(client_id="page"), f"Origin: {PAGE}")
    lines = rules.answered(asked)
    assert allowed(lines) == [PAGE]
    assert fields_of(lines, "vary") == ["origin"]
    assert "x-request-id" in fields_of(lines, "access-control-expose-headers")[0]
    assert fields_of(lines, "access-control-allow-credentials") == []


def test_a_token_of_a_page_is_not_used_from_another_page(rules: Rules) -> None:
    token = rules.token(client_id="page")
    assert rules.reason("GET /things/ada", token, f"Origin: {OTHER}") is Reason.ORIGIN_NOT_ALLOWED
    assert rules.reason("GET /things/ada", token, "Origin: null") is Reason.ORIGIN_NOT_ALLOWED
    for origin in ((f"Origin: {PAGE}",), (f"Origin: {ORIGIN}",), ()):
        assert rules.reason("GET /things/ada", token, *origin) is None


def test_a_kind_without_scripts_grants_no_origin(rules: Rules) -> None:
    lines = rules.answered(rules.allowed("GET /things/ada", rules.token(), f"Origin: {PAGE}"))
    assert allowed(lines) == []
    assert fields_of(lines, "vary") == ["origin"]


def test_what_the_upstream_says_of_cors_does_not_pass(rules: Rules) -> None:
    asked = rules.allowed("GET /things/ada", rules.token(), f"Origin: {PAGE}")
    lines = rules.answered(asked, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true")
    assert [line for line in lines if line.lower().startswith("access-control-")] == []


def test_a_public_route_is_for_pages_of_the_contract_alone(rules: Rules) -> None:
    for page in (PAGE, OTHER):
        assert allowed(rules.answered(rules.allowed("GET /public/a", f"Origin: {page}"))) == [page]
    assert allowed(rules.answered(rules.allowed("GET /public/a", "Origin: https://evil.example"))) == []


def preflight(rules: Rules, path: str, origin: str, method: str, *fields: str) -> list[str] | Reason:
    decision = rules.decide(f"OPTIONS {path}", f"Origin: {origin}", f"{ASK}: {method}", *fields)
    if isinstance(decision, Reply):
        assert decision.status == 204
        return decision.lines.decode().split("\r\n")
    reason = rules.reason(f"OPTIONS {path}", f"Origin: {origin}", f"{ASK}: {method}", *fields)
    assert reason is not None
    return reason


def test_a_preflight_is_answered_for_a_page_that_can_have_a_token(rules: Rules) -> None:
    lines = preflight(rules, "/things/ada", PAGE, "GET", "Access-Control-Request-Headers: authorization")
    assert isinstance(lines, list)
    assert allowed(lines) == [PAGE]
    assert fields_of(lines, "access-control-allow-headers") == ["authorization"]
    assert fields_of(lines, "access-control-allow-methods") == ["GET, HEAD"]
    assert "origin" in fields_of(lines, "vary")[0]
    assert fields_of(lines, "access-control-max-age") == ["600"]


@pytest.mark.parametrize(
    ("path", "origin", "method", "reason"),
    [
        ("/things/ada", OTHER, "GET", Reason.ORIGIN_NOT_ALLOWED),
        ("/things/ada", "https://evil.example", "GET", Reason.ORIGIN_NOT_ALLOWED),
        ("/things/ada", PAGE, "DELETE", Reason.ORIGIN_NOT_ALLOWED),
        ("/more", PAGE, "PUT", Reason.ORIGIN_NOT_ALLOWED),
        ("/nowhere", PAGE, "GET", Reason.ROUTE_UNKNOWN),
    ],
)
def test_a_preflight_is_refused_for_anyone_else(
    rules: Rules, path: str, origin: str, method: str, reason: Reason
) -> None:
    assert preflight(rules, path, origin, method) is reason


@pytest.mark.parametrize("fields", [(), (f"Origin: {PAGE}",), (f"{ASK}: GET",)], ids=str)
def test_options_that_is_no_preflight_tells_the_methods(rules: Rules, fields: tuple[str, ...]) -> None:
    """It takes both fields to be one."""
    decision = rules.decide("OPTIONS /things/ada", *fields)
    assert isinstance(decision, Reply)
    assert decision.lines == b"allow: GET, HEAD, OPTIONS\r\n"
    assert isinstance(preflight(rules, "/things/ada", PAGE, "GET"), list)


def test_a_preflight_is_refused_for_a_kind_that_the_route_does_not_let_in() -> None:
    for kinds, answer in ((["web"], Reason.ORIGIN_NOT_ALLOWED), (["web", "spa"], list)):
        route = {"on": "GET /inner", "to": "api", "scope": "things", "kinds": kinds}
        judged = preflight(Rules(**{**CLIENTS, "routes": [*CLIENTS["routes"], route]}), "/inner", PAGE, "GET")
        assert judged is answer or type(judged) is answer
