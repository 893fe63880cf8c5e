"""Builds of an app that are about to end are told so (RFC 9745, RFC 8594)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from installed_app import BELOW, LIVING, NEW, SINCE, SUNSET, app_rules, stated
from ostiary.contract.builds import Ending, read_build
from rules_world import fields_of


def test_2_1_the_field_is_a_date_of_structured_fields() -> None:
    """The value of the text's own example, which is Friday, June 30, 2023 at 23:59:59 UTC."""
    below = read_build(b"2")
    assert below is not None
    fields = dict(Ending(below, since=1688169599, sunset=1688169599).fields())
    assert fields[b"deprecation"] == b"@1688169599"


def test_rfc8594_3_the_sunset_is_an_http_date() -> None:
    """The value of the text's own example."""
    below = read_build(b"2")
    at = int(datetime(2018, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
    assert below is not None
    assert dict(Ending(below, 0, at).fields())[b"sunset"] == b"Mon, 31 Dec 2018 23:59:59 GMT"


@pytest.mark.parametrize(("build", "told"), [(LIVING, True), (BELOW, False), (NEW, False)])
def test_a_build_that_ends_is_told_so_on_every_answer_and_no_other_is(build: str, told: bool) -> None:
    rules = app_rules()
    let_in = rules.allowed("GET /things/ada", rules.token(client_id="app", exp=SUNSET), stated(build), now=SINCE)
    lines = rules.answered(let_in)
    assert fields_of(lines, "deprecation") == ([f"@{SINCE}"] if told else [])
    [sunset] = fields_of(lines, "sunset") if told else [""]
    assert not told or parsedate_to_datetime(sunset).timestamp() == SUNSET
    refused = rules.refused("GET /things/bob", rules.token(client_id="app", exp=SUNSET), stated(build), now=SINCE)
    assert (b"deprecation: " in refused.adds) is told


def test_before_its_day_nobody_is_told() -> None:
    rules = app_rules()
    asked = rules.allowed("GET /things/ada", rules.token(client_id="app", exp=SUNSET), stated(LIVING), now=SINCE - 1)
    assert asked.adds == b""
