"""The database is locked for longer than anybody waits: what must be recorded is refused, and goes on by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from running import until

from .conftest import Door, Origin, access_token
from .test_killed import jti, recorded


@contextmanager
def locked(door: Door) -> Iterator[None]:
    """As a backup, or somebody's shell, that does not end."""
    (file,) = (door.folder / "state").glob("*.sqlite3")
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.fixture
def patient(tmp_path: Path, origin: Origin) -> Iterator[Door]:
    """Its gateway waits longer for the issuer than the issuer for the database."""
    door = Door(tmp_path / "door", origin, timeouts={"first_byte": "20s"})
    door.start()
    yield door
    door.stop()


def test_a_locked_database_refuses_what_must_be_recorded_and_recovers(patient: Door) -> None:
    before = patient.token()
    assert patient.things(before).status == 200
    with locked(patient):
        refused = patient.ask_token()
        assert (refused.status, refused.json()["error"]) == (503, "temporarily_unavailable")
        refused = until(lambda: patient.things(before), lambda answer: answer.status == 503)
        assert refused.json()["code"] == "service_unavailable"
        assert patient.get("/open").status == 200
    after = access_token(until(patient.ask_token, lambda answer: answer.status == 200))
    until(lambda: {patient.things(after).status for _ in range(8)}, lambda seen: seen == {200})
    assert {jti(before), jti(after)} <= recorded(patient)
    assert patient.command("audit", "verify").returncode == 0
