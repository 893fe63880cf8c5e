"""What holds for the whole suite."""

import inspect
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from certificate_world import CertificateWorld
from gateway_world import run
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


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test that waits runs on the loop that production uses, and no longer than a test may."""
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return None
    run(test(**{name: pyfuncitem.funcargs[name] for name in inspect.signature(test).parameters}))
    return True


W = TypeVar("W", bound=TokenWorld)


def kept(world: W) -> Iterator[W]:
    """For one test; what it recorded is a log that holds."""
    try:
        yield world
        assert world.log_holds()
    finally:
        world.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TokenWorld]:
    """The token side of an issuer."""
    yield from kept(TokenWorld(tmp_path))


@pytest.fixture
def mutual(tmp_path: Path) -> Iterator[CertificateWorld]:
    """The same with clients that have certificates."""
    yield from kept(CertificateWorld(tmp_path))


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[IssuerWorld]:
    """The same with the pages that people see."""
    yield from kept(IssuerWorld(tmp_path))


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[RegistrationWorld]:
    """The same where clients may register themselves."""
    yield from kept(RegistrationWorld(tmp_path))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebWorld]:
    """The same with web clients whose tokens are kept here."""
    yield from kept(WebWorld(tmp_path))
