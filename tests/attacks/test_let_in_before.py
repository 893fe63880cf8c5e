"""A head that was let in comes again, byte for byte: what does not hang on these bytes is asked again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from gateway_world import ORIGIN
from installed_app import BELOW, LIVING, SINCE, SUNSET, app_rules, stated
from legacy_world import KEY, OldClients
from listener_world import INSIDE, Listening
from ostiary.contract.model import Contract
from ostiary.gateway.decision import Answer
from ostiary.gateway.filter import HSTS, of_issuer, of_service
from ostiary.model.feed import Numbered, TokenRevoked
from ostiary.model.ids import Role, Scope, ServiceName, TokenId
from ostiary.model.reasons import Reason
from rules_world import NOW, Rules, answer

API: Final = ServiceName("api")
CONTRACT: Final[dict[str, Any]] = {
    "scopes": {"things": "See things", "more": "See more"},
    "roles": {"customer": ["things", "more"], "clerk": ["things"]},
    "clients": {
        "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things", "more"]},
        "robot": {"kind": "service", "secret": "${env:S}", "scopes": ["things"], "allow_ips": ["198.51.100.0/24"]},
    },
    "routes": [
        {"on": "GET /things/{user}", "to": "api", "scope": "things", "owner": "user"},
        {"on": "GET /both", "to": "api", "scope": ["things", "more"]},
        {"on": "GET /clerks", "to": "api", "scope": "things", "roles": ["clerk"]},
        {"on": "GET /robots", "to": "api", "scope": "things"},
        {"on": "GET /fresh", "to": "api", "scope": "things", "step_up": {"acr": "pwd", "max_age": "5m"}},
    ],
}


@pytest.fixture
def rules() -> Rules:
    return Rules(**CONTRACT)


def test_from_another_address(rules: Rules) -> None:
    robot = rules.token("robot", client_id="robot", roles=None)
    assert rules.reason("GET /robots", robot, address="198.51.100.7") is None
    assert rules.reason("GET /robots", robot) is Reason.ADDRESS_NOT_ALLOWED
    assert rules.reason("GET /robots", robot, address="198.51.100.8") is None


def test_when_the_sign_in_is_too_old(rules: Rules) -> None:
    token = rules.token(auth_time=NOW, acr="pwd")
    assert rules.reason("GET /fresh", token, now=NOW + 300) is None
    assert rules.reason("GET /fresh", token, now=NOW + 301) is Reason.STEP_UP_NEEDED


def test_when_the_token_is_over_or_revoked(rules: Rules) -> None:
    token = rules.token(jti="t", exp=NOW + 10)
    assert rules.reason("GET /things/ada", token) is None
    assert rules.reason("GET /things/ada", token, now=NOW + 10) is Reason.TOKEN_EXPIRED
    rules.revocations.apply([Numbered(1, TokenRevoked(TokenId("t"), NOW + 60))])
    assert rules.reason("GET /things/ada", token) is Reason.TOKEN_REVOKED


def test_when_its_build_has_ended() -> None:
    rules = app_rules()
    token = rules.token(client_id="app", exp=SUNSET + 60)
    assert rules.reason("GET /things/ada", token, stated(LIVING), now=SINCE) is None
    assert rules.reason("GET /things/ada", token, stated(LIVING), now=SUNSET) is Reason.BUILD_TOO_OLD
    assert rules.allowed("GET /things/ada", token, stated(BELOW), now=SINCE).adds == b""
    assert rules.allowed("GET /things/ada", token, stated(LIVING), now=SINCE).adds != b""


def test_with_a_key_that_no_service_may_see() -> None:
    door = OldClients()
    for _ in range(3):
        sent = door.sent(f"GET /things?a=1&api_key={KEY}")
        assert sent[0] == "GET /things?a=1 HTTP/1.1"


def test_when_the_credential_was_verified_anew_and_says_less(rules: Rules) -> None:
    """As a web session does whose person has lost a role: the cookie is the same."""
    token = rules.token(scope="things more", roles=["customer", "clerk"])
    assert rules.reason("GET /both", token) is None
    assert rules.reason("GET /clerks", token) is None
    remembered = rules.gateway.trust.remembered
    credential = token.partition(": ")[2].encode()
    seen = remembered.get(credential)
    assert seen is not None
    less = replace(seen.principal, scopes=frozenset({Scope("things")}), roles=frozenset({Role("customer")}))
    remembered.add(credential, replace(seen, principal=less))
    assert rules.reason("GET /both", token) is Reason.SCOPE_MISSING
    assert rules.reason("GET /clerks", token) is Reason.ROLE_MISSING
    remembered.add(credential, seen)
    assert rules.reason("GET /both", token) is None


def test_what_was_refused_is_not_let_in(rules: Rules) -> None:
    token = rules.token()
    for _ in range(3):
        assert rules.reason("GET /things/bob", token) is Reason.OWNER_MISMATCH
        assert rules.reason("GET /things/ada", token) is None


def test_from_outside_where_the_route_is_internal() -> None:
    rules = Listening(listener=False)
    token = rules.token()
    for _ in range(2):
        assert rules.why("GET /v1/inside", token, address=INSIDE) is None
        assert rules.why("GET /v1/inside", token) == (404, Reason.ROUTE_INTERNAL)


@pytest.mark.parametrize("made", [lambda contract: of_service(contract.services[API], contract), of_issuer])
def test_an_answer_whose_head_came_before_is_told_as_the_contract_in_force_has_it(
    rules: Rules, made: Callable[[Contract], Answer]
) -> None:
    asked, head = rules.allowed("GET /things/ada", rules.token()), answer("Content-Length: 0")
    careful, careless = (made(replace(rules.contract, hsts=hsts)) for hsts in (True, False))
    for _ in range(2):
        assert HSTS in careful(asked, head, b"")
        assert HSTS not in careless(asked, head, b"")
