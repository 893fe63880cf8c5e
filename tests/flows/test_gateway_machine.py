"""Several workers behind one port: what holds for all of them, how the machine says that it is well, and its end."""

import os
import signal
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from ostiary.cli.demo.front_door import Answer, FrontDoor
from robot_door import Door, Origin
from secrets_seen import secret

BURST = 20
ROUTES: list[dict[str, Any]] = [
    {"on": "GET /things", "to": "api", "scope": "things.read"},
    {"on": "GET /open", "to": "api", "public": True},
    {"on": "GET /few", "to": "api", "public": True, "limit": {"per": "ip", "rate": "1/h", "burst": BURST}},
]


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    running = Origin()
    yield running
    running.stop()


@pytest.fixture
def door(tmp_path: Path, origin: Origin) -> Iterator[Door]:
    running = Door(tmp_path / "door", origin, feed_bound="1s", routes=ROUTES)
    running.start()
    yield running
    running.stop()


def worker_of(answer: Answer) -> str:
    """Request ids begin with a name of the worker."""
    return answer.headers["x-request-id"].partition("-")[0]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def kept_to_each_worker(door: Door) -> dict[str, FrontDoor]:
    """A connection to each of two workers."""
    found: dict[str, FrontDoor] = {}
    while len(found) < 2:
        line = door.door()
        if found.setdefault(worker_of(line.get("/open")), line) is not line:
            line.close()
    return found


def test_two_workers_share_a_port_and_a_limit(door: Door, origin: Origin) -> None:
    before = origin.requests
    answers = [door.get("/few") for _ in range(3 * BURST)]
    assert {worker_of(answer) for answer in answers if answer.status == 200} == {
        worker_of(answer) for answer in answers if answer.status == 429
    }
    assert len({worker_of(answer) for answer in answers}) == 2
    assert [answer.status for answer in answers] == [200] * BURST + [429] * 2 * BURST
    assert origin.requests == before + BURST
    assert int(answers[-1].headers["retry-after"]) > 3000


def test_what_is_revoked_is_refused_by_every_worker(door: Door) -> None:
    lines, token = kept_to_each_worker(door), door.token()
    bearer = {"authorization": f"Bearer {token}"}
    assert {line.get("/things", bearer).status for line in lines.values()} == {200}
    revoking = door.door()
    proof = secret(b64encode(f"robot:{door.secret}".encode()).decode())
    assert revoking.post_form("/oauth/revoke", {"token": token}, {"authorization": f"Basic {proof}"}).status == 200
    for line in lines.values():
        until(lambda line=line: line.get("/things", bearer).status == 401)  # type: ignore[misc]  # mypy cannot see it
        line.close()
    revoking.close()
    assert door.things(door.token()).status == 200


def test_a_worker_that_does_not_hear_the_feed_is_not_ready_and_says_so(door: Door) -> None:
    (first, _) = door.pids("gateway")
    assert door.admin("/healthz") == (200, "ok\n")
    assert door.admin("/readyz") == (200, "ready\n")
    os.kill(first, signal.SIGSTOP)
    try:
        until(lambda: door.admin("/readyz")[0] == 503)
        assert "has not heard the feed for more than 1 s" in door.admin("/readyz")[1]
        assert door.admin("/healthz")[0] == 200
    finally:
        os.kill(first, signal.SIGCONT)
    until(lambda: door.admin("/readyz")[0] == 200)


def test_metrics_of_all_workers_stand_on_the_admin_address_and_nowhere_else(door: Door) -> None:
    for _ in range(10):
        assert door.get("/open").status == 200
    until(lambda: 'ostiary_answers_total{route="GET /open",status="2xx"} 10.0' in door.admin("/metrics")[1])
    told = door.admin("/metrics")[1]
    for number in (0, 1):
        assert f'ostiary_process_ready{{number="{number}",role="gateway"}} 1.0' in told
    for path in ("/metrics", "/healthz", "/readyz"):
        assert door.get(path).status == 404
    assert door.admin("/open")[0] == 404


def test_the_admin_address_answers_questions_and_nothing_else(door: Door) -> None:
    def ask(method: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", door.admin_port, timeout=5)
        connection.request(method, "/healthz?x")
        answer = connection.getresponse()
        try:
            return answer.status, answer.read()
        finally:
            connection.close()

    assert ask("GET") == (200, b"ok\n")
    assert ask("HEAD") == (200, b"")
    assert ask("POST")[0] == 405
    with socket.create_connection(("127.0.0.1", door.admin_port), 5) as raw:
        raw.sendall(b"GET /" + b"a" * 20_000)
        assert raw.recv(100).startswith(b"HTTP/1.1 400 ")


def test_sigterm_lets_a_request_finish_and_takes_no_more(door: Door, origin: Origin) -> None:
    got: list[Answer] = []
    before, origin.wait = origin.requests, 0.7
    asking = threading.Thread(target=lambda: got.append(door.get("/open")))
    asking.start()
    try:
        until(lambda: origin.requests > before)
        door.process.send_signal(signal.SIGTERM)
        assert door.process.wait(40) == 0
        asking.join(20)
    finally:
        origin.wait = 0.0
    assert [(answer.status, answer.headers["connection"]) for answer in got] == [(200, "close")]
    with pytest.raises(OSError):  # refused, by whatever code
        door.get("/open")


# TLS


def shaken(door: Door, change: Callable[[ssl.SSLContext], None]) -> ssl.SSLSocket:
    """A handshake by a client with these settings. Raises ssl.SSLError."""
    context = ssl.create_default_context(cafile=str(door.ca_file))
    change(context)
    raw = socket.create_connection(("127.0.0.1", door.port), 10)
    try:
        return context.wrap_socket(raw, server_hostname="localhost")
    except BaseException:
        raw.close()
        raise


def only(version: ssl.TLSVersion, ciphers: str | None = None) -> Callable[[ssl.SSLContext], None]:
    def change(context: ssl.SSLContext) -> None:
        if ciphers is not None:
            context.set_ciphers(ciphers)
        context.minimum_version = context.maximum_version = version

    return change


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (only(ssl.TLSVersion.TLSv1_3), only(ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0")),
        (
            only(ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM"),
            only(ssl.TLSVersion.TLSv1_2, "ECDHE+AES+SHA:ECDHE+AES+SHA256:@SECLEVEL=0"),
        ),
        (only(ssl.TLSVersion.TLSv1_2), only(ssl.TLSVersion.TLSv1_2, "kRSA:DHE:@SECLEVEL=0")),
        (only(ssl.TLSVersion.TLSv1_2), only(ssl.TLSVersion.TLSv1_2, "ECDHE+CHACHA20:ECDHE+AESCCM:ECDHE+AESCCM8")),
    ],
    ids=["version", "authenticated encryption", "forward secrecy", "RFC 9325 section 4.2"],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_old_versions_and_suites_are_refused(
    door: Door, good: Callable[[ssl.SSLContext], None], bad: Callable[[ssl.SSLContext], None]
) -> None:
    with shaken(door, good) as line:
        assert line.version() in ("TLSv1.2", "TLSv1.3")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shaken(door, bad)


def test_http_1_1_is_what_is_spoken(door: Door) -> None:
    with shaken(door, lambda context: context.set_alpn_protocols(["h2", "http/1.1"])) as line:
        assert line.selected_alpn_protocol() == "http/1.1"
