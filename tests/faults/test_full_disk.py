"""A full disk: clear errors while it is full, nothing acknowledged is lost, and work goes on when there is room."""

import resource

from .conftest import Door
from .test_killed import jti, recorded, wait_for

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def allow_files(door: Door, most: tuple[int, int]) -> None:
    """The largest file, in bytes, that the running processes may write: past it, writing fails as on a full disk."""
    for pid in (door.process.pid, *door.pids("issuer"), *door.pids("gateway")):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most[0], resource.RLIM_INFINITY))


def test_a_full_disk_refuses_what_must_be_recorded_and_recovers(door: Door) -> None:
    before = door.token()
    allow_files(door, (1, 0))
    refused = door.ask_token()
    assert refused.status == 503
    assert refused.json()["error"] == "temporarily_unavailable"
    allow_files(door, NO_LIMIT)
    wait_for(lambda: door.ask_token().status == 200)
    after = door.token()
    wait_for(lambda: door.things(after).status == 200)
    assert {jti(before), jti(after)} <= recorded(door)
    assert door.command("audit", "verify").returncode == 0


def test_a_gateway_that_cannot_record_for_longer_than_its_bound_refuses(door: Door) -> None:
    token = door.token()
    assert door.things(token).status == 200
    allow_files(door, (1, 0))
    wait_for(lambda: door.things(token).status == 503)
    assert door.things(token).json()["code"] == "service_unavailable"
    allow_files(door, NO_LIMIT)
    wait_for(lambda: door.things(token).status == 200)
