"""Clients that register themselves: what the contract may open, and what comes of it."""

import pytest

from contract_door import SECRET, TEXT, changed, of_code, read_door, sources
from ostiary.contract.mistakes import Code
from ostiary.contract.model import Contract, GrantType
from ostiary.contract.read import Reading
from ostiary.keys.hashing import token_hash
from ostiary.model.ids import Scope
from ostiary.model.principal import Kind

OPENED = "registration:\n  initial_access_tokens: ${env:INITIAL}\n  scopes: [openid, orders.read]\n  most: 7\n"
WEAK = sources(INITIAL=SECRET, WEAK="too short")


def door(registration: str = OPENED) -> str:
    return TEXT + registration


def read(registration: str = OPENED) -> Reading:
    return read_door(door(registration), secrets=sources(INITIAL=SECRET, WEAK="too short"))


def contract(registration: str = OPENED) -> Contract:
    reading = read(registration)
    assert reading.contract is not None, reading.mistakes
    return reading.contract


def test_it_is_closed_unless_the_contract_opens_it() -> None:
    assert read_door(TEXT).contract is not None
    closed, opened = contract("").registration, contract().registration
    assert closed is None
    assert opened is not None
    assert (opened.tokens, opened.scopes, opened.most) == ((token_hash(SECRET),), {Scope("orders.read")}, 7)


def test_what_registers_is_a_third_party() -> None:
    opened = contract().registration
    assert opened is not None
    profile = opened.profile
    assert (profile.kind, profile.asks_consent, profile.pushed_requests) == (Kind.THIRD_PARTY, True, True)
    assert profile.grants == {GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN}


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        (Code.UNKNOWN_SCOPE, "[openid, orders.read]", "[openid, »orders.audit]"),
        (Code.SECRET_WEAK, "${env:INITIAL}", "»${env:WEAK}"),
        (Code.OUT_OF_RANGE, "most: 7", "most: »0"),
        (Code.OUT_OF_RANGE, "most: 7", "most: »10001"),
        (Code.UNKNOWN_KEY, "  most: 7", "  »kinds: [web]"),
        (Code.OUT_OF_RANGE, "  most: 7", "  fetch: {networks: [10.0.0.0/8, »0.0.0.0/0]}"),
        (Code.OUT_OF_RANGE, "  most: 7", "  fetch: {networks: [»'::/0', 'fd00::/8']}"),
        (Code.CERTIFICATE_INVALID, "  most: 7", "  fetch: {authorities: »robot.json}"),
        (Code.CERTIFICATE_INVALID, "  most: 7", "  fetch: {authorities: »nowhere.pem}"),
    ],
)
def test_what_is_wrong_is_found_at_its_place(code: Code, before: str, after: str) -> None:
    text, place = changed(door(), before, after)
    assert of_code(read_door(text, secrets=WEAK).mistakes, code) == [place]
    assert not of_code(read().mistakes, code)
