"""What a registered client's tokens are worth at the gateway: those of a third-party client of the contract."""

from dataclasses import replace

import pytest

from ostiary.contract.model import ClientAuth, Contract, RegistrationRule
from ostiary.contract.profiles import PROFILES
from ostiary.contract.registered import RegisteredClient, with_registered
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.keys.keyset import KeySet
from ostiary.model import endpoints
from ostiary.model.feed import Numbered, RegisteredClientsChanged
from ostiary.model.ids import ClientId, Scope, TokenHash
from ostiary.model.principal import Kind
from ostiary.model.reasons import Reason
from rules_world import NOW, Rules
from used_proofs import proofs

BOOK = RegisteredClient(
    ClientId("r-book"),
    TokenHash(b"t" * 32),
    None,
    ClientAuth.NONE,
    "Book",
    ("https://book.example/",),
    frozenset({Scope("things"), Scope("more")}),
    True,
    None,
    NOW,
)
OPENED = RegistrationRule((), frozenset({Scope("things")}), PROFILES[Kind.THIRD_PARTY].profile(Kind.THIRD_PARTY), 10)
ROUTES = [
    {"on": "GET /things", "to": "api", "scope": "things"},
    {"on": "GET /web", "to": "api", "scope": "things", "kinds": ["web"]},
]


class Door(Rules):
    """A gateway whose contract opens registration."""

    def __init__(self) -> None:
        super().__init__(routes=ROUTES)
        self.plain: Contract = replace(self.contract, registration=OPENED)

    def adopt(self, *clients: RegisteredClient, contract: Contract | None = None) -> None:
        whole = with_registered(contract or self.plain, clients)
        keys = KeySet({self.key.id: self.key.public})
        trust = Trust.of(whole, keys, self.revocations, proofs(), ApiKeys())
        self.gateway = Gateway(whole, Facts(trust, Table(memoryview(bytearray(1 << 16))), self._sign))


def test_its_tokens_are_let_in_while_it_is_registered() -> None:
    door = Door()
    token = door.token(client_id="r-book")
    door.adopt(BOOK)
    assert door.reason("GET /things", token) is None
    door.adopt()
    assert door.reason("GET /things", token) is Reason.CLIENT_UNKNOWN
    door.adopt(BOOK, contract=replace(door.plain, registration=None))
    assert door.reason("GET /things", token) is Reason.CLIENT_UNKNOWN


def test_it_is_of_kind_third_party_to_the_rules() -> None:
    door = Door()
    door.adopt()
    assert door.reason("GET /web", door.token()) is None
    door.adopt(BOOK)
    assert door.reason("GET /web", door.token(client_id="r-book")) is Reason.ROUTE_KIND
    assert door.reason("GET /web", door.token()) is None


def test_it_has_no_more_than_the_contract_opens() -> None:
    door = Door()
    rule = with_registered(door.plain, [BOOK]).clients[BOOK.id]
    assert (rule.scopes, rule.profile.kind, rule.registered) == ({Scope("things")}, Kind.THIRD_PARTY, True)


def test_one_whose_keys_cannot_be_read_any_more_keeps_out_nobody_else() -> None:
    odd = replace(BOOK, id=ClientId("r-odd"), auth_method=ClientAuth.PRIVATE_KEY_JWT, jwks='{"keys": [{"kty": "new"}]}')
    known = with_registered(Door().plain, [odd, BOOK]).clients
    assert (odd.id in known, BOOK.id in known) == (False, True)


def test_the_gateway_hears_that_clients_are_to_be_read_anew() -> None:
    door = Door()
    before = door.revocations.clients_version
    door.revocations.apply([Numbered(1, RegisteredClientsChanged(NOW + 60))])
    assert door.revocations.clients_version == before + 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_registration_is_changed_and_ended_through_the_door(method: str) -> None:
    """Which methods an endpoint has, the issuer says: only there the refusal can name them."""
    assert Door().reason(f"{method} {endpoints.REGISTER}?client_id=r-book") is None
    assert Door().reason(f"{method} /things") is Reason.ROUTE_METHOD
