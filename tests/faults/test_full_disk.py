"""A full disk: clear errors while it is full, nothing acknowledged is lost, and work goes on when there is room."""

import resource
from collections.abc import Callable

from ostiary.cli.demo.front_door import Answer
from running import until

from .conftest import Door, access_token
from .test_killed import jti, recorded

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def allow_files(door: Door, most: tuple[int, int]) -> None:
    """The largest file, in bytes, that the running processes may write: past it, writing fails as on a full disk."""
    for pid in (door.process.pid, *door.pids("issuer"), *door.pids("gateway")):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most[0], resource.RLIM_INFINITY))


def first_answer(status: int, ask: Callable[[], Answer]) -> Answer:
    """Ask until this status comes."""
    return until(ask, lambda answer: answer.status == status)


def test_a_full_disk_refuses_what_must_be_recorded_and_recovers(door: Door) -> None:
    before = door.token()
    allow_files(door, (1, 0))
    refused = door.ask_token()
    assert refused.status == 503
    assert refused.json()["error"] == "temporarily_unavailable"
    allow_files(door, NO_LIMIT)
    after = access_token(first_answer(200, door.ask_token))
    first_answer(200, lambda: door.things(after))
    assert {jti(before), jti(after)} <= recorded(door)
    assert door.command("audit", "verify").returncode == 0


def test_a_gateway_that_cannot_record_for_longer_than_its_bound_refuses(door: Door) -> None:
    token = door.token()
    assert door.things(token).status == 200
    allow_files(door, (1, 0))
    refused = first_answer(503, lambda: door.things(token))
    assert refused.json()["code"] == "service_unavailable"
    allow_files(door, NO_LIMIT)
    first_answer(200, lambda: door.things(token))
