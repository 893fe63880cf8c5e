"""`Sunset` on the answers to old clients (RFC 8594)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from legacy_world import CRAWLER, DEPRECATED, KEY, LAST_DAY, PRINTER, OldClients
from ostiary.gateway.decision import Refuse
from ostiary.gateway.refusal import rendered
from ostiary.model.ids import Reference
from ostiary.model.reasons import Reason
from rules_world import NOW, fields_of

EACH = [("/things", PRINTER), ("/things", CRAWLER), (f"/things?api_key={KEY}", "X-Nothing: 1")]
MIDNIGHT = datetime.fromisoformat(LAST_DAY).replace(tzinfo=UTC) + timedelta(days=1)


@pytest.fixture
def door() -> OldClients:
    return OldClients()


def sunset(door: OldClients, path: str, field: str) -> str:
    [said] = fields_of(door.answered(door.allowed(f"GET {path}", field)), "sunset")
    return said


@pytest.mark.parametrize(("path", "field"), EACH)
def test_3_the_value_is_an_http_date(door: OldClients, path: str, field: str) -> None:
    said = sunset(door, path, field)
    assert said.endswith(" GMT")
    assert said == parsedate_to_datetime(said).strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize(("path", "field"), EACH)
def test_3_from_that_moment_on_it_answers_no_more(door: OldClients, path: str, field: str) -> None:
    said = parsedate_to_datetime(sunset(door, path, field))
    assert said == MIDNIGHT
    assert door.reason(f"GET {path}", field, now=said.timestamp() - 1) is None
    assert door.reason(f"GET {path}", field, now=said.timestamp()) is Reason.LEGACY_OVER


@pytest.mark.parametrize(("path", "late"), [("/new", 0), ("/more", 0), ("/things", 10 * 86400)])
def test_3_refusals_carry_it_too(door: OldClients, path: str, late: int) -> None:
    decision = door.decide(f"GET {path}", PRINTER, now=NOW + late)
    assert isinstance(decision, Refuse)
    answer = rendered(decision.error, Reference("x-1"), decision.asked, door.contract, b"", bodiless=True)
    [said] = fields_of(answer.decode().split("\r\n"), "sunset")
    assert parsedate_to_datetime(said) == MIDNIGHT


def test_3_it_is_not_before_the_deprecation(door: OldClients) -> None:
    assert datetime.fromisoformat(DEPRECATED).replace(tzinfo=UTC) < MIDNIGHT


def test_3_who_comes_in_the_new_way_does_not_get_it(door: OldClients) -> None:
    assert not fields_of(door.answered(door.allowed("GET /things", door.token())), "sunset")
