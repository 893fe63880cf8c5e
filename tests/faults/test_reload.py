"""The store fails in the middle of a reload: what is said to be in force is what is in force."""

import json
from typing import Any

from running import Up

from .conftest import Door
from .test_locked import locked


def with_new_route(door: Up, service: str = "api") -> None:
    written = json.loads(door.contract.read_text())
    written["routes"].append({"on": "GET /new", "to": service, "public": True})
    door.contract.write_text(json.dumps(written))


def reloaded(door: Door) -> tuple[int, dict[str, Any]]:
    told = door.command("reload", "--json")
    return told.returncode, json.loads(told.stdout)


def test_a_change_that_cannot_be_recorded_is_said_to_be_in_force_and_to_have_failed(door: Door) -> None:
    before = reloaded(door)[1]["contract"]
    with_new_route(door)
    assert door.get("/new").status == 404
    with locked(door):
        code, told = reloaded(door)
        assert (code, told["previous"]) == (1, before)
        assert told["contract"] != before
        assert "error" in told
        assert door.get("/new").status == 200
    code, again = reloaded(door)
    assert (code, again["contract"], "error" in again) == (0, told["contract"], False)
    reloaded(door)
    after = told["contract"]
    assert changes(door) == [(before, before), (before, after), (after, after)], "each follows the one on record"


def changes(door: Door) -> list[tuple[str, str]]:
    """From which contract to which, as the log has it."""
    events = map(json.loads, door.command("audit", "show", "--json").stdout.splitlines())
    return [(each["previous"], each["contract"]) for each in events if each["type"] == "contract_changed"]


def test_of_a_change_that_is_not_taken_nothing_is_said_to_be_in_force(door: Door) -> None:
    with_new_route(door, service="nowhere")
    with locked(door):
        code, told = reloaded(door)
    assert (code, "error" in told, "contract" in told) == (1, True, False)
    assert door.get("/new").status == 404
