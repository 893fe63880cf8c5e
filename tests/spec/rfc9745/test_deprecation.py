"""`Deprecation` on the answers to old clients (RFC 9745)."""

import re

import pytest

from legacy_world import CRAWLER, DEPRECATED, KEY, PRINTER, OldClients
from ostiary.contract.quantities import day
from ostiary.gateway.decision import Refuse
from ostiary.gateway.refusal import rendered
from ostiary.model.ids import Reference
from rules_world import NOW, fields_of

SINCE = f"@{day(DEPRECATED)}"
EACH = [("/things", PRINTER), ("/things", CRAWLER), (f"/things?api_key={KEY}", "X-Nothing: 1")]


@pytest.fixture
def door() -> OldClients:
    return OldClients()


@pytest.mark.parametrize(("path", "field"), EACH)
def test_2_1_the_value_is_a_date_of_structured_fields(door: OldClients, path: str, field: str) -> None:
    said = fields_of(door.answered(door.allowed(f"GET {path}", field)), "deprecation")
    assert said == [SINCE]
    assert re.fullmatch(r"@[0-9]{1,15}", said[0])


def test_2_1_every_answer_carries_it_not_only_the_first(door: OldClients) -> None:
    for _ in range(3):
        assert fields_of(door.answered(door.allowed("GET /things", PRINTER)), "deprecation") == [SINCE]


def test_2_who_comes_in_the_new_way_does_not_get_it(door: OldClients) -> None:
    assert not fields_of(door.answered(door.allowed("GET /things", door.token())), "deprecation")
    assert not fields_of(door.answered(door.allowed("GET /open", "X-Nothing: 1")), "deprecation")


@pytest.mark.parametrize(("path", "late"), [("/new", 0), ("/more", 0), ("/things", 10 * 86400)])
def test_2_refusals_carry_it_too(door: OldClients, path: str, late: int) -> None:
    decision = door.decide(f"GET {path}", PRINTER, now=NOW + late)
    assert isinstance(decision, Refuse)
    answer = rendered(decision.error, Reference("x-1"), decision.asked, door.contract, b"", bodiless=True)
    assert fields_of(answer.decode().split("\r\n"), "deprecation") == [SINCE]


def test_2_one_deprecation_is_said_and_it_is_the_door_s(door: OldClients) -> None:
    service = ("Deprecation: @1", "Sunset: Sun, 06 Nov 1994 08:49:37 GMT")
    old = door.answered(door.allowed("GET /things", PRINTER), *service)
    assert fields_of(old, "deprecation") == [SINCE]
    assert len(fields_of(old, "sunset")) == 1
    new = door.answered(door.allowed("GET /things", door.token()), *service)
    assert fields_of(new, "deprecation") == ["@1"]
    assert fields_of(new, "sunset") == ["Sun, 06 Nov 1994 08:49:37 GMT"]
