"""Slow clients, slow and dead upstreams, many idle connections: everyone else is served."""

import socket
import ssl

from running import free_ports, room_for

from .conftest import Door, Origin

IDLE = 10_000


def connected(door: Door) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(door.ca_file))
    raw = socket.create_connection(("127.0.0.1", door.port), 10)
    return context.wrap_socket(raw, server_hostname="localhost")


def test_a_client_that_sends_a_byte_at_a_time_is_cut_off_and_others_are_served(door: Door) -> None:
    answer = b""
    with connected(door) as connection:
        connection.settimeout(0.5)
        for byte in b"GET /open HTTP/1.1\r\nHost: localhost\r\nx-long: " + b"a" * 100:
            try:
                connection.sendall(bytes((byte,)))
                answer += connection.recv(65536)
                break
            except TimeoutError:
                assert door.get("/open").status == 200
            except (ssl.SSLError, ConnectionError):
                break
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")


def test_an_upstream_that_does_not_answer_in_time_is_a_504(door: Door, origin: Origin) -> None:
    assert door.get("/open").status == 200
    origin.wait = 2.0
    assert door.get("/open").status == 504
    origin.wait = 0.0
    assert door.get("/open").status == 200


def test_a_dead_upstream_is_a_502_and_serves_again_when_it_is_back(door: Door, origin: Origin) -> None:
    (port,) = free_ports(1)
    assert door.get("/open").status == 200
    text = door.contract.read_text()
    door.contract.write_text(text.replace(f"127.0.0.1:{origin.port}", f"127.0.0.1:{port}"))
    assert door.command("reload").returncode == 0
    answer = door.get("/open")
    assert (answer.status, answer.json()["code"]) == (502, "bad_gateway")
    door.contract.write_text(text)
    assert door.command("reload").returncode == 0
    assert door.get("/open").status == 200


def test_ten_thousand_idle_connections_do_not_keep_others_out(door: Door) -> None:
    with room_for(IDLE) as stack:
        for _ in range(IDLE):
            stack.enter_context(socket.create_connection(("127.0.0.1", door.port), 10))
        token = door.token()
        assert door.things(token).status == 200
    assert door.get("/open").status == 200
