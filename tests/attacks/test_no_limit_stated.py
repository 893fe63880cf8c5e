"""Nobody wrote a limit: how much one client or person may still take is what the kind of the client says."""

import time
from typing import Any

import pytest

from gateway_world import AUDIENCE, AUTHORITY, ORIGIN, ROUTES, contract
from ostiary.contract.model import Contract, LimitBy, limits_of
from ostiary.contract.profiles import PROFILES
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Allow, Refuse
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.peer import peer_of
from ostiary.gateway.revocation import Revocations
from ostiary.keys import jwt
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.model.ids import ClientId
from ostiary.model.principal import Kind
from ostiary.model.reasons import Reason
from secrets_seen import secret
from used_proofs import proofs

SECOND = 1_000_000_000
APP = {"kind": "third-party", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]}
BURST = PROFILES[Kind.THIRD_PARTY].limit.value.rate.burst


class Door:
    """A gateway whose clock stands still until `later`."""

    def __init__(self, **changes: Any) -> None:
        self.contract: Contract = contract(9, **{"clients": {"app": APP, "twin": APP}, **changes})
        self._key, revocations = SigningPrivateKey.generate(), Revocations()
        trust = Trust.of(self.contract, KeySet.of([self._key.public]), revocations, proofs(), ApiKeys())
        table = Table(memoryview(bytearray(1024)))
        self._gateway = Gateway(self.contract, Facts(trust, table, lambda claims: ""))
        self._revocations, self.clock = revocations, SECOND

    def later(self, seconds: int) -> None:
        self.clock += seconds * SECOND

    def let_in(self, most: int, who: str = "ada", client: str = "app") -> int:
        """How many of `most` requests at one moment are; the first refusal is for the limit."""
        self._revocations.heard_at = self.clock
        now = time.time()
        claims: dict[str, object] = {
            "iss": ORIGIN,
            "aud": AUDIENCE,
            "sub": who,
            "client_id": client,
            "jti": "a-token",
            "scope": "things",
        }
        claims |= {"roles": ["customer"], "iat": int(now), "exp": int(now) + 600}
        token = secret(jwt.sign(claims, self._key, "at+jwt"))
        line = f"GET /things/{who} HTTP/1.1\r\nhost: {AUTHORITY}\r\nauthorization: Bearer {token}"
        head = self._gateway.parser.parse(line.encode())
        for number in range(most):
            decision = self._gateway.decide(head, peer_of("198.51.100.7", AUTHORITY), now, self.clock)
            if isinstance(decision, Refuse):
                assert decision.error.reason is Reason.LIMIT_REACHED
                return number
            assert isinstance(decision, Allow)
        return most


def test_a_person_takes_the_burst_of_the_kind_and_then_its_rate() -> None:
    door, rate = Door(), PROFILES[Kind.THIRD_PARTY].limit.value.rate
    assert door.let_in(BURST + 1) == BURST
    assert door.let_in(1) == 0
    door.later(1)
    assert door.let_in(BURST) == rate.count


def test_another_person_and_another_client_are_counted_alone() -> None:
    door = Door()
    assert door.let_in(BURST + 1) == BURST
    assert door.let_in(BURST + 1, who="bob") == BURST
    assert door.let_in(BURST + 1, client="twin") == BURST


@pytest.mark.parametrize(
    "stated",
    [
        {"limit": {"per": "person", "rate": "3/s"}},
        {"routes": [{**rule, "limit": {"per": "person", "rate": "3/s"}} for rule in ROUTES if "scope" in rule]},
        {"clients": {"app": {**APP, "limit": {"per": "person", "rate": "3/s"}}}},
        {"clients": {"app": {**APP, "quota": "3/day"}}},
    ],
    ids=["of the contract", "of the route", "of the client", "the client's quota"],
)
def test_a_limit_that_is_stated_takes_the_place_of_the_kind_s(stated: dict[str, Any]) -> None:
    assert Door(**stated).let_in(BURST) == 3


def test_every_kind_has_one_that_counts_what_its_requests_have() -> None:
    for sheet in PROFILES.values():
        limit = sheet.limit.value
        assert limit.per is (LimitBy.PERSON if sheet.acts_for_people else LimitBy.CLIENT)
        assert limit.rate.burst >= limit.rate.count


def test_what_is_explained_is_what_is_counted() -> None:
    [rule] = [rule for rule in Door().contract.routes if rule.id == "GET /things/{user}"]
    app = Door().contract.clients[ClientId("app")]
    assert limits_of(rule, app) == (PROFILES[Kind.THIRD_PARTY].limit.value,)
