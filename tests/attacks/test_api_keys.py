"""A partner's key at the gateway: leaked, expired, revoked, mistyped, of somebody else, from elsewhere."""

import secrets
from dataclasses import replace
from typing import Any

import pytest

from ostiary.keys.api_key import AddApiKey, ApiKey, draw, keep
from ostiary.model.errors import HttpRefused
from ostiary.model.feed import Numbered, TokenRevoked
from ostiary.model.ids import ClientId, Scope
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason
from rules_world import NOW, Rules
from secrets_seen import secret

ACME: dict[str, Any] = {"kind": "partner", "credential": "api-key", "scopes": ["things", "more"], "roles": ["customer"]}
CONTRACT: dict[str, Any] = {
    "clients": {"acme": ACME, "zeta": {**ACME, "scopes": ["things"], "allow_ips": ["203.0.113.0/24"]}},
    "scopes": {"things": "See things", "more": "See more"},
    "roles": {"customer": ["things", "more"]},
    "routes": [
        {"on": "GET /things", "to": "api", "scope": "things"},
        {"on": "GET /more", "to": "api", "scope": "more"},
        {"on": "GET /strong", "to": "api", "scope": "things", "bound": "api-key"},
    ],
}


class Partners(Rules):
    """A gateway that knows the keys it was told."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**{**CONTRACT, **changes})
        self.kept: list[ApiKey] = []

    def give(self, client: str = "acme", scopes: tuple[str, ...] = (), lifetime: int = 3600, **changes: Any) -> str:
        """The field with a new key."""
        named = frozenset(map(Scope, scopes))
        made = draw(secrets.token_bytes)
        plan = keep(made, ClientId(client), named, (), NOW, lifetime)
        [write] = plan.writes
        assert isinstance(write, AddApiKey)
        self.kept.append(replace(write.key, **changes))
        self.gateway.trust.api_keys.adopt(self.kept)
        return f"X-API-Key: {secret(made.reveal())}"


@pytest.fixture
def door() -> Partners:
    return Partners()


def test_a_key_lets_its_client_in(door: Partners) -> None:
    asked = door.allowed("GET /things", door.give())
    assert asked.seen is not None
    who = asked.seen.principal
    assert (who.client, who.binding, who.subject) == ("acme", Binding.API_KEY, None)
    assert door.reason("GET /strong", door.give()) is None


def test_nothing_of_the_key_reaches_the_service(door: Partners) -> None:
    field = door.give()
    key = field.partition(": ")[2]
    assert not any(key in line or "x-api-key" in line.lower() for line in door.sent("GET /things", field))


def test_a_key_that_nobody_was_given_is_refused(door: Partners) -> None:
    stranger = Partners().give()
    assert door.reason("GET /things", stranger) is Reason.API_KEY_UNKNOWN
    assert door.reason("GET /things", door.give()) is None


@pytest.mark.parametrize("text", ["x", "ostk_", "ostk_" + "0" * 38, "Bearer ostk_", "ostk_" + "é" * 38])
def test_what_is_no_key_is_refused(door: Partners, text: str) -> None:
    assert door.reason("GET /things", f"X-API-Key: {text}") is Reason.API_KEY_MALFORMED


def test_a_key_of_a_client_that_signs_now_is_refused() -> None:
    """The contract gave it another credential; what it once had lets nobody in."""
    signs = {**ACME, "credential": "signature", "secret": "${env:S}"}
    for zeta, reason in ((signs, Reason.CLIENT_UNKNOWN), (ACME, None)):
        door = Partners(clients={"acme": ACME, "zeta": zeta})
        assert door.reason("GET /things", door.give("zeta")) is reason


def test_a_mistyped_key_is_refused_before_it_is_looked_for(door: Partners) -> None:
    field = door.give()
    assert door.reason("GET /things", field[:-1] + ("0" if field[-1] != "0" else "1")) is Reason.API_KEY_MALFORMED
    assert door.reason("GET /things", field) is None


def test_an_expired_key_is_refused_also_where_it_was_seen_before(door: Partners) -> None:
    field = door.give(lifetime=60)
    assert door.reason("GET /things", field, now=NOW + 59) is None
    assert door.reason("GET /things", field, now=NOW + 60) is Reason.TOKEN_EXPIRED
    other = door.give(lifetime=60)
    assert door.reason("GET /things", other, now=NOW + 60) is Reason.API_KEY_EXPIRED


def test_a_revoked_key_is_refused_also_where_it_was_seen_before(door: Partners) -> None:
    field, other = door.give(), door.give()
    assert door.reason("GET /things", field) is None
    door.revocations.apply([Numbered(1, TokenRevoked(door.kept[0].token, NOW + 3600))])
    assert door.reason("GET /things", field) is Reason.TOKEN_REVOKED
    assert door.reason("GET /things", other) is None
    gone = door.give(revoked_at=NOW)
    assert door.reason("GET /things", gone) is Reason.API_KEY_UNKNOWN


def test_a_key_may_do_less_than_its_client(door: Partners) -> None:
    narrow = door.give(scopes=("things",))
    assert door.reason("GET /things", narrow) is None
    assert door.reason("GET /more", narrow) is Reason.SCOPE_MISSING
    assert door.reason("GET /more", door.give()) is None


def test_a_key_never_does_more_than_its_client(door: Partners) -> None:
    wide = door.give("zeta", ("things", "more"))
    assert door.reason("GET /more", wide, address="203.0.113.7") is Reason.SCOPE_MISSING
    assert door.reason("GET /things", wide, address="203.0.113.7") is None


def test_a_key_is_used_from_its_client_s_networks(door: Partners) -> None:
    field = door.give("zeta")
    assert door.reason("GET /things", field, address="198.51.100.7") is Reason.ADDRESS_NOT_ALLOWED
    assert door.reason("GET /things", field, address="203.0.113.7") is None


def test_a_key_of_a_client_that_left_the_contract_is_refused(door: Partners) -> None:
    assert door.reason("GET /things", door.give("gone")) is Reason.CLIENT_UNKNOWN
    assert door.reason("GET /things", door.give()) is None


def test_a_key_comes_once(door: Partners) -> None:
    field = door.give()
    with pytest.raises(HttpRefused) as refused:
        door.decide("GET /things", field, door.give())
    assert refused.value.reason is Reason.TOKEN_REPEATED
    assert door.reason("GET /things", field) is None


def test_a_key_in_the_authorization_field_is_no_token(door: Partners) -> None:
    key = door.give().partition(": ")[2]
    assert door.reason("GET /things", f"Authorization: Bearer {key}") is Reason.TOKEN_MALFORMED
    assert door.reason("GET /things", f"Authorization: {key}") is Reason.TOKEN_MALFORMED


def test_when_a_key_was_used_last_is_remembered(door: Partners) -> None:
    door.allowed("GET /things", door.give(), now=NOW + 5)
    assert dict(door.gateway.trust.api_keys.take_used()) == {door.kept[0].id: NOW + 5}
    assert not door.gateway.trust.api_keys.take_used()
