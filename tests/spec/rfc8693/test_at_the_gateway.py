"""What the gateway makes of a token with which a service acts for a person (RFC 8693 section 4.1)."""

from typing import Any

import pytest

from gateway_world import ORIGIN
from ostiary.model.feed import ClientRevoked, GrantRevoked, Numbered
from ostiary.model.ids import ClientId, GrantId
from ostiary.model.reasons import Reason
from rules_world import NOW, Rules, fields_of

SERVICE = {"kind": "service", "secret": "${env:S}", "scopes": ["things"]}
CLIENTS = {
    "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]},
    "api": {**SERVICE, "acts_for_people": True},
    "chat": SERVICE,
}
ACTS: dict[str, Any] = {
    "client_id": "api",
    "grant_id": "g",
    "granted_to": "site",
    "act": {"sub": "api", "act": {"sub": "chat"}},
}


@pytest.fixture
def rules() -> Rules:
    return Rules(clients=CLIENTS)


def test_the_rules_of_a_route_are_about_the_person(rules: Rules) -> None:
    assert rules.reason("GET /things/ada", rules.token(**ACTS)) is None
    assert rules.reason("GET /things/eve", rules.token(**ACTS)) is Reason.OWNER_MISMATCH
    principal = rules.allowed("GET /things/ada", rules.token(**ACTS)).seen.principal
    assert (principal.client, principal.subject, principal.actors) == ("api", "ada", ("api", "chat"))


def test_the_service_behind_is_told_who_acts(rules: Rules) -> None:
    rules.sent("GET /things/ada", rules.token(**ACTS))
    rules.sent("GET /things/ada", rules.token())
    acting, itself = rules.signed
    assert (acting["sub"], acting["client_id"], acting["act"]) == ("ada", "api", ACTS["act"])
    assert "act" not in itself


def test_a_service_that_reads_plain_fields_is_told_who_acts() -> None:
    service = {"url": "http://127.0.0.1:9", "audience": "https://api.example", "identity": "headers"}
    plain = Rules(clients=CLIENTS, services={"api": service})
    assert fields_of(plain.sent("GET /things/ada", plain.token(**ACTS)), "x-ostiary-actor") == ["api"]
    assert fields_of(plain.sent("GET /things/ada", plain.token(), "X-Ostiary-Actor: api"), "x-ostiary-actor") == []


def test_what_a_service_exchanged_dies_with_the_persons_grant(rules: Rules) -> None:
    token, other = rules.token(**ACTS), rules.token(**ACTS | {"grant_id": "h"})
    assert rules.reason("GET /things/ada", token) is None
    rules.revocations.apply([Numbered(1, GrantRevoked(GrantId("g"), NOW + 600))])
    assert rules.reason("GET /things/ada", token) is Reason.TOKEN_REVOKED
    assert rules.reason("GET /things/ada", other) is None


@pytest.mark.parametrize("client", ["site", "chat", "api"])
def test_what_a_service_exchanged_dies_with_each_client_that_it_stands_on(rules: Rules, client: str) -> None:
    token = rules.token(**ACTS)
    assert rules.reason("GET /things/ada", token) is None
    rules.revocations.apply([Numbered(1, ClientRevoked(ClientId("other"), NOW + 600))])
    assert rules.reason("GET /things/ada", token) is None
    rules.revocations.apply([Numbered(2, ClientRevoked(ClientId(client), NOW + 600))])
    assert rules.reason("GET /things/ada", token) is Reason.TOKEN_REVOKED


@pytest.mark.parametrize("client", ["site", "chat", "api"])
def test_what_a_service_exchanged_is_nothing_where_the_contract_lacks_a_client_that_it_stands_on(client: str) -> None:
    rules = Rules(clients={name: each for name, each in CLIENTS.items() if name != client})
    assert rules.reason("GET /things/ada", rules.token(**ACTS)) is Reason.CLIENT_UNKNOWN
