"""Ten thousand clients that wait with their connections open: others are served, and so are they when they go on."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from running import room_for
from secrets_seen import secret

from .conftest import TOKEN, Door, Origin

IDLE = 10_000
REQUEST = b"GET /open HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"


@pytest.fixture
def plain(tmp_path: Path, origin: Origin) -> Iterator[Door]:
    """Without TLS, since the machine of the tests would have to do both ends of ten thousand handshakes."""
    door = Door(
        tmp_path / "door",
        origin,
        insecure_plain_http={"value": True, "because": "the tests open very many connections"},
        timeouts={"idle": "10m"},
    )
    door.start()
    yield door
    door.stop()


def ask(connection: socket.socket, door: Door) -> bytes:
    """The status line's first words."""
    connection.sendall(REQUEST % door.port)
    answer = b""
    while not answer.endswith(b"ok\n") and (part := connection.recv(65536)):
        answer += part
    return answer[:12]


def asked(door: Door, method: str, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, bytes]:
    """On a new connection."""
    with closing(HTTPConnection("127.0.0.1", door.port, timeout=30)) as connection:
        connection.request(method, path, body, {"Host": f"localhost:{door.port}", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()


def token(door: Door) -> str:
    basic = secret(b64encode(f"robot:{door.secret}".encode()).decode())
    headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
    status, body = asked(door, "POST", TOKEN, headers, "grant_type=client_credentials")
    assert status == 200, body
    return secret(str(json.loads(body)["access_token"]))


@pytest.mark.timeout(400)
def test_ten_thousand_clients_between_two_requests(plain: Door) -> None:
    with room_for(IDLE) as stack:
        waiting = []
        for _ in range(IDLE):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", plain.port), 30))
            assert ask(connection, plain) == b"HTTP/1.1 200"
            waiting.append(connection)

        assert asked(plain, "GET", "/things", {"authorization": f"Bearer {token(plain)}"})[0] == 200
        for connection in waiting[:: IDLE // 100]:
            assert ask(connection, plain) == b"HTTP/1.1 200"
        assert plain.ready() == 200
