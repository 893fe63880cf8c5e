"""What holds for the whole suite."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from certificate_world import CertificateWorld
from issuer_world import IssuerWorld
from registration_world import RegistrationWorld
from secrets_seen import SEEN
from token_world import TokenWorld
from web_world import WebWorld

settings.register_profile("ostiary", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ostiary")
"""No test fails for being slow: how busy the machine is says nothing about the program."""


@pytest.fixture(scope="session", autouse=True)
def nothing_that_was_written_holds_a_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Logs of what runs in this process are watched too; programs of their own are watched by who starts them."""
    log = SEEN.watch(tmp_path_factory.mktemp("log") / "ostiary.log")
    writes = logging.FileHandler(log)
    logging.getLogger("ostiary").addHandler(writes)
    yield
    logging.getLogger("ostiary").removeHandler(writes)
    writes.close()
    found = SEEN.found()
    assert not found, f"secrets stand in what was written: {found}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TokenWorld]:
    """The token side of an issuer; what its tests recorded is a log that holds."""
    made = TokenWorld(tmp_path)
    try:
        yield made
        assert made.log_holds()
    finally:
        made.close()


@pytest.fixture
def mutual(tmp_path: Path) -> Iterator[CertificateWorld]:
    """The same with clients that have certificates; what its tests recorded is a log that holds."""
    made = CertificateWorld(tmp_path)
    try:
        yield made
        assert made.log_holds()
    finally:
        made.close()


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[IssuerWorld]:
    """The same with the pages that people see; what its tests recorded is a log that holds."""
    made = IssuerWorld(tmp_path)
    try:
        yield made
        assert made.log_holds()
    finally:
        made.close()


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[RegistrationWorld]:
    """The same where clients may register themselves; what its tests recorded is a log that holds."""
    made = RegistrationWorld(tmp_path)
    try:
        yield made
        assert made.log_holds()
    finally:
        made.close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebWorld]:
    """The same with web clients whose tokens are kept here; what its tests recorded is a log that holds."""
    made = WebWorld(tmp_path)
    try:
        yield made
        assert made.log_holds()
    finally:
        made.close()
